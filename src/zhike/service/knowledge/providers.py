"""What knowledge offers to the rooms and doors around it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor
from zhike.platform.bulk.types import Target, register
from zhike.platform.files.types import register_access
from zhike.platform.search.types import Document, Sight, register_source
from zhike.record.organization.types import (
    HeldCounts,
    HeldItem,
    ScopeColumn,
    keep_as_history,
    register_holdings,
    register_unit_move,
)
from zhike.service.knowledge import queries
from zhike.service.knowledge.actions import import_articles, pass_articles
from zhike.service.knowledge.policies import WRITE, sight
from zhike.service.knowledge.types import ARTICLE_FIELDS, ARTICLE_KIND, ARTICLE_REASONS, Label


def _page(article_id: int) -> str:
    return reverse("knowledge:article", args=[article_id])


class HeldArticles:
    """Articles of which somebody is the owner."""

    kind = "articles"
    label: Label = _("Articles")

    def counts(self, *, staff_ids: Sequence[int]) -> HeldCounts:
        return queries.articles_held(staff_ids)

    def items(self, *, staff_id: int, limit: int) -> Sequence[HeldItem]:
        return [
            HeldItem(row.pk, row.number, queries.title_of(row), _page(row.pk))
            for row in queries.some_articles(staff_id, limit)
        ]

    def reassign(
        self, *, actor: Actor, from_staff_id: int, to_staff_id: int, item_ids: Sequence[int] | None, now: datetime
    ) -> int:
        return pass_articles(
            actor=actor, from_staff_id=from_staff_id, to_staff_id=to_staff_id, article_ids=item_ids, now=now
        )


class ArticleSearch:
    """Published articles in the house's search, by either script."""

    kind = ARTICLE_KIND
    label: Label = _("Articles")
    order = 35

    def sight(self, actor: Actor) -> Sight:
        return sight(actor)

    def documents(self, ids: Sequence[int]) -> Sequence[Document]:
        return queries.documents(ids)

    def ids(self, *, after: int, limit: int) -> Sequence[int]:
        return queries.document_ids(after, limit)

    def url(self, object_id: int) -> str:
        return _page(object_id)


class Attachments:
    name = "knowledge"

    def visible(self, *, actor: Actor, file_ids: Sequence[int]) -> Collection[int]:
        return queries.visible_files(actor=actor, file_ids=file_ids)

    def referenced(self, *, file_ids: Sequence[int]) -> Collection[int]:
        return queries.held_files(file_ids)


for _table in ("knowledge_article", "knowledge_use"):
    register_unit_move(ScopeColumn(_table))
register_holdings(HeldArticles(), keys=["knowledge.Article.owner"])
keep_as_history(
    "knowledge.ArticleVersion.made_by",
    "knowledge.ArticleDecision.staff",
    "knowledge.Use.staff",
)
ARTICLES = register(
    Target(
        key="knowledge.articles",
        label=_("Articles"),
        fields=ARTICLE_FIELDS,
        right=WRITE,
        load=import_articles,
        reasons=ARTICLE_REASONS,
        list_url_name="knowledge:list",
    )
)
register_source(ArticleSearch())
register_access(Attachments())
