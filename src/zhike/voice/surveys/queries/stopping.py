"""Whether a running survey has a strong signal, at looks that are fixed beforehand (SURV-33)."""

from datetime import datetime
from typing import Any, Final

from django.db import connection

from zhike.methods.scales import SCALES, Kind
from zhike.methods.sequential import Look, look_sizes
from zhike.platform import parameters
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.voice.surveys.policies import RUN, STOP_BASE, STOP_DISSATISFIED, STOP_MARGIN, STOP_REFUSED
from zhike.voice.surveys.rules.stopping import strong_signals
from zhike.voice.surveys.types import Disposition, Trigger
from zhike.voice.surveys.types.stopping import Strong

_MOST: Final = 10_000_000
_SILENT_BUT_HEARD: Final = (Disposition.REFUSED, Disposition.UNSCORED, Disposition.COMPLAINT)
# Whoever is not satisfied counts as dissatisfied, as in the report (SURV-07); other scales have no such share.
_IS_DISSATISFIED: Final = "CASE scale {} END".format(
    " ".join(
        f"WHEN '{scale.id}' THEN score NOT IN ({', '.join(str(level) for level in sorted(scale.satisfied))})"
        for scale in SCALES.values()
        if scale.kind is Kind.SATISFACTION
    )
)
# Each outcome falls into the look at which it is first seen.
_LOOKS: Final = """
WITH heard AS (
  SELECT audience, id, received_at, {hit} AS hit FROM surveys_recipient
  WHERE campaign_id = %(campaign)s AND received_at IS NOT NULL AND disposition = ANY(%(fates)s) AND ({hit}) IS NOT NULL
), placed AS (
  SELECT audience, hit, row_number() OVER (PARTITION BY audience ORDER BY received_at, id) AS place FROM heard
)
SELECT audience, width_bucket(place, %(bounds)s::bigint[]) AS look, count(*), count(*) FILTER (WHERE hit)
FROM placed GROUP BY audience, look ORDER BY audience, look
"""
_REFUSED: Final = "disposition <> 'answered'"


# zhike: allow query-scope -- whether the whole survey goes on is decided on all of it; it gives counts, no rows
def signals_of(*, actor: Actor, campaign_id: int, trigger: Trigger, now: datetime) -> list[Strong]:
    """Strong signals of one running survey, bad news first, for whoever runs surveys. Two queries.

    Looks are taken after so many outcomes of each form (parameter), and each time after twice as many, in the order in
    which they came: opening the page more often adds none.
    """
    authorize(actor, RUN)
    first = parameters.value(STOP_BASE, at=now)
    answered = [Disposition.ANSWERED.value]
    return strong_signals(
        _looks(campaign_id, _IS_DISSATISFIED, answered, first),
        _looks(campaign_id, _REFUSED, [*answered, *(one.value for one in _SILENT_BUT_HEARD)], first),
        trigger=trigger,
        dissatisfied=parameters.value(STOP_DISSATISFIED, at=now),
        refused=parameters.value(STOP_REFUSED, at=now),
        margin=parameters.value(STOP_MARGIN, at=now),
    )


def _looks(campaign_id: int, hit: str, fates: list[str], first: int) -> dict[str, list[Look]]:
    """By audience the looks that are complete; an audience that nobody has answered yet is not among them."""
    sizes = look_sizes(first, _MOST)
    values: dict[str, Any] = {"campaign": campaign_id, "fates": fates, "bounds": [1, *(size + 1 for size in sizes)]}
    with connection.cursor() as cursor:
        cursor.execute(_LOOKS.format(hit=hit), values)
        rows = cursor.fetchall()
    found: dict[str, list[Look]] = {}
    running: dict[str, tuple[int, int]] = {}
    for audience, look, n, hits in rows:
        known, known_hits = running.get(audience, (0, 0))
        running[audience] = known + n, known_hits + hits
        looks = found.setdefault(audience, [])
        if running[audience][0] == sizes[look - 1]:
            looks.append(Look(*running[audience]))
    return found
