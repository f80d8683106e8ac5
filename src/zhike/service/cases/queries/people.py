"""What members of staff hold of cases, and what cases say of people."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse

from zhike.platform import addresses, audit
from zhike.record.customers import queries as customers
from zhike.record.customers.types import Channel, ErasedPeople, NamingText
from zhike.service.cases.models import Case, Escalation, Task, WaitingAnswer, WebAuthor

_FIELDS: Final = ("subject", "text", "resolution", "next_step")
_TASK_FIELDS: Final = ("title", "text", "reply")
# Before the id of an answer that waits, where a task has its id alone.
ANSWER: Final = "answer"
ANSWER_FIELD: Final = "resolution"


def cases_held(staff_ids: Sequence[int]) -> QuerySet[Any, tuple[int, int]]:
    return Case.objects.open().filter(owner_id__in=staff_ids).values_list("owner_id").annotate(n=Count("pk"))


def some_cases(staff_id: int, limit: int) -> list[tuple[int, str, str]]:
    rows = Case.objects.open().filter(owner_id=staff_id).order_by("next_due_at", "pk")
    return list(rows.values_list("pk", "number", "subject")[:limit])


def tasks_held(staff_ids: Sequence[int]) -> QuerySet[Any, tuple[int, int]]:
    rows = Task.objects.open().filter(assignee_id__in=staff_ids)
    return rows.values_list("assignee_id").annotate(n=Count("pk"))


def some_tasks(staff_id: int, limit: int) -> list[tuple[int, str, str]]:
    rows = Task.objects.open().filter(assignee_id=staff_id).order_by("due_at", "pk")
    return list(rows.values_list("pk", "case__number", "title")[:limit])


def cases_of_people(contact_ids: Sequence[int]) -> int:
    """How many cases still speak of these people."""
    return Case.objects.filter(contact_id__in=contact_ids, redacted_at__isnull=True).count()


def traces_of(contact_ids: Sequence[int]) -> Sequence[audit.Trace]:
    """Lines of the log about cases of these people."""
    return traces_of_cases(list(Case.objects.filter(contact_id__in=contact_ids).values_list("pk", flat=True)))


def authors_among(people: ErasedPeople) -> QuerySet[WebAuthor]:
    """Those who wrote on the web about cases of these people, or with one of their numbers or mail addresses."""
    return WebAuthor.objects.filter(pk__in=author_ids_among(people))


def author_ids_among(people: ErasedPeople) -> list[int]:
    return people.seen("cases.authors", lambda: list(_find_authors(people).values_list("pk", flat=True)))


def _find_authors(people: ErasedPeople) -> QuerySet[WebAuthor]:
    live = WebAuthor.objects.filter(redacted_at__isnull=True)
    found = live.filter(case__contact_id__in=people.contact_ids)
    numbers: Iterable[str] = live.exclude(phone="").values_list("phone", flat=True).distinct()
    if people.endings is not None:
        endings = set(people.endings)
        numbers = [one for one in numbers if one[-8:] in endings]
    mails: Iterable[str] = people.addresses or ()
    if people.addresses is None:
        mails = [addresses.normal(one) for one in live.exclude(email="").values_list("email", flat=True).distinct()]
    wanted = Q(phone__in=people.of_these(numbers))
    for address in people.of_these(mails):
        wanted |= Q(email__iexact=address)
    return found | live.filter(wanted)


def cases_opened_by(author_ids: Sequence[int]) -> list[int]:
    """Cases that nobody in the files has brought, and that began with what one of these people wrote on the web."""
    # Only cases on which they wrote are looked at, each by its index.
    theirs = WebAuthor.objects.filter(pk__in=author_ids).values("case_id")
    begun = WebAuthor.objects.filter(case_id__in=theirs).values("case_id").annotate(first=Min("pk"))
    rows = Case.objects.filter(
        pk__in=begun.filter(first__in=author_ids).values("case_id"),
        contact__isnull=True,
        channel=Channel.WEB.value,
        redacted_at__isnull=True,
    )
    return list(rows.values_list("pk", flat=True))


def closed_before(before: datetime) -> QuerySet[Case]:
    """Closed cases that still say something of people."""
    return Case.objects.closed().filter(closed_at__lt=before, redacted_at__isnull=True)


def cases_naming(people: ErasedPeople, limit: int) -> list[NamingText]:
    """Cases whose words, or whose tasks' words, may name these people; their own are left out."""
    tasks = Task.objects.filter(customers.mentions_q(people, *_TASK_FIELDS)).values("case_id")
    answers = WaitingAnswer.objects.filter(customers.mentions_q(people, ANSWER_FIELD)).values("case_id")
    wanted = customers.mentions_q(people, *_FIELDS) | Q(pk__in=tasks) | Q(pk__in=answers)
    rows = Case.objects.filter(wanted, redacted_at__isnull=True).exclude(contact_id__in=people.contact_ids)
    own = people.seen("cases.opened", lambda: cases_opened_by(author_ids_among(people)))
    found = list(rows.exclude(pk__in=own).order_by("-pk")[:limit])
    texts = case_texts([row.pk for row in found])
    return [
        NamingText(
            id=row.pk,
            fields=texts[row.pk],
            title=f"{row.number} · {row.subject[:40]}",
            url=reverse("desk:case", args=[row.pk]),
        )
        for row in found
    ]


def case_texts(ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """What these cases say now, by field; a task's fields begin with its id, an answer's not yet sent with a mark."""
    rows = Case.objects.filter(pk__in=ids, redacted_at__isnull=True).values("pk", *_FIELDS)
    found = {row["pk"]: {name: row[name] for name in _FIELDS} for row in rows}
    for row in Task.objects.filter(case_id__in=found).values("pk", "case_id", *_TASK_FIELDS):
        found[row["case_id"]] |= {f"{row['pk']}.{name}": row[name] for name in _TASK_FIELDS}
    answers = WaitingAnswer.objects.filter(case_id__in=found).exclude(resolution="")
    for pk, case, text in answers.values_list("pk", "case_id", ANSWER_FIELD):
        found[case][f"{ANSWER}{pk}.{ANSWER_FIELD}"] = text
    return found


def traces_of_cases(ids: Sequence[int]) -> Sequence[audit.Trace]:
    """Lines of the log about these cases."""
    escalations = list(Escalation.objects.filter(case_id__in=ids).values_list("pk", flat=True))
    return (audit.Trace(kind="case", ids=list(ids)), audit.Trace(kind="case_escalation", ids=escalations))


def traces_of_authors(people: ErasedPeople) -> Sequence[audit.Trace]:
    """Lines of the log about the cases on which these people wrote."""
    ids = sorted(set(authors_among(people).values_list("case_id", flat=True)))
    return (audit.Trace(kind="case", ids=ids),)
