"""What is sent for the questions of a survey, and how long the rest takes."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.http import QueryDict

from zhike.voice.surveys.types import ItemKind, ItemView, Raw
from zhike.voice.surveys.types.campaigns import LinkView

_MINUTE: Final = 60
Errors = Mapping[str, Sequence[str]]


def raw_of(items: Sequence[ItemView], sent: QueryDict) -> dict[str, Raw]:
    """What was sent for these questions."""
    return {
        item.key: sent.getlist(item.key) if item.kind is ItemKind.MULTIPLE else sent.get(item.key) for item in items
    }


def shown_of(typed: Mapping[str, Raw | list[str]]) -> dict[str, tuple[str, ...]]:
    """The same as the questions show it again; what was not sent is left out."""
    return {
        key: tuple(map(str, said)) if isinstance(said, list | tuple) else (str(said),)
        for key, said in typed.items()
        if said is not None
    }


def minutes_left(view: LinkView, left: Sequence[ItemView]) -> int:
    """Minutes that the rest takes, at least one."""
    share = view.form.seconds * len(left) / max(1, len(view.form.items))
    return max(1, -(-int(share) // _MINUTE))
