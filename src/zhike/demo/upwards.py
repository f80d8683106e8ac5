"""What agents could not decide alone, and what customers were given: asked, answered, approved, refused."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from numpy.random import Generator

from zhike.demo import matter_words as words
from zhike.demo.matters import HOUR, Keys, at_desk
from zhike.demo.world import World
from zhike.service.cases.types import CaseKind, CaseState, RemedyEntry, RemedyKind, RemedyState
from zhike.service.cases.types.past import PastCase, PastEscalation, PastRemedy

# Of the complaints that have ended: asked upwards; given something, by what went wrong.
ASKED_UP = 0.03
GIVEN = {"lost": 0.7, "damaged": 0.5, "fee": 0.4, "late": 0.08, "courier": 0.05, "false_delivery": 0.15}
# Of what was given: within the agent's own authority, refused by the supervisor; the rest was approved.
OWN, REFUSED = 0.45, 0.2
# What stands beside a case of this morning.
ESCALATED, TOLD, ASKED, APPROVED, TURNED_DOWN, GRANTED = (
    "escalated", "told", "remedy", "approved", "refused", "granted",
)  # fmt: skip
STATES = {
    ASKED: RemedyState.ASKED,
    APPROVED: RemedyState.APPROVED,
    TURNED_DOWN: RemedyState.REFUSED,
    GRANTED: RemedyState.GRANTED,
}


def chief_of(world: World, keys: Keys) -> int:
    """The supervisor with the ready-made sign-in."""
    return keys.staff[next(person.number for person in world.people if person.role == "supervisor")]


def of_this_morning(
    special: str, position: int, owner: int, chief: int, until: datetime
) -> tuple[PastEscalation | None, PastRemedy | None]:
    """Escalation or remedy of a case that lies on a desk, asked in the last hours."""
    asked_at = until - timedelta(minutes=35 + 50 * (position % 4))
    if special in {ESCALATED, TOLD}:
        reason, answer = words.ESCALATIONS[position % len(words.ESCALATIONS)]
        asked = PastEscalation(to_staff_id=chief, reason=reason, asked_at=asked_at)
        return (replace(asked, answer=answer, answered_at=asked_at + HOUR / 2) if special == TOLD else asked), None
    state = STATES.get(special)
    if state is None:
        return None, None
    kind, reason, least, _most = words.REMEDIES[position % len(words.REMEDIES)]
    amount = Decimal(least * (1 if special == GRANTED else 4))
    entry = RemedyEntry(kind=RemedyKind(kind), reason=reason, amount=amount)
    return None, _remedy(entry, state, asked_at, owner, chief)


def asked_upwards(cases: Sequence[PastCase], world: World, keys: Keys, chance: Generator) -> list[PastCase]:
    """The same cases; some complaints that have ended went up, some ended with something given."""
    chief = chief_of(world, keys)
    return [
        _with_past(one, chief, chance)
        if one.kind is CaseKind.COMPLAINT and one.steps[-1].state is CaseState.CLOSED
        else one
        for one in cases
    ]


def _with_past(case: PastCase, chief: int, chance: Generator) -> PastCase:
    luck, given = float(chance.random()), float(chance.random())
    if luck < ASKED_UP:
        reason, answer = words.ESCALATIONS[int(chance.integers(len(words.ESCALATIONS)))]
        asked_at, answered_at = _within(case, chance)
        case = replace(
            case,
            escalation=PastEscalation(
                to_staff_id=chief, reason=reason, asked_at=asked_at, answer=answer, answered_at=answered_at
            ),
        )
    if given >= GIVEN.get(case.category, 0.0):
        return case
    kind, reason, least, most = words.REMEDIES[int(chance.integers(len(words.REMEDIES)))]
    state = RemedyState.GRANTED
    if chance.random() >= OWN:
        state = RemedyState.REFUSED if chance.random() < REFUSED else RemedyState.APPROVED
    low, high = (least, least * 2) if state is RemedyState.GRANTED else (least * 2, most)
    entry = RemedyEntry(
        kind=RemedyKind(kind), reason=reason, amount=Decimal(10 * int(chance.integers(low, high) // 10))
    )
    asked_at, decided_at = _within(case, chance)
    owner = case.owners[-1].staff_id
    return replace(case, remedy=_remedy(entry, state, asked_at, owner, chief, decided_at))


def _within(case: PastCase, chance: Generator) -> tuple[datetime, datetime]:
    """Two moments between the beginning of a case and its answer, in the hours of the desk where that leaves room."""
    ends = next(step.at for step in case.steps if step.state in {CaseState.ANSWERED, CaseState.CLOSED})
    asked_at = case.opened_at + (ends - case.opened_at) * float(chance.uniform(0.2, 0.5))
    wanted = at_desk(asked_at, minute=int(chance.integers(60)))
    asked_at = wanted if wanted < ends else asked_at
    return asked_at, asked_at + (ends - asked_at) * float(chance.uniform(0.2, 0.8))


def _remedy(  # noqa: PLR0917 - one line of a table
    entry: RemedyEntry,
    state: RemedyState,
    asked_at: datetime,
    owner: int,
    chief: int,
    decided_at: datetime | None = None,
) -> PastRemedy:
    if state is RemedyState.ASKED:
        return PastRemedy(entry=entry, asked_at=asked_at)
    by_owner = state is RemedyState.GRANTED
    return PastRemedy(
        entry=entry,
        asked_at=asked_at,
        state=state,
        decided_by_id=owner if by_owner else chief,
        decided_at=asked_at if by_owner else decided_at or asked_at + HOUR / 2,
        decision=words.NOT_GIVEN if state is RemedyState.REFUSED else "",
    )
