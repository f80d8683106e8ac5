"""What the invented company knows: articles and phrases, and the answers of the year that held them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from numpy.random import Generator

from zhike.platform.actors import Actor
from zhike.platform.clock import local_date
from zhike.service.cases import actions as cases
from zhike.service.cases import queries as case_queries
from zhike.service.cases.types import CASE_SUBJECT
from zhike.service.knowledge import actions, queries
from zhike.service.knowledge.types import ArticleEntry, ArticleKind, PastArticle, PastUse, PhraseEntry, PhraseKind

LANGUAGES = ("zh-hans", "zh-hant", "en")
ZONE = "Asia/Shanghai"
DAY = timedelta(days=1)
# Written before the year that is told, so that no answer holds what was not there yet. Every tenth article has been
# forgotten: its validity or its review has passed.
FORGOTTEN = 10
WITH_ARTICLE, WITH_PHRASE = 0.38, 0.46


def _lines(name: str) -> list[list[str]]:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return [line.split("|") for line in text.splitlines() if line]


def tell_lore(
    *, actor: Actor, owners: Sequence[int], publisher: int, now: datetime, chance: Generator
) -> tuple[int, int]:
    """Write what the company knows, and say in which answers of the past it was used; returns articles and uses."""
    today = local_date(now, ZONE)
    told = []
    for position, (kind, category, *words, body) in enumerate(_lines("articles.txt")):
        is_forgotten = position % FORGOTTEN == FORGOTTEN - 1
        written = now - (400 + position % 60) * DAY
        entry = ArticleEntry(
            kind=ArticleKind(kind),
            category=category,
            titles=dict(zip(LANGUAGES, words[:3], strict=True)),
            answers=dict(zip(LANGUAGES, words[3:], strict=True)),
            bodies={"zh-hans": body} if body else {},
            valid_from=local_date(written, ZONE),
            valid_until=today - (3 + position) * DAY if is_forgotten and kind == "tariff" else None,
            for_customers=kind == "question" and not body,
            note="首版",
        )
        told.append(
            PastArticle(
                entry=entry,
                owner_id=owners[position % len(owners)],
                written_at=written,
                review_on=today - (position % 40 + 1) * DAY if is_forgotten else today + (20 + position) * DAY,
                published_by_id=publisher,
                published_at=written + DAY,
            )
        )
    ids = actions.load_articles(actor=actor, articles=told, now=now)
    actions.load_phrases(
        actor=actor, phrases=[_phrase(position, one) for position, one in enumerate(_lines("phrases.txt"))], now=now
    )
    by_category: dict[str, list[int]] = defaultdict(list)
    for pk, one in zip(ids, told, strict=True):
        if one.entry.category:
            by_category[one.entry.category].append(pk)
    return len(ids), _use(actor, by_category, now, chance)


def _phrase(position: int, told: Sequence[str]) -> PhraseEntry:
    kind, about, *texts, avoid, avoid_en = told
    wordings = {"zh-hans": avoid.split(";"), "en": avoid_en.split(";")} if avoid else {}
    is_cause = about.startswith("=")
    return PhraseEntry(
        code=f"{kind}-{position + 1:02d}",
        kind=PhraseKind(kind),
        texts=dict(zip(LANGUAGES, texts, strict=True)),
        avoid=wordings,
        category="" if is_cause else about,
        cause=about[1:] if is_cause else "",
        order=position + 1,
    )


def _use(actor: Actor, by_category: Mapping[str, Sequence[int]], now: datetime, chance: Generator) -> int:
    """Answered cases of the year: in a good third of the answers there was an article, in half a phrase."""
    phrases: dict[str, list[int]] = defaultdict(list)
    rows = queries.phrase_rows(actor=actor).filter(cause="").exclude(kind=PhraseKind.WORDING.value).order_by("pk")
    for pk, category in rows.values_list("pk", "category"):
        phrases[category].append(pk)
    answered = case_queries.case_rows(actor=actor).filter(answered_at__isnull=False).order_by("pk")
    uses = []
    for pk, category, owner, at in answered.values_list("pk", "category__code", "owner_id", "answered_at"):
        fit, said = by_category.get(category, ()), [*phrases[category], *phrases[""]]
        given: dict[str, Any] = {"about": (CASE_SUBJECT, pk), "at": at, "category": category, "staff_id": owner}
        if fit and chance.random() < WITH_ARTICLE:
            uses.append(PastUse(article_id=fit[int(chance.integers(len(fit)))], **given))
        if said and chance.random() < WITH_PHRASE:
            uses.append(PastUse(phrase_id=said[int(chance.integers(len(said)))], **given))
    return cases.load_uses(actor=actor, uses=uses, now=now)
