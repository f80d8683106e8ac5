"""What members of staff hold at the reception, and what it knows of people."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db.models import Count, QuerySet
from django.urls import reverse

from zhike.platform import audit
from zhike.record.customers import queries as customers
from zhike.record.customers.types import ErasedPeople, NamingText, number_mark
from zhike.service.reception.models import Call, Extension, Waiting

_WAITING: Final = ("name", "text", "answer")


def extensions_held(staff_ids: Sequence[int]) -> QuerySet[Any, tuple[int, int]]:
    rows = Extension.objects.filter(staff_id__in=staff_ids, valid_until__isnull=True)
    return rows.values_list("staff_id").annotate(n=Count("pk"))


def some_extensions(staff_id: int, limit: int) -> list[tuple[int, str]]:
    rows = Extension.objects.filter(staff_id=staff_id, valid_until__isnull=True).order_by("number")
    return list(rows.values_list("pk", "number")[:limit])


def waiting_held(staff_ids: Sequence[int]) -> QuerySet[Any, tuple[int, int]]:
    rows = Waiting.objects.open().filter(taken_by_id__in=staff_ids)
    return rows.values_list("taken_by_id").annotate(n=Count("pk"))


def some_waiting(staff_id: int, limit: int) -> list[tuple[int, str, str]]:
    """With the name that somebody gave; of a call only a file could say it, and whoever hands over may not see that."""
    rows = Waiting.objects.open().filter(taken_by_id=staff_id).order_by("asked_at", "pk")
    found = rows.values_list("pk", "name", "text", "call_id")[:limit]
    return [(pk, "" if call_id else name, text) for pk, name, text, call_id in found]


def calls_of(people: ErasedPeople) -> list[int]:
    """Calls of these people, and calls from their numbers of which nobody said whose they are."""
    return people.seen("reception.calls", partial(_find_calls, people))


def _find_calls(people: ErasedPeople) -> list[int]:
    known = Call.objects.filter(contact_id__in=people.contact_ids).exclude(number="", note="")
    rows = Call.objects.filter(contact__isnull=True).exclude(number="")
    if people.endings is not None:
        rows = rows.filter(number_key__in=people.endings)
    marks = set(people.marks)
    found = [pk for pk, number in rows.values_list("pk", "number") if number_mark(people.salt, number) in marks]
    return [*known.values_list("pk", flat=True), *(found if marks else ())]


def waiting_of(people: ErasedPeople) -> list[int]:
    """Enquiries of these people, and such as came from their numbers."""
    return people.seen("reception.waiting", partial(_find_waiting, people))


def _find_waiting(people: ErasedPeople) -> list[int]:
    rows = Waiting.objects.filter(redacted_at__isnull=True)
    known = rows.filter(contact_id__in=people.contact_ids).values_list("pk", flat=True)
    marks = set(people.marks)
    others = rows.unknown(people.endings)
    found = others.values_list("pk", "phone") if marks else ()
    return [*known, *(pk for pk, phone in found if number_mark(people.salt, phone) in marks)]


def traces_of(people: ErasedPeople) -> Sequence[audit.Trace]:
    """Lines of the log about these calls and enquiries."""
    calls = Call.objects.filter(contact_id__in=people.contact_ids).values_list("pk", flat=True)
    waiting = Waiting.objects.filter(contact_id__in=people.contact_ids).values_list("pk", flat=True)
    return (
        audit.Trace(kind="call", ids=sorted({*calls, *calls_of(people)})),
        audit.Trace(kind="waiting", ids=sorted({*waiting, *waiting_of(people)})),
    )


def ended_before(before: datetime) -> tuple[QuerySet[Call], QuerySet[Waiting]]:
    """Calls and waiting enquiries that ended before this and still say something of people."""
    calls = Call.objects.filter(ended_at__lt=before).exclude(number="", note="")
    waiting = Waiting.objects.filter(ended_at__lt=before, redacted_at__isnull=True)
    return calls, waiting


def calls_naming(people: ErasedPeople, limit: int) -> list[NamingText]:
    """Notes of others' calls that may name these people."""
    rows = Call.objects.filter(customers.mentions_q(people, "note")).exclude(contact_id__in=people.contact_ids)
    found = rows.exclude(pk__in=calls_of(people)).order_by("-pk")[:limit]
    return [NamingText(id=row.pk, fields={"note": row.note}, title=str(row.pk)) for row in found]


def call_texts(ids: Sequence[int]) -> dict[int, dict[str, str]]:
    return {pk: {"note": note} for pk, note in Call.objects.filter(pk__in=ids).values_list("pk", "note")}


def waiting_naming(people: ErasedPeople, limit: int) -> list[NamingText]:
    """Waiting enquiries of others whose words may name these people."""
    wanted = customers.mentions_q(people, *_WAITING)
    rows = Waiting.objects.filter(wanted, redacted_at__isnull=True).exclude(contact_id__in=people.contact_ids)
    found = list(rows.exclude(pk__in=waiting_of(people)).order_by("-pk")[:limit])
    return [
        NamingText(
            id=row.pk,
            fields={name: getattr(row, name) for name in _WAITING},
            title=row.text[:40] or str(row.pk),
            url=reverse("reception:enquiry", args=[row.pk]),
        )
        for row in found
    ]


def waiting_texts(ids: Sequence[int]) -> dict[int, dict[str, str]]:
    rows = Waiting.objects.filter(pk__in=ids, redacted_at__isnull=True).values("pk", *_WAITING)
    return {row["pk"]: {name: row[name] for name in _WAITING} for row in rows}
