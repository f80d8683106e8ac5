"""Small makers of articles and phrases, through the real actions."""

from datetime import datetime
from typing import Any

from zhike.platform.actors import Actor
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.tests.factories import NOW, SETUP
from zhike.service.knowledge import actions
from zhike.service.knowledge.models import Article, Phrase
from zhike.service.knowledge.types import ArticleEntry, ArticleKind, PhraseEntry, PhraseKind

__all__ = ["NOW", "SETUP", "article", "draft", "entry", "phrase", "writer"]


def writer(**changes: Any) -> Actor:
    return organization.actor(**{"roles": ("quality",), **changes})


def entry(**changes: Any) -> ArticleEntry:
    values: dict[str, Any] = {
        "kind": ArticleKind.QUESTION,
        "titles": {"zh-hans": "延误怎么赔", "en": "What is paid for delay"},
        "answers": {"zh-hans": "延误按运费退还，最高不超过运费。", "en": "We refund the freight."},
        "bodies": {"zh-hans": "先查原因，天气不赔。"},
        **changes,
    }
    return ArticleEntry(**values)


def draft(by: Actor | None = None, *, now: datetime = NOW, **changes: Any) -> Article:
    review = {"review_on": changes.pop("review_on")} if "review_on" in changes else {}
    made = actions.write_article(actor=by or writer(), entry=entry(**changes), now=now, **review)
    return Article.objects.get(pk=made)


def article(by: Actor | None = None, *, now: datetime = NOW, **changes: Any) -> Article:
    """A published one."""
    row = draft(by, now=now, **changes)
    actions.decide_article(actor=SETUP, article_id=row.pk, version=row.version, approve=True, now=now)
    return Article.objects.get(pk=row.pk)


def phrase(code: str = "check", **changes: Any) -> Phrase:
    values: dict[str, Any] = {
        "code": code,
        "kind": PhraseKind.WORDING,
        "texts": {"zh-hans": "我马上为您查", "en": "I will find out for you"},
        "avoid": {"zh-hans": ["不知道"], "en": ["I don't know"]},
        **changes,
    }
    return Phrase.objects.get(pk=actions.save_phrase(actor=SETUP, entry=PhraseEntry(**values), now=NOW))
