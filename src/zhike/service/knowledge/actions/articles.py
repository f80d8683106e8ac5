"""Writing, publishing, withdrawing and reviewing articles; who writes a binding one does not publish it (CTRL-01)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, clock, numbering, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor, person_of_staff
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid, NotFound
from zhike.platform.outbox.types import Mode
from zhike.record.organization import queries as organization
from zhike.record.organization.policies import HAND_OVER, refuse_same_person
from zhike.service.knowledge import events, rules
from zhike.service.knowledge.actions import _parts
from zhike.service.knowledge.models import Article, ArticleDecision, ArticleVersion
from zhike.service.knowledge.policies import PUBLISH, REVIEW_DAYS, SECOND_PERSON, WRITE, scope
from zhike.service.knowledge.types import (
    ARTICLE_SERIES,
    ArticleClash,
    ArticleEntry,
    ArticleKind,
    ArticleState,
    Deed,
    NothingToDecide,
    PastArticle,
)

BATCH = 500


@action
def write_article(
    *,
    actor: Actor,
    entry: ArticleEntry,
    article_id: int | None = None,
    version: int | None = None,
    owner_id: int | None = None,
    review_on: date | None = None,
    now: datetime,
) -> int:
    """Write a new article, or propose the next version of one; what is in force stays until it is published.

    Without `owner_id` the owner is the writer, or whoever it was. Raises Invalid, ArticleClash. Returns the id.
    """
    row = _parts.locked(actor, article_id) if article_id is not None else None
    authorize(actor, WRITE, subject=("article", article_id or "new"))
    _parts.check(actor, entry)
    if row is not None and version is not None and row.version != version:
        raise ArticleClash
    if row is None:
        row = _new(actor, owner_id, now)
    elif owner_id is not None and owner_id != row.owner_id:
        owner = organization.assignee(actor=actor, staff_id=owner_id)
        row.owner_id, row.scope_unit_id = owner.id, owner.unit_no
    row.version = row.version + 1 if row.pk else 1
    row.pending, row.changed_at = True, now
    row.review_on = review_on or row.review_on
    written = _parts.version_of(entry, number=row.version, person=actor.person, staff_id=actor.staff_id, at=now)
    if row.published_version == 0:
        _parts.put_in_force(row, written)
    row.save()
    written.article = row
    written.save(force_insert=True)
    after = {"version": row.version, "owner": row.owner_id, **written.terms}
    audit.record(actor, events.ArticleWritten(subject=("article", row.pk), after=after, reason=written.note), now=now)
    _parts.tell([row.pk], now=now)
    return row.pk


def _new(actor: Actor, owner_id: int | None, now: datetime) -> Article:
    who = owner_id if owner_id is not None else actor.staff_id or actor.answering_id
    if who is None:
        raise Invalid.of("owner", "required", _("Say who owns the article."))
    owner = organization.assignee(actor=actor, staff_id=who)
    review = clock.local_date(now, owner.zone) + timedelta(days=parameters.value(REVIEW_DAYS, at=now))
    return Article(
        number=numbering.next_number(ARTICLE_SERIES.key),
        owner_id=owner.id,
        scope_unit_id=owner.unit_no,
        review_on=review,
        made_at=now,
    )


@action
def decide_article(
    *, actor: Actor, article_id: int, version: int, approve: bool, reason: str = "", now: datetime
) -> None:
    """Publish the version that waits, or refuse it.

    Raises NothingToDecide, ArticleClash, and Forbidden for its writer where the kind needs a second person.
    """
    row = _parts.locked(actor, article_id)
    authorize(actor, PUBLISH, subject=("article", article_id))
    if not row.pending:
        raise NothingToDecide
    if row.version != version:
        raise ArticleClash
    found = ArticleVersion.objects.get(article=row, number=version)
    policy = parameters.value(SECOND_PERSON, at=now)
    kinds = {ArticleKind(found.terms["kind"]), ArticleKind(row.kind)}
    if any(rules.needs_second_person(kind, policy) for kind in kinds):
        refuse_same_person(actor, person=found.person)
    if not approve and not reason.strip():
        raise Invalid.of("reason", "required", _("Say what has to change."))
    row.pending = False
    if approve:
        _parts.put_in_force(row, found)
        row.state, row.published_version, row.published_at = ArticleState.PUBLISHED.value, version, now
        today = clock.local_date(now, row.owner.unit.zone)
        if row.review_on <= today:
            row.review_on = today + timedelta(days=parameters.value(REVIEW_DAYS, at=now))
    _parts.decided(actor, row, Deed.PUBLISHED if approve else Deed.REFUSED, reason=reason, now=now)


@action
def withdraw_article(*, actor: Actor, article_id: int, reason: str, now: datetime) -> None:
    """Take a published article out of use; its history stays, and a new version brings it back."""
    row = _parts.locked(actor, article_id)
    authorize(actor, PUBLISH, subject=("article", article_id))
    if row.state != ArticleState.PUBLISHED.value:
        raise NothingToDecide
    if not reason.strip():
        raise Invalid.of("reason", "required", _("Say why the article is withdrawn."))
    row.state = ArticleState.WITHDRAWN.value
    _parts.decided(actor, row, Deed.WITHDRAWN, reason=reason, now=now)


@action
def review_article(*, actor: Actor, article_id: int, review_on: date, reason: str = "", now: datetime) -> None:
    """Say that an article is still right, and when it is looked at next. Raises Invalid on `review_on`."""
    row = _parts.locked(actor, article_id)
    authorize(actor, WRITE, subject=("article", article_id))
    if row.state != ArticleState.PUBLISHED.value:
        raise NothingToDecide
    if review_on <= clock.local_date(now, row.owner.unit.zone):
        raise Invalid.of("review_on", "in_past", _("The next review lies in the future."))
    row.review_on = review_on
    _parts.decided(actor, row, Deed.REVIEWED, reason=reason, now=now)


@action
def note_outdated(*, actor: Actor, now: datetime) -> int:
    """Mark published articles whose validity or review has passed since, in their owners' zones; returns how many."""
    authorize(actor, PUBLISH)
    rows = Article.objects.published().filter(scope(actor))
    zones = list(rows.order_by().values_list("owner__unit__zone", flat=True).distinct())
    ids: list[int] = []
    for zone in zones:
        late = rows.filter(_parts.late(clock.local_date(now, zone)), owner__unit__zone=zone)
        ids += late.filter(outdated_since__isnull=True).values_list("pk", flat=True)
    changed = Article.objects.filter(pk__in=ids).update(outdated_since=now)
    if changed:
        audit.record(actor, events.ArticlesOutdated(subject=("articles", changed), after={"ids": sorted(ids)}), now=now)
        _parts.tell(sorted(ids), now=now)
    return changed


@action
def pass_articles(
    *, actor: Actor, from_staff_id: int, to_staff_id: int, article_ids: Sequence[int] | None, now: datetime
) -> int:
    """Give a leaver's articles, or these of them, to a colleague (CUST-09); returns how many."""
    authorize(actor, HAND_OVER, subject=("staff", from_staff_id))
    target = organization.assignee(actor=actor, staff_id=to_staff_id)
    rows = Article.objects.filter(scope(actor), owner_id=from_staff_id)
    if article_ids is not None:
        rows = rows.filter(pk__in=article_ids)
    ids = list(rows.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    changed = Article.objects.filter(pk__in=ids).update(
        owner_id=target.id, scope_unit_id=target.unit_no, changed_at=now
    )
    after = {"owner": target.id, "articles": changed}
    audit.record(actor, events.ArticlesPassed(subject=("staff", from_staff_id), after=after), now=now)
    _parts.tell(ids, now=now)
    return changed


@action
def load_articles(*, actor: Actor, articles: Sequence[PastArticle], now: datetime) -> list[int]:
    """Take articles over as they stand, set-based; returns their ids in the order given. Nobody is told."""
    authorize(actor, PUBLISH)
    for one in articles:
        _parts.check(actor, one.entry)
    units = dict(organization.staff_rows(actor=actor).values_list("pk", "unit__tree_no"))
    if any(one.owner_id not in units for one in articles):
        raise NotFound
    rows = [
        Article(
            number=number,
            owner_id=one.owner_id,
            scope_unit_id=units[one.owner_id],
            review_on=one.review_on,
            made_at=one.written_at,
            changed_at=one.published_at or one.written_at,
        )
        for one, number in zip(articles, numbering.take(ARTICLE_SERIES.key, len(articles)), strict=True)
    ]
    versions, decisions = [], []
    for row, one in zip(rows, articles, strict=True):
        person = person_of_staff(one.owner_id)
        version = _parts.version_of(one.entry, number=1, person=person, staff_id=one.owner_id, at=one.written_at)
        version.article = row
        _parts.put_in_force(row, version)
        versions.append(version)
        if one.published_at is not None:
            row.state, row.published_version, row.published_at = ArticleState.PUBLISHED.value, 1, one.published_at
            row.pending = False
            by = person_of_staff(one.published_by_id) if one.published_by_id else actor.person
            at = one.published_at
            decisions.append(
                ArticleDecision(
                    article=row, number=1, deed=Deed.PUBLISHED.value, staff_id=one.published_by_id, person=by, at=at
                )
            )
    Article.objects.bulk_create(rows, batch_size=BATCH)
    ArticleVersion.objects.bulk_create(versions, batch_size=BATCH)
    ArticleDecision.objects.bulk_create(decisions, batch_size=BATCH)
    ids = [row.pk for row in rows]
    audit.record(actor, events.ArticlesLoaded(subject=("articles", len(ids)), after={"articles": len(ids)}), now=now)
    _parts.tell(ids, now=now, mode=Mode.BACKFILL)
    note_outdated(actor=actor, now=now)
    return ids
