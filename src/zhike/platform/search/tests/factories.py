"""Two invented rooms with records to be found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from zhike.platform.actors import Actor, ActorKind, Reach
from zhike.platform.search import Document, Hit, Numbers, Sight
from zhike.platform.search.index import refresh

NOW = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)
WHOLE = Reach(everything=True)


def make_actor(reach: Reach = WHOLE, *, staff_id: int | None = None, rights: Sequence[str] = ("trial.see",)) -> Actor:
    return Actor(kind=ActorKind.STAFF, id="7", rights=frozenset(rights), reach=reach, staff_id=staff_id)


@dataclass
class Room:
    """A source whose records are kept in memory."""

    kind: str = "trial"
    label: str = "Trials"
    order: int = 10
    records: dict[int, Document] = field(default_factory=dict)

    def sight(self, actor: Actor) -> Sight:
        return Sight(reach=actor.reach, staff_id=actor.staff_id) if actor.has("trial.see") else Sight()

    def documents(self, ids: Sequence[int]) -> Sequence[Document]:
        return [self.records[pk] for pk in ids if pk in self.records]

    def ids(self, *, after: int, limit: int) -> Sequence[int]:
        return sorted(pk for pk in self.records if pk > after)[:limit]

    def url(self, object_id: int) -> str:
        return f"/{self.kind}/{object_id}/"

    def add(self, title: str, **more: object) -> Document:
        """A record, in the index at once."""
        made = Document(object_id=max(self.records, default=0) + 1, title=title, sort=len(self.records))
        self.records[made.object_id] = replace(made, **more)  # type: ignore[arg-type]
        refresh(self.kind, [made.object_id], now=NOW)
        return self.records[made.object_id]


@dataclass
class Desk:
    """Answers exact numbers from the records themselves, whatever the index knows."""

    rooms: Sequence[Room]
    name: str = "desk"

    def exact(self, *, actor: Actor, numbers: Sequence[Numbers], limit: int) -> Mapping[str, Sequence[Hit]]:
        return {
            number.raw: [
                Hit(kind=room.kind, object_id=pk, title=document.title)
                for room in self.rooms
                for pk, document in room.records.items()
                if document.number == number.raw and actor.reach.covers(document.scope_unit_id)
            ][:limit]
            for number in numbers
        }
