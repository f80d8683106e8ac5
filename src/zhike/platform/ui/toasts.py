"""Own successes, bottom left, one at a time; with undo where the deed can be taken back."""

import json
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.utils.functional import Promise

_UNDO = "undo:"


def toast(request: HttpRequest, text: str | Promise, *, undo: str = "") -> None:
    """Say that something was done. `undo` is an address that takes a POST and reverses it (10 s instead of 6)."""
    messages.success(request, str(text), extra_tags=f"{_UNDO}{undo}" if undo else "")


def undo_of(message: Message) -> str:
    tags = message.extra_tags or ""
    return tags.removeprefix(_UNDO) if tags.startswith(_UNDO) else ""


def pending(found: Iterable[Message]) -> list[dict[str, Any]]:
    """Messages as the script takes them; reading them uses them up."""
    return [{"text": str(message), "undo": undo_of(message)} for message in found]


def header(text: str, *, undo: str = "") -> str:
    """A value for the `HX-Trigger` header, for answers without a request at hand."""
    return json.dumps({"zk:toast": [{"text": text, "undo": undo}]})
