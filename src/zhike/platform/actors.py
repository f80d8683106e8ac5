"""Who acts: every write and every scoped read names one of these."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from django.db.models import Q


class ActorKind(StrEnum):
    STAFF = "staff"
    CONTACT = "contact"
    API_KEY = "api_key"
    LINK = "link"
    PUBLIC = "public"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Reach:
    """Which units' rows an actor sees, as intervals of unit tree numbers (both ends included)."""

    everything: bool = False
    intervals: tuple[tuple[int, int], ...] = ()

    def covers(self, unit_no: int | None) -> bool:
        """Whether a row that belongs to this unit is within reach; a row of no unit only with whole reach."""
        if self.everything:
            return True
        return unit_no is not None and any(low <= unit_no <= high for low, high in self.intervals)

    def q(self, field: str = "scope_unit_id") -> Q:
        """The condition on a unit-number column: nothing for whole reach, no row at all for an empty one."""
        if self.everything:
            return Q()
        condition = Q(pk__in=[])
        for position, (low, high) in enumerate(self.intervals):
            step = Q(**{f"{field}__range": (low, high)})
            condition = step if position == 0 else condition | step
        return condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """An acting person, key, link or job, with what it may do (`rights`) and to which rows (`reach`)."""

    kind: ActorKind
    id: str
    rights: frozenset[str] = frozenset()
    reach: Reach = Reach()
    roles: frozenset[str] = frozenset()
    user_id: int | None = None
    staff_id: int | None = None
    unit_id: int | None = None
    unit_no: int | None = None
    label: str = ""
    zone: str = "UTC"
    language: str = "zh-hans"
    subject: str = ""
    purpose: str = ""
    # The member of staff who answers for what a program does: whoever made its key.
    answering_id: int | None = None

    @property
    def person(self) -> str:
        """Who it is where two decisions must be two people's: `staff:5`, also for a key that this person made.

        The kind is part of it, so that key 5 is never taken for person 5.
        """
        staff_id = self.staff_id if self.staff_id is not None else self.answering_id
        return person_of_staff(staff_id) if staff_id is not None else f"{self.kind.value}:{self.id}"

    def has(self, right: str) -> bool:
        return self.kind is ActorKind.SYSTEM or right in self.rights


def person_of_staff(staff_id: int) -> str:
    """How `Actor.person` names this member of staff."""
    return f"{ActorKind.STAFF.value}:{staff_id}"


def system_actor(name: str) -> Actor:
    """A named system job: every right, whole reach. `name` is dotted lower case, e.g. `imports.run`."""
    return Actor(kind=ActorKind.SYSTEM, id=name, reach=Reach(everything=True), label=name)


def public_actor(address: str = "") -> Actor:
    """Somebody who is not signed in: no rights, no reach."""
    return Actor(kind=ActorKind.PUBLIC, id=address or "public")


class Finder(Protocol):
    """Who an actor of one kind is now, by id; None when it may no longer act."""

    def __call__(self, actor_id: str, *, now: datetime) -> Actor | None: ...


_finders: dict[ActorKind, Finder] = {}


def find_actors_with(kind: ActorKind, finder: Finder) -> None:
    """Register who knows the actors of a kind, for work that is done later in somebody's name."""
    _finders[kind] = finder


def actor_again(kind: str, actor_id: str, *, now: datetime) -> Actor | None:
    """The actor that once asked for a piece of work, with the rights it has now."""
    if kind == ActorKind.SYSTEM.value:
        return system_actor(actor_id)
    finder = _finders.get(ActorKind(kind))
    return finder(actor_id, now=now) if finder else None
