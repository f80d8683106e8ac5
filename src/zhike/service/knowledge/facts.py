"""What knowledge publishes to the lake: how articles stand and where they are used; no texts, no names."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.actors import Actor, system_actor
from zhike.platform.db.ids import ids_of
from zhike.platform.facts import Column, ColumnType, Fact, Row, name_dimension, open_rows_with, publish
from zhike.record.organization import queries as organization
from zhike.service.knowledge import queries
from zhike.service.knowledge.types import FRESHNESS_LABELS, KIND_LABELS, ArticleState, Freshness, subjects

INTEGER, TEXT, FLAG, DATE = ColumnType.INTEGER, ColumnType.TEXT, ColumnType.BOOLEAN, ColumnType.DATE
_NAMES = system_actor("knowledge.names")

ARTICLES = publish(
    Fact(
        name="knowledge_articles",
        table="knowledge_article",
        month="date_trunc('month', timezone('UTC', made_at))::date",
        label=_("Articles"),
        columns=(
            Column("article_kind", TEXT, "kind", dimension=True, label=_("Kind of article")),
            Column("article_category", TEXT, "category", dimension=True, label=_("Category")),
            Column("article_owner_id", INTEGER, "owner_id", dimension=True, label=_("Owner")),
            Column("scope_unit_id", INTEGER),
            Column("published_date", DATE, "timezone('UTC', published_at)::date"),
            Column("is_published", FLAG, f"state = '{ArticleState.PUBLISHED.value}'"),
            Column("is_outdated", FLAG, "outdated_since IS NOT NULL"),
        ),
    )
)
USES = publish(
    Fact(
        name="knowledge_uses",
        table="knowledge_use",
        month="date_trunc('month', timezone('UTC', at))::date",
        label=_("Uses of articles and phrases"),
        columns=(
            Column("article_id", INTEGER, dimension=True, label=_("Article")),
            Column("phrase_id", INTEGER, dimension=True, label=_("Phrase")),
            Column("use_category", TEXT, "category", dimension=True, label=_("Category")),
            Column("scope_unit_id", INTEGER),
            Column("used_date", DATE, "timezone(zone, at)::date"),
            Column("is_article", FLAG, "article_id IS NOT NULL"),
            Column("was_outdated", FLAG, "outdated", label=_("Out of date when it was used")),
        ),
    )
)


def _kind_names(values: Sequence[str]) -> Mapping[str, str]:
    return {value: str(KIND_LABELS[value]) for value in values if value in KIND_LABELS}


def _category_names(values: Sequence[str]) -> Mapping[str, str]:
    known = queries.category_labels(actor=_NAMES)
    return {value: known[value] for value in values if value in known}


def _article_names(values: Sequence[str]) -> Mapping[str, str]:
    """Titles are the company's own words, no secret within it."""
    rows = queries.article_rows(actor=_NAMES).filter(pk__in=ids_of(values))
    return {str(row.pk): f"{row.number} {queries.title_of(row)}" for row in rows}


def _phrase_names(values: Sequence[str]) -> Mapping[str, str]:
    rows = queries.phrase_rows(actor=_NAMES).filter(pk__in=ids_of(values))
    return {str(row.pk): row.code for row in rows}


def _staff_names(values: Sequence[str]) -> Mapping[str, str]:
    rows = organization.staff_rows(actor=_NAMES).filter(pk__in=ids_of(values))
    return {str(pk): name for pk, name in rows.values_list("pk", "name")}


def _articles_behind(*, actor: Actor, ids: Sequence[int]) -> tuple[Sequence[str], Sequence[Row]]:
    headings = [gettext("No."), gettext("Article"), gettext("Owner"), gettext("Validity")]
    rows = queries.article_rows(actor=actor).filter(pk__in=ids).order_by("pk")
    return headings, [
        Row(
            one.pk,
            one.number,
            reverse("knowledge:article", args=[one.pk]),
            (
                queries.title_of(one),
                one.owner.name,
                str(FRESHNESS_LABELS[Freshness.EXPIRED if one.outdated_since else Freshness.CURRENT]),
            ),
        )
        for one in rows
    ]


def _uses_behind(*, actor: Actor, ids: Sequence[int]) -> tuple[Sequence[str], Sequence[Row]]:
    """Uses with the record in whose answer they stand, where the reader may see it."""
    headings = [gettext("Used in"), gettext("Article or phrase"), gettext("Day")]
    rows = list(queries.use_rows(actor=actor).filter(pk__in=ids).order_by("pk"))
    named = {
        (kind, pk): found
        for kind, source in subjects().items()
        for pk, found in source.labels(
            actor=actor, ids={row.subject_id for row in rows if row.subject_kind == kind}
        ).items()
    }
    return headings, [
        Row(
            one.pk,
            *named.get((one.subject_kind, one.subject_id), ("–", "")),
            (
                one.article.number if one.article else one.phrase.code if one.phrase else "",
                clock.local_date(one.at, one.zone).isoformat(),
            ),
        )
        for one in rows
    ]


name_dimension("article_kind", _kind_names)
name_dimension("article_category", _category_names)
name_dimension("use_category", _category_names)
name_dimension("article_owner_id", _staff_names)
name_dimension("article_id", _article_names)
name_dimension("phrase_id", _phrase_names)
open_rows_with("knowledge_articles", _articles_behind)
open_rows_with("knowledge_uses", _uses_behind)
