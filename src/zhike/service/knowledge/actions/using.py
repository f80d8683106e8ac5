"""That an article or phrase was put into an answer."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, F

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import NotFound
from zhike.record.organization import queries as organization
from zhike.service.knowledge import events
from zhike.service.knowledge.models import Article, Phrase, Use
from zhike.service.knowledge.policies import VIEW, scope
from zhike.service.knowledge.types import EVERYWHERE, PastUse

BATCH = 2000


@action
def use_article(*, actor: Actor, article_id: int, about: tuple[str, int], category: str = "", now: datetime) -> None:
    """The article's text went into an answer about this record. Raises NotFound unless it is published and in scope."""
    authorize(actor, VIEW, subject=("article", article_id))
    row = Article.objects.published().filter(scope(actor), pk=article_id).first()
    if row is None:
        raise NotFound
    used = _use(actor, about, category, now)
    used.article, used.version, used.outdated = row, row.published_version, row.outdated_since is not None
    used.save(force_insert=True)
    Article.objects.filter(pk=row.pk).update(uses=F("uses") + 1)
    after = {"article": row.number, "version": row.published_version, "outdated": used.outdated}
    audit.record(actor, events.KnowledgeUsed(subject=(about[0], about[1]), after=after), now=now)


@action
def use_phrase(*, actor: Actor, phrase_id: int, about: tuple[str, int], category: str = "", now: datetime) -> None:
    """The phrase went into an answer about this record. Raises NotFound unless it is in use."""
    authorize(actor, VIEW, subject=("phrase", phrase_id))
    row = Phrase.objects.filter(pk=phrase_id, active=True).first()
    if row is None:
        raise NotFound
    used = _use(actor, about, category, now)
    used.phrase = row
    used.save(force_insert=True)
    Phrase.objects.filter(pk=row.pk).update(uses=F("uses") + 1)
    audit.record(actor, events.KnowledgeUsed(subject=(about[0], about[1]), after={"phrase": row.code}), now=now)


def _use(actor: Actor, about: tuple[str, int], category: str, now: datetime) -> Use:
    return Use(
        subject_kind=about[0],
        subject_id=about[1],
        category=category,
        staff_id=actor.staff_id,
        scope_unit_id=actor.unit_no or EVERYWHERE,
        at=now,
        zone=actor.zone,
    )


@action
def load_uses(*, actor: Actor, uses: Sequence[PastUse], now: datetime) -> int:
    """Take over what was used in the past, set-based; returns how many. Whether it was outdated then is not known."""
    authorize(actor, VIEW)
    staff = {
        pk: (number, zone)
        for pk, number, zone in organization.staff_rows(actor=actor).values_list("pk", "unit__tree_no", "unit__zone")
    }
    rows = []
    for one in uses:
        number, zone = staff.get(one.staff_id or 0, (EVERYWHERE, actor.zone))
        rows.append(
            Use(
                article_id=one.article_id,
                phrase_id=one.phrase_id,
                version=1 if one.article_id else 0,
                subject_kind=one.about[0],
                subject_id=one.about[1],
                category=one.category,
                staff_id=one.staff_id,
                scope_unit_id=number,
                at=one.at,
                zone=zone,
            )
        )
    Use.objects.bulk_create(rows, batch_size=BATCH)
    _count("article_id", Article, {one.article_id for one in uses if one.article_id})
    _count("phrase_id", Phrase, {one.phrase_id for one in uses if one.phrase_id})
    audit.record(actor, events.UsesLoaded(subject=("uses", len(rows)), after={"uses": len(rows)}), now=now)
    return len(rows)


def _count(key: str, model: type[Article] | type[Phrase], ids: set[int]) -> None:
    """Count the uses of these anew."""
    counts = dict(Use.objects.filter(**{f"{key}__in": ids}).values_list(key).annotate(n=Count("pk")))
    rows = [model(pk=pk, uses=n) for pk, n in counts.items()]
    model._default_manager.bulk_update(rows, ["uses"], batch_size=BATCH)  # type: ignore[arg-type]
