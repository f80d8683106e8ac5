"""How far the lake is behind, for the operations page."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from zhike.insight.lake import queries
from zhike.insight.lake.types import Lag
from zhike.platform import audit, facts
from zhike.platform.actors import Actor, system_actor
from zhike.platform.ops.types import OpsCard, Reading, register_card

# It is refreshed every minute; a rebuild may take a few.
LATE = timedelta(minutes=5)
_WATCH = system_actor("lake.operations")


def _read(now: datetime) -> list[Reading]:
    found = []
    for lag in queries.lags(actor=_WATCH, now=now):
        found += [_age(lag), _behind(lag)]
    return found


def _age(lag: Lag) -> Reading:
    return Reading(
        label=_("%(fact)s: age") % {"fact": lag.label},
        value=lag.age,
        metric=f"zhike_lake_{lag.fact}_age_seconds",
        trouble=lag.age is None or lag.age > LATE,
        note=_("refreshed every minute"),
    )


def _behind(lag: Lag) -> Reading:
    return Reading(
        label=_("%(fact)s: rows behind") % {"fact": lag.label},
        value=lag.rows_behind,
        metric=f"zhike_lake_{lag.fact}_rows_behind",
        note=_("10,000 and more") if lag.rows_behind >= queries.MOST_BEHIND else "",
    )


register_card(OpsCard("40-lake", _("Lake"), _read))


def _facts_named(*, actor: Actor, keys: Collection[str]) -> audit.Names:
    """The facts of the store by name; they are no secret to whoever reads the log."""
    known = facts.published()
    return {key: (str(known[key].label or key), "") for key in keys if key in known}


audit.register_naming("lake", _facts_named)
