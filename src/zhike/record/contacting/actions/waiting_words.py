"""Words of messages to others that wait to leave and name somebody (CUST-22); called by the customer file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db.models import Q
from django.urls import reverse

from zhike.platform import audit, messaging
from zhike.platform.actors import system_actor
from zhike.record.contacting.actions.erasure import without_file
from zhike.record.contacting.models import ContactRecord
from zhike.record.contacting.types import Outcome
from zhike.record.customers import queries as customers
from zhike.record.customers.types import ErasedPeople, NamingText

_ERASING = system_actor("contacting.erase")
_FIELDS: Final = ("subject", "body")
# Before the fields of a message that contacting has passed on to be sent.
_QUEUED: Final = "message."
_HOLD: Final = Q(outcome=Outcome.HOLD.value, redacted_at__isnull=True)


def waiting_naming(people: ErasedPeople, limit: int) -> list[NamingText]:
    """Messages that wait here, or in the queue, and whose words may name these people; their own are left out."""
    named = customers.mentions_q(people, *_FIELDS)
    queued = messaging.waiting_to_leave().filter(named).order_by("-created_at").values_list("pk", flat=True)[:limit]
    rows = ContactRecord.objects.filter((named & _HOLD) | Q(message_id__in=list(queued)))
    others = rows.exclude(contact_id__in=people.contact_ids).exclude(person__in=without_file(people))
    ids = list(others.order_by("-pk").values_list("pk", flat=True)[:limit])
    texts = waiting_texts(ids)
    return [
        NamingText(
            id=pk,
            fields=texts[pk],
            title=next((text[:60] for name, text in texts[pk].items() if name.endswith(_FIELDS[0])), ""),
            url=reverse("contacting:record", args=[pk]),
        )
        for pk in ids
        if pk in texts
    ]


def waiting_texts(ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """What these messages say now, by field."""
    rows = ContactRecord.objects.filter(pk__in=ids)
    found = {row["pk"]: {name: row[name] for name in _FIELDS} for row in rows.filter(_HOLD).values("pk", *_FIELDS)}
    owners = {message: pk for message, pk in rows.values_list("message_id", "pk") if message is not None}
    for one in messaging.waiting_to_leave().filter(pk__in=owners).values("pk", *_FIELDS):
        found[owners[one["pk"]]] = {f"{_QUEUED}{name}": one[name] for name in _FIELDS}
    return found


def write_blanks(texts: Mapping[int, Mapping[str, str]], now: datetime) -> int:
    """Put texts with blanks in place of what waits; what has left meanwhile stays as it left."""
    ids = dict(ContactRecord.objects.filter(pk__in=texts).values_list("pk", "message_id"))
    queued = {}
    for pk, fields in texts.items():
        own = {name: text for name, text in fields.items() if not name.startswith(_QUEUED)}
        if own:
            ContactRecord.objects.filter(_HOLD, pk=pk).update(**own)
        passed = {name.removeprefix(_QUEUED): text for name, text in fields.items() if name.startswith(_QUEUED)}
        if passed and (message := ids.get(pk)):
            queued[message] = passed
    messaging.reword_waiting(actor=_ERASING, texts=queued, now=now)
    return len(texts)


def traces_of_waiting(ids: Sequence[int]) -> Sequence[audit.Trace]:
    """Lines of the log about these messages."""
    rows = ContactRecord.objects.filter(pk__in=ids, message_id__isnull=False).values_list("message_id", flat=True)
    return (audit.Trace(kind="message", ids=[str(one) for one in rows]),)
