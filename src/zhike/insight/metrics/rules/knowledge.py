"""How what the company knows is kept and used (KNOW-01, KNOW-02)."""

import ibis.expr.types as ir
from django.utils.translation import gettext_lazy as _

from zhike.insight.metrics.types import Direction, Kind, Metric, define


def _published(rows: ir.Table) -> ir.BooleanValue:
    return rows["is_published"]


def _answered(rows: ir.Table) -> ir.BooleanValue:
    return ~rows["is_duplicate"] & rows["answered_date"].notnull()


OUTDATED = define(
    Metric(
        id="article_outdated",
        version=1,
        label=_("Outdated articles"),
        definition=_(
            "Published articles whose last day of validity or whose day of review has passed, of all published"
            " articles, by the day on which the version in force was published. None should be."
        ),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.LOWER,
        fact="knowledge_articles",
        grain=_("article"),
        time="published_date",
        source=_("Company requirement: upkeep of articles"),
        eligible=_published,
        known=_published,
        hit=lambda rows: rows["is_outdated"],
        order=80,
    )
)

ARTICLE_USE = define(
    Metric(
        id="case_article_use",
        version=1,
        label=_("Answered with an article"),
        definition=_("Cases answered in the period into whose answers an article was put, of all answered cases."),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.NONE,
        fact="cases",
        grain=_("case"),
        time="answered_date",
        source=_("Company requirement: upkeep of articles"),
        eligible=_answered,
        known=_answered,
        hit=lambda rows: rows["had_article"],
        order=81,
    )
)

PHRASE_USE = define(
    Metric(
        id="case_phrase_use",
        version=1,
        label=_("Answered with a phrase"),
        definition=_(
            "Cases answered in the period into whose answers a phrase of the list was put, of all answered cases."
        ),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.NONE,
        fact="cases",
        grain=_("case"),
        time="answered_date",
        source=_("Company requirement: phrases for answers"),
        eligible=_answered,
        known=_answered,
        hit=lambda rows: rows["had_phrase"],
        order=82,
    )
)

USES = define(
    Metric(
        id="article_uses",
        version=1,
        label=_("Uses of articles"),
        definition=_("How often articles were put into answers; split by article it says which ones."),
        unit="",
        kind=Kind.COUNT,
        direction=Direction.NONE,
        fact="knowledge_uses",
        grain=_("use"),
        time="used_date",
        source=_("Company requirement: upkeep of articles"),
        eligible=lambda rows: rows["is_article"],
        known=lambda rows: rows["is_article"],
        order=83,
    )
)
