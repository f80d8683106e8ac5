"""When a survey has said enough to be closed early: pure, and strict about repeated looks (SURV-33)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from zhike.methods.sequential import Crossing, Look, first_above, first_within
from zhike.voice.surveys.types import Trigger
from zhike.voice.surveys.types.stopping import Signal, Strong

# Looks at scores and at whoever was heard, by audience, each in the order in which they came.
Looks = Mapping[str, Sequence[Look]]


def strong_signals(
    scored: Looks, heard: Looks, *, trigger: Trigger, dissatisfied: Decimal, refused: Decimal, margin: Decimal
) -> list[Strong]:
    """Everything that is settled, bad news first, by audience; empty where nothing is.

    `scored`: the dissatisfied among scores; `heard`: who refused, would not score or complained among those who said
    anything. A share is strong when its exact lower bound at a fixed look is above its limit. Precision settles
    a wave only: what asks after each service has no end that it could reach; and all of its forms must have reached it.
    """
    found = [
        *_above(Signal.DISSATISFIED, scored, float(dissatisfied)),
        *_above(Signal.REFUSED, heard, float(refused)),
    ]
    precise = [
        _strong(Signal.PRECISE, audience, crossing, float(margin))
        for audience, looks in sorted(scored.items())
        if (crossing := first_within(looks, float(margin))) is not None
    ]
    if trigger is Trigger.WAVE and precise and len(precise) == len(scored):
        found += precise
    return found


def _above(signal: Signal, by_audience: Looks, limit: float) -> list[Strong]:
    return [
        _strong(signal, audience, crossing, limit)
        for audience, looks in sorted(by_audience.items())
        if (crossing := first_above(looks, limit)) is not None
    ]


def _strong(signal: Signal, audience: str, at: Crossing, limit: float) -> Strong:
    return Strong(signal=signal, audience=audience, n=at.n, hits=at.hits, low=at.low, high=at.high, limit=limit)
