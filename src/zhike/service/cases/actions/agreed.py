"""Open clocks follow what an agreement with their customer says since it began to hold or was revised (AGRE-02)."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.calendars import actions as clocks
from zhike.platform.calendars.types import NewTerms
from zhike.record.agreements.types import Measure
from zhike.service.cases import events
from zhike.service.cases.policies import HANDLE
from zhike.service.cases.queries.agreed import agreed_moves

_MOST_REASON: Final = 200


@action
def follow_agreements(*, actor: Actor, customer_ids: Collection[int], now: datetime) -> int:
    """Let the open clocks of these customers' matters follow their agreements; returns how many moved.

    A clock that has the terms already does not move: done twice, it happens once.
    """
    authorize(actor, HANDLE)
    moved = 0
    for measure in Measure:
        after = 0
        while True:
            after, moves = agreed_moves(actor=actor, customer_ids=customer_ids, measure=measure, after=after, at=now)
            by_source: dict[str, list[NewTerms]] = {}
            for one, source in moves:
                by_source.setdefault(source, []).append(one.terms)
            for source, terms in sorted(by_source.items()):
                clocks.recompute_clocks(actor=actor, changes=terms, reason=source[:_MOST_REASON], now=now)
            moved += len(moves)
            if not after:
                break
    audit.record(
        actor,
        events.AgreementsFollowed(subject=("customers", len(customer_ids)), after={"clocks": moved}),
        now=now,
    )
    return moved
