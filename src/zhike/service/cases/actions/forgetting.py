"""What cases say of people, emptied on demand or after a time (CUST-22); numbers, times and codes stay."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from zhike.platform import audit, search
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.db.redacting import as_redactor
from zhike.platform.files.actions import erase_contents
from zhike.record.customers.policies import ERASE
from zhike.record.customers.types import ErasedPeople
from zhike.record.interactions import actions as interactions
from zhike.service.cases import events
from zhike.service.cases.actions.waiting import withhold_of
from zhike.service.cases.models import (
    Case,
    CaseMove,
    CasePhoto,
    Escalation,
    Remedy,
    Task,
    WaitingAnswer,
    WebAuthor,
    WebWord,
)
from zhike.service.cases.queries.customers import KIND
from zhike.service.cases.queries.people import ANSWER, author_ids_among, cases_opened_by
from zhike.service.cases.types import TaskState

_GONE: Final = "—"


@action
def forget_people(*, actor: Actor, contact_ids: Sequence[int], now: datetime) -> int:
    """Empty the texts of cases of these people; returns how many cases changed."""
    authorize(actor, ERASE)
    rows = Case.objects.filter(contact_id__in=contact_ids, redacted_at__isnull=True)
    changed = _empty(list(rows.values_list("pk", flat=True)), now)
    audit.record(actor, events.CaseEdited(subject=("cases", changed), after={"redacted": changed}), now=now)
    return changed


@action
def forget_cases(*, actor: Actor, case_ids: Sequence[int], now: datetime) -> int:
    """Empty the texts of these cases with everybody who wrote about them on the web; returns how many rows changed."""
    authorize(actor, ERASE)
    changed = _empty(case_ids, now)
    authors = WebAuthor.objects.filter(case_id__in=case_ids, redacted_at__isnull=True)
    changed += _empty_authors(actor, list(authors.values_list("pk", flat=True)), now)
    audit.record(actor, events.CaseEdited(subject=("cases", changed), after={"redacted": changed}), now=now)
    return changed


@action
def forget_authors(*, actor: Actor, people: ErasedPeople, now: datetime) -> int:
    """Empty who wrote on the web and what they wrote, and destroy their photos. Returns how many people."""
    authorize(actor, ERASE)
    ids = author_ids_among(people)
    words = WebWord.objects.filter(author_id__in=ids).values_list("interaction_id", flat=True)
    interactions.forget_entries(actor=actor, interaction_ids=list(words), now=now)
    _empty(cases_opened_by(ids), now)
    changed = _empty_authors(actor, ids, now)
    audit.record(actor, events.CaseEdited(subject=("cases", changed), after={"authors": changed}), now=now)
    return changed


def write_blanks(texts: Mapping[int, Mapping[str, str]]) -> int:
    """Put texts with blanks in place of what cases of others and their tasks say."""
    for pk, fields in texts.items():
        own = {name: text for name, text in fields.items() if "." not in name}
        if own:
            Case.objects.filter(pk=pk).update(**own)
        for name, text in fields.items():
            part, dot, column = name.partition(".")
            if part.startswith(ANSWER):
                answers = WaitingAnswer.objects.filter(pk=int(part.removeprefix(ANSWER)), case_id=pk)
                answers.update(resolution=text)
            elif dot:
                Task.objects.filter(pk=int(part), case_id=pk).update(**{column: text})
    search.refresh_later(KIND, sorted(texts))
    return len(texts)


def _empty(ids: Sequence[int], now: datetime) -> int:
    withhold_of(ids, now)
    Task.objects.filter(case_id__in=ids).update(title=_GONE, text="")
    Task.objects.filter(case_id__in=ids, state__in=[TaskState.REPLIED.value, TaskState.DECLINED.value]).update(
        reply=_GONE
    )
    Escalation.objects.filter(case_id__in=ids).update(reason=_GONE)
    Escalation.objects.filter(case_id__in=ids, answered_at__isnull=False).update(answer=_GONE)
    Remedy.objects.filter(case_id__in=ids).update(reason=_GONE)
    Remedy.objects.filter(case_id__in=ids).exclude(decision="").update(decision=_GONE)
    with as_redactor():
        CaseMove.objects.filter(case_id__in=ids).exclude(reason="").update(reason=_GONE)
    rows = Case.objects.filter(pk__in=ids, redacted_at__isnull=True)
    changed = rows.update(subject="", text="", resolution="", next_step="", redacted_at=now)
    search.refresh_later(KIND, list(ids))
    return changed


def _empty_authors(actor: Actor, ids: Sequence[int], now: datetime) -> int:
    photos = list(CasePhoto.objects.filter(author_id__in=ids).values_list("file_id", flat=True))
    changed = WebAuthor.objects.filter(pk__in=ids).update(name="", phone="", email="", redacted_at=now, link_until=now)
    if photos:
        erase_contents(actor=actor, file_ids=photos, reason="CUST-22", now=now)
    return changed
