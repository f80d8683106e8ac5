"""What may be asked on the figures pages: period, filters, splits, all in the address."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.insight.metrics.queries import MONTH
from zhike.insight.metrics.types import EPOCH, Question

MONTH_FORM = re.compile(r"(19|2[01])\d\d-(0[1-9]|1[0-2])")
# Dimensions with so many values that a list of them helps nobody; they are filtered by from their own pages.
UNLISTED = frozenset(
    {
        "customer_id",
        "delivered_week",
        "ordered_week",
        "status",
        "promised_weekday",
        "campaign_id",
        "trigger",
        "asked_about_id",
        "survey_channel",
        "answer_way",
        "question",
        "section",
        "driver",
        "quality",
        "item_unit_id",
        "follow_owner_id",
        "customer_owner_id",
        "customer_class",
        "owner_id",
    }
)
PERIODS = (
    ("", pgettext_lazy("period", "All")),
    ("3", _("Last 3 months")),
    ("12", _("Last 12 months")),
    ("24", _("Last 24 months")),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks: only known dimensions, months that exist, at most two splits."""

    period: str = ""
    since: str = ""
    until: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    split: tuple[str, ...] = ()

    def question(
        self,
        metric_id: str,
        split: Sequence[str] = (),
        *,
        generation: int | None = None,
        at: datetime | None = None,
    ) -> Question:
        return Question(
            metric=metric_id,
            split=tuple(split),
            filters=self.filters,
            since=self.since,
            until=self.until,
            generation=generation,
            at=at,
        )

    def query(self, *, split: Sequence[str] | None = None, **more: str) -> str:
        """This question as a query string, with other splits or filters."""
        pairs = [("period", self.period)] if self.period else []
        if not self.period:
            pairs += [(name, value) for name, value in (("since", self.since), ("until", self.until)) if value]
        pairs += [(name, value) for name, values in self.filters.items() if name not in more for value in values]
        pairs += [("split", name) for name in (self.split if split is None else split)]
        pairs += list(more.items())
        return f"?{urlencode(pairs)}" if pairs else "?"

    def without(self, name: str) -> str:
        """The query string with one filter taken away."""
        kept = {key: values for key, values in self.filters.items() if key != name}
        period = Asked(filters=kept, split=self.split)
        if name == "period":
            return period.query()
        return Asked(self.period, self.since, self.until, kept, self.split).query()


def asked_of(data: QueryDict, dimensions: Sequence[str], today: date) -> Asked:
    """Read the address; what cannot be read is left out, so that an old bookmark still opens."""
    period, this_month = data.get("period", ""), today.strftime("%Y-%m")
    since, until = _month(data, "since", this_month), _month(data, "until", this_month)
    if period in {"3", "12", "24"}:
        since, until = _back(today, int(period)), this_month
    else:
        period = ""
    known = [*dimensions, MONTH]
    asked = {name: [value for value in data.getlist(name) if "\x00" not in value] for name in known}
    filters = {name: tuple(values[:50]) for name, values in asked.items() if any(values)}
    return Asked(
        period=period,
        since=since,
        until=until,
        filters=filters,
        split=tuple(dict.fromkeys(name for name in data.getlist("split") if name in known))[:2],
    )


def _month(data: QueryDict, name: str, latest: str) -> str:
    """A month of the address, this one at the latest: no period reaches beyond now."""
    asked = data.get(name, "")
    return min(asked, latest) if MONTH_FORM.fullmatch(asked) else ""


def state_named(data: QueryDict) -> tuple[int | None, datetime | None]:
    """The state of the lake that an address names (see `Answer.state`); None for what it does not say."""
    generation, at = whole(data.get("generation")), whole(data.get("at"))
    return generation, EPOCH + timedelta(microseconds=at) if at is not None else None


def whole(text: str | None) -> int | None:
    """A whole number of an address; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None  # noqa: PLR2004 - int64


def _back(today: date, months: int) -> str:
    """The month that is the first of the last so many, this one included."""
    first = today.replace(day=1)
    for _step in range(months - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    return first.strftime("%Y-%m")
