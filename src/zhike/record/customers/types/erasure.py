"""Erasing people: on what ground, what would go, what went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.record.customers.types.personal import Mention
from zhike.record.customers.types.words import Label


class ErasureBasis(StrEnum):
    """The cases in which the law wants it: PIPL art. 47, 1–5; GDPR art. 17 (1)."""

    PURPOSE = "purpose"
    PERIOD = "period"
    CONSENT = "consent"
    UNLAWFUL = "unlawful"
    OTHER_LAW = "other_law"


BASIS_LABELS: Mapping[str, Label] = {
    ErasureBasis.PURPOSE: _("The purpose is fulfilled or can no longer be (PIPL art. 47, 1; GDPR art. 17 (1) a)"),
    ErasureBasis.PERIOD: _(
        "The service has ended or the time of keeping is over (PIPL art. 47, 2; GDPR art. 17 (1) a)"
    ),
    ErasureBasis.CONSENT: _("The person withdrew the consent (PIPL art. 47, 3; GDPR art. 17 (1) b)"),
    ErasureBasis.UNLAWFUL: _(
        "The data were used against the law or the agreement (PIPL art. 47, 4; GDPR art. 17 (1) d)"
    ),
    ErasureBasis.OTHER_LAW: _("Another law or regulation wants it (PIPL art. 47, 5; GDPR art. 17 (1) c, e)"),
}


class RequestState(StrEnum):
    """Where a request for an erasure stands; a person decides about it."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


REQUEST_LABELS: Mapping[str, Label] = {
    RequestState.OPEN: pgettext_lazy("request for an erasure", "To be decided"),
    RequestState.DONE: pgettext_lazy("request for an erasure", "Erased"),
    RequestState.REFUSED: pgettext_lazy("request for an erasure", "Refused"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecord:
    """A request as whoever made it, or decides about it, sees it. Whom it names is forgotten with the decision."""

    key: UUID
    state: RequestState
    asked_at: datetime
    due_at: datetime
    by: str
    reason: str
    answer: str
    decided_at: datetime | None
    erasure: str
    contact_ids: Sequence[int] = ()
    phone_numbers: Sequence[str] = ()
    mail_addresses: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A person who may be meant. The number is masked."""

    contact_id: int
    name: str
    customer: str
    number: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomCount:
    name: str
    label: Label
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasurePreview:
    """What every room holds of the people meant, before anything goes."""

    people: Sequence[Candidate]
    numbers: Sequence[str]
    rooms: Sequence[RoomCount]
    log_lines: int
    mentions: Sequence[Mention] = ()
    more_mentions: bool = False

    @property
    def certain(self) -> Sequence[Mention]:
        return [one for one in self.mentions if one.certain]

    @property
    def doubtful(self) -> Sequence[Mention]:
        return [one for one in self.mentions if not one.certain]

    @property
    def rows(self) -> int:
        return sum(room.rows for room in self.rooms)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRecord:
    """An erasure that was made, as its certificate states it."""

    key: UUID
    number: str
    at: datetime
    by_kind: str
    by: str
    basis: str
    reason: str
    people: int
    numbers: int
    rooms: Sequence[RoomCount]
    log_lines: int
    first_at: datetime | None
    retention: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(room.rows for room in self.rooms)
