"""Texts that may name people to whom nothing links them, and what is kept only for a time (CUST-22)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.parameters import Parameter
from zhike.record.customers.types.protocols import ErasedPeople, personal_data
from zhike.record.customers.types.words import Label

# Stands where a text named somebody who was erased; the words around it stay.
BLANK = "█"


class Ground(StrEnum):
    """Why a text is taken to speak of somebody. A number or an address is certain, a name alone is not."""

    NUMBER = "number"
    ADDRESS = "address"
    NAME = "name"


GROUND_LABELS: Mapping[str, Label] = {
    Ground.NUMBER: _("says the telephone number"),
    Ground.ADDRESS: _("says the e-mail address"),
    Ground.NAME: _("says the name alone"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NamingText:
    """A record with its texts by field, as they stand: `title` and `url` lead people to it."""

    id: int
    fields: Mapping[str, str]
    title: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A record whose texts name the people meant; `ref` says which, where, and what they said, without the words."""

    kind: str
    label: Label
    id: int
    ground: Ground
    ref: str
    title: str
    url: str
    excerpt: str

    @property
    def certain(self) -> bool:
        return self.ground is not Ground.NAME


class PersonalTexts(Protocol):
    """Free text of a room. `about` leaves out what `PersonalData` of the room reaches by its links."""

    name: str
    label: Label

    def about(self, *, people: ErasedPeople, limit: int) -> Sequence[NamingText]:
        """Texts that may name these people, the newest first; narrowed in the database by `mentions_q`."""

    def texts(self, *, ids: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
        """What these say now, by field."""

    def write(self, *, texts: Mapping[int, Mapping[str, str]], now: datetime) -> int:
        """Put these in place of what stands: the same with stretches blanked. Returns how many records changed."""

    def traces(self, *, ids: Sequence[int]) -> Sequence[audit.Trace]: ...


class Expiring(Protocol):
    """What a room keeps of people only for a time after the matter has ended; 0 days keep it for ever."""

    name: str
    label: Label
    keep: Parameter[timedelta]

    def count(self, *, before: datetime) -> int: ...

    def empty(self, *, before: datetime, limit: int, now: datetime) -> tuple[int, Sequence[audit.Trace]]:
        """Empty at most `limit` matters that ended before; how many rows changed, and the lines that name them."""


_texts: dict[str, PersonalTexts] = {}
_expiring: dict[str, Expiring] = {}


def register_personal_texts(source: PersonalTexts) -> None:
    _texts[source.name] = source


def personal_texts() -> list[PersonalTexts]:
    return [_texts[name] for name in sorted(_texts)]


def register_expiring(source: Expiring) -> None:
    _expiring[source.name] = source


def expiring() -> list[Expiring]:
    return [_expiring[name] for name in sorted(_expiring)]


# In counts by room, what goes before the kind of texts that name people without a link.
NAMED = "texts."


def erasure_labels() -> Mapping[str, Label]:
    """What people call the rooms, texts and kinds that a certificate counts."""
    found: dict[str, Label] = {one.name: one.label for one in personal_data()}
    found |= {f"{NAMED}{one.name}": one.label for one in personal_texts()}
    return found | {one.name: one.label for one in expiring()}
