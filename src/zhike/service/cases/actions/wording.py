"""Articles and phrases that went into the answers of cases (KNOW-01, KNOW-02)."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, F, Q

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.service.cases import events
from zhike.service.cases.actions import _parts
from zhike.service.cases.models import Case
from zhike.service.cases.policies import HANDLE
from zhike.service.cases.types import CASE_SUBJECT
from zhike.service.knowledge import actions as knowledge
from zhike.service.knowledge import queries
from zhike.service.knowledge.types import PastUse

BATCH = 2000


@action
def put_article(*, actor: Actor, case_id: int, article_id: int, now: datetime) -> None:
    """The text of an article was put into the draft of an answer. Raises NotFound, CaseClosed."""
    case = _parts.locked_open(actor, case_id)
    authorize(actor, HANDLE, subject=("case", case_id))
    about = (CASE_SUBJECT, case_id)
    knowledge.use_article(actor=actor, article_id=article_id, about=about, category=case.category.code, now=now)
    Case.objects.filter(pk=case_id).update(articles_used=F("articles_used") + 1)


@action
def put_phrase(*, actor: Actor, case_id: int, phrase_id: int, now: datetime) -> None:
    """A phrase was put into the draft of an answer. Raises NotFound, CaseClosed."""
    case = _parts.locked_open(actor, case_id)
    authorize(actor, HANDLE, subject=("case", case_id))
    about = (CASE_SUBJECT, case_id)
    knowledge.use_phrase(actor=actor, phrase_id=phrase_id, about=about, category=case.category.code, now=now)
    Case.objects.filter(pk=case_id).update(phrases_used=F("phrases_used") + 1)


@action
def load_uses(*, actor: Actor, uses: Sequence[PastUse], now: datetime) -> int:
    """Take over what was used in past answers; cases count it anew. Returns how many uses."""
    authorize(actor, HANDLE)
    taken = knowledge.load_uses(actor=actor, uses=uses, now=now)
    ids = {one.about[1] for one in uses}
    counts = (
        queries.use_rows(actor=actor)
        .filter(subject_kind=CASE_SUBJECT, subject_id__in=ids)
        .order_by()
        .values_list("subject_id")
        .annotate(
            articles=Count("pk", filter=Q(article__isnull=False)), phrases=Count("pk", filter=Q(phrase__isnull=False))
        )
    )
    rows = [Case(pk=pk, articles_used=articles, phrases_used=phrases) for pk, articles, phrases in counts]
    Case.objects.bulk_update(rows, ["articles_used", "phrases_used"], batch_size=BATCH)
    audit.record(actor, events.CaseEdited(subject=("cases", len(rows)), after={"uses": taken}), now=now)
    return taken
