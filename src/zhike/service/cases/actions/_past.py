"""What follows from the story of a case that is taken over: counters, times, promises kept or broken."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from zhike.platform.calendars.rules import elapsed
from zhike.platform.calendars.types import Spec
from zhike.record.agreements.types import Measure, Target
from zhike.service.cases.rules import channels_switched
from zhike.service.cases.types import AT_ONCE, PAUSES, PROACTIVE, CaseState
from zhike.service.cases.types.past import PastCase

_STILL = {*PAUSES, CaseState.ANSWERED, CaseState.CLOSED}


@dataclass(frozen=True, slots=True)
class Counted:
    """The counters of a case (CASE-15)."""

    contacts: int
    repeats: int
    switches: int
    transfers: int
    reopened: int


def counted(past: PastCase) -> Counted:
    """As the actions count them one by one."""
    switches, known = 0, set[str]()
    incoming = [one for one in past.said if one.incoming]
    for one in incoming:
        switches += channels_switched(known, one.channel.value)
        known.add(one.channel.value)
    first = 0 if past.origin in PROACTIVE else 1
    reopened = sum(a.state is CaseState.CLOSED and b.state is CaseState.IN_WORK for a, b in pairwise(past.steps))
    return Counted(len(incoming), max(0, len(incoming) - first), switches, len(past.owners) - 1, reopened)


def first_response(past: PastCase) -> datetime | None:
    """Whoever calls or comes in is answered while they speak; else our first words."""
    if past.channel in AT_ONCE and past.origin not in PROACTIVE:
        return past.opened_at
    return min((one.at for one in past.said if not one.incoming), default=None)


def last_spoken(past: PastCase, *, incoming: bool) -> datetime | None:
    return max((one.at for one in past.said if one.incoming is incoming), default=None)


def last_step(past: PastCase, state: CaseState) -> datetime | None:
    return max((step.at for step in past.steps if step.state is state), default=None)


@dataclass(frozen=True, slots=True)
class Promises:
    """The targets of a case, each with the open hours in which it is counted."""

    targets: Mapping[Measure, Target]
    specs: Mapping[int, Spec]
    default: int

    def spec(self, measure: Measure) -> Spec | None:
        """The open hours in which it is counted; None where day and night count."""
        if self.targets[measure].every_hour:
            return None
        return self.specs[self.targets[measure].calendar_id or self.default]

    def response_missed(self, past: PastCase, *, now: datetime) -> bool | None:
        """Broken or kept; None while its time runs."""
        at = first_response(past)
        return self._missed(Measure.FIRST_RESPONSE, running(past, until=at or now), is_over=at is not None)

    def solution_missed(self, past: PastCase, *, now: datetime) -> bool | None:
        is_over = past.steps[-1].state in {CaseState.ANSWERED, CaseState.CLOSED}
        return self._missed(Measure.SOLUTION, running(past, until=now), is_over=is_over)

    def _missed(self, measure: Measure, spans: Iterable[tuple[datetime, datetime]], *, is_over: bool) -> bool | None:
        if measure not in self.targets:
            return None
        spec = self.spec(measure)
        used = sum((elapsed(spec, start, end) if spec else end - start for start, end in spans), timedelta())
        if used > self.targets[measure].budget:
            return True
        return False if is_over else None


def running(past: PastCase, *, until: datetime) -> Sequence[tuple[datetime, datetime]]:
    """The spans in which clocks run: not while somebody else must act, and not once it is answered."""
    ends = [step.at for step in past.steps[1:]] + [until]
    spans = [(step.at, min(end, until)) for step, end in zip(past.steps, ends, strict=True) if step.state not in _STILL]
    return [(start, end) for start, end in spans if start < end]
