"""What the actions of knowledge share: locks, versions, what is in force."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db.models import Q, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, clock, live, outbox
from zhike.platform.actors import Actor
from zhike.platform.errors import FieldError, Invalid, NotFound
from zhike.record.organization import queries as organization
from zhike.service.knowledge import events, rules
from zhike.service.knowledge.models import Article, ArticleDecision, ArticleVersion
from zhike.service.knowledge.policies import scope
from zhike.service.knowledge.types import ArticleEntry, ArticleState, Deed, matters

LIVE = "articles"
_TERMS = ("kind", "category", "unit_id", "for_customers")
IDS_AN_EVENT = 1000


def locked(actor: Actor, article_id: int) -> Article:
    """The article, held until the end of the transaction; raises NotFound."""
    seen = Article.objects.filter(scope(actor), pk=article_id).values_list("pk", flat=True)
    found = Article.objects.select_for_update(no_key=True).filter(pk__in=list(seen)).first()
    if found is None:
        raise NotFound
    return found


def check(actor: Actor, entry: ArticleEntry) -> None:
    """Raises Invalid with everything that is wrong."""
    found = rules.entry_errors(entry)
    source = matters()
    if entry.category and source is not None and entry.category not in source.categories(actor=actor):
        found["category"] = [FieldError("unknown", _("Choose a category of the list."))]
    if entry.unit_id is not None and not organization.unit_labels(actor=actor, unit_ids={entry.unit_id}):
        found["unit"] = [FieldError("unknown", _("Choose a unit of the list."))]
    if found:
        raise Invalid(found)


def terms_of(entry: ArticleEntry) -> dict[str, Any]:
    """Everything of a version but its texts, as it is kept for ever."""
    return {
        "kind": entry.kind.value,
        "category": entry.category,
        "unit_id": entry.unit_id,
        "for_customers": entry.for_customers,
        "valid_from": entry.valid_from.isoformat() if entry.valid_from else None,
        "valid_until": entry.valid_until.isoformat() if entry.valid_until else None,
        "roles": sorted(entry.roles),
        "files": list(entry.file_ids),
    }


def version_of(entry: ArticleEntry, *, number: int, person: str, staff_id: int | None, at: datetime) -> ArticleVersion:
    """A version that is not kept yet and names no article."""
    return ArticleVersion(
        number=number,
        titles=rules.kept_texts(entry.titles),
        answers=rules.kept_texts(entry.answers),
        bodies=rules.kept_texts(entry.bodies),
        terms=terms_of(entry),
        note=entry.note.strip()[:300],
        made_by_id=staff_id,
        person=person,
        made_at=at,
    )


def put_in_force(row: Article, version: ArticleVersion) -> None:
    """The article says what this version says; the caller saves it."""
    row.titles, row.answers, row.bodies = version.titles, version.answers, version.bodies
    for name in _TERMS:
        setattr(row, name, version.terms[name])
    row.valid_from, row.valid_until = _day(version.terms["valid_from"]), _day(version.terms["valid_until"])
    row.roles, row.files = version.terms["roles"], version.terms["files"]
    literal = rules.words_literal(row.titles, [*row.answers.values(), *row.bodies.values(), row.number])
    row.words = Cast(Value(literal), SearchVectorField())


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def decision(row: Article, deed: Deed, *, actor: Actor, reason: str, at: datetime) -> ArticleDecision:
    """A decision about the latest version, by whoever acts; not kept yet."""
    return ArticleDecision(
        article=row,
        number=row.published_version if deed in {Deed.WITHDRAWN, Deed.REVIEWED} else row.version,
        deed=deed.value,
        reason=reason.strip()[:300],
        staff_id=actor.staff_id,
        person=actor.person,
        at=at,
    )


def decided(actor: Actor, row: Article, deed: Deed, *, reason: str = "", now: datetime) -> None:
    """Keep the article and what was decided about it."""
    note_freshness([row], now=now)
    row.changed_at = now
    row.save()
    decision(row, deed, actor=actor, reason=reason, at=now).save(force_insert=True)
    after = {"deed": deed.value, "version": row.version, "state": row.state}
    audit.record(actor, events.ArticleDecided(subject=("article", row.pk), after=after, reason=reason), now=now)
    tell([row.pk], now=now)


def note_freshness(rows: Iterable[Article], *, now: datetime) -> None:
    """Say since when published articles are outdated; the caller saves them."""
    for row in rows:
        today = clock.local_date(now, row.owner.unit.zone)
        is_late = row.review_on < today or (row.valid_until is not None and row.valid_until < today)
        if row.state == ArticleState.PUBLISHED.value and is_late:
            row.outdated_since = row.outdated_since or now
        else:
            row.outdated_since = None


def tell(article_ids: Sequence[int], *, now: datetime, mode: outbox.Mode = outbox.Mode.LIVE) -> None:
    """The search and open pages hear of it."""
    for start in range(0, len(article_ids), IDS_AN_EVENT):
        part = list(article_ids[start : start + IDS_AN_EVENT])
        outbox.emit(events.ArticlesChangedEvent(article_ids=part), now=now, mode=mode)
    if mode is outbox.Mode.LIVE:
        live.notify(LIVE, article_ids)


def late(today: date) -> Q:
    return Q(valid_until__lt=today) | Q(review_on__lt=today)
