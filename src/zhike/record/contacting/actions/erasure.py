"""Taking people's data out of contacting, and following merges of files (called by the customer file)."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import connection
from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from zhike.platform import audit, messaging, outbox
from zhike.platform.actors import system_actor
from zhike.platform.db.redacting import as_redactor
from zhike.record.contacting.actions._sending import tell_fates
from zhike.record.contacting.events import ConsentsChanged, WishSet
from zhike.record.contacting.models import Consent, ContactRecord, Wish
from zhike.record.contacting.rules.links import split
from zhike.record.contacting.types import Fate, Outcome
from zhike.record.customers import queries as customers
from zhike.record.customers.types import ErasedPeople, RowIds, number_mark_sql

_ERASING = system_actor("contacting.erase")
WISHES = "contacting_wish"
# Where consents of somebody without a file, and several at a time, are written down in the log.
_LINES: Final = (("contact", [""]), ("consents", None))


def count_people(people: ErasedPeople) -> int:
    """Rows that say something of these people."""
    known = Q(contact_id__in=people.contact_ids) | Q(person__in=without_file(people))
    return sum(model.objects.filter(known).count() for model in (Consent, ContactRecord)) + _wishes(people).count()


def empty_people(people: ErasedPeople, now: datetime) -> int:
    """Empty addresses, waiting words and evidence; what waits never leaves; the rows stay for caps and figures."""
    keys = without_file(people)
    known = Q(contact_id__in=people.contact_ids) | Q(person__in=keys)
    records = ContactRecord.objects.filter(known, redacted_at__isnull=True)
    reached = customers.reachable(actor=_ERASING, contact_ids=people.contact_ids).values()
    addresses = {value for one in reached for value in (one.phone, one.email) if value}
    addresses |= set(records.exclude(to="").values_list("to", flat=True))
    addresses |= set(people.addresses or ())
    theirs = people.of_these if people.addresses is None else None
    if addresses or theirs:
        messaging.forget_people(actor=_ERASING, addresses=sorted(addresses), theirs=theirs, now=now)
    gone, _by_model = _wishes(people).delete()
    waiting = records.filter(outcome=Outcome.HOLD.value)
    tell_fates({(Fate.DENY, ""): list(waiting.values_list("ref", flat=True))}, now)
    waiting.update(outcome=Outcome.DENY.value, hold_until=None, at=now, subject="", body="", mail={})
    nobody = Concat(Value("x:"), Cast("pk", TextField()))
    emptied = 0
    for rows in (records, Consent.objects.filter(known, redacted_at__isnull=True)):
        with as_redactor():
            emptied += rows.filter(contact__isnull=True).update(person=nobody, **_emptied(rows.model), redacted_at=now)
            emptied += rows.filter(contact__isnull=False).update(**_emptied(rows.model, once=False), redacted_at=now)
    emptied += outbox.redact(
        event_type=ConsentsChanged.type, key="persons", values=[*keys, *(f"c:{one}" for one in people.contact_ids)]
    )
    return emptied + gone


def traces_of(people: ErasedPeople) -> Sequence[audit.Trace]:
    """Lines of the log with evidence, addresses and messages of these people."""
    known = Q(contact_id__in=people.contact_ids) | Q(person__in=without_file(people))
    consents = list(Consent.objects.filter(known).values_list("pk", flat=True))
    messages = ContactRecord.objects.filter(known, message_id__isnull=False).values_list("message_id", flat=True)
    wishes = _wishes(people).exclude(customer__isnull=True).values_list("customer_id", flat=True)
    return (
        audit.Trace(kind="contact", ids=list(people.contact_ids)),
        *(audit.Trace(kind=kind, ids=ids, key="entries", values=consents) for kind, ids in _LINES if consents),
        audit.Trace(kind="message", ids=[str(one) for one in messages]),
        audit.Trace(kind="customer", ids=list(wishes), types=[WishSet.type]),
    )


def _emptied(model: type[Consent] | type[ContactRecord], *, once: bool = True) -> dict[str, str]:
    """What an erased row no longer says; its key goes with the number that stands in it."""
    if model is Consent:
        return {"evidence": ""}
    return {"to": "", "subject": "", "body": ""} | ({"once": ""} if once else {})


def _wishes(people: ErasedPeople) -> QuerySet[Wish]:
    addresses = [split(key)[1] for key in without_file(people)]
    return Wish.objects.filter(Q(contact_id__in=people.contact_ids) | Q(address__in=addresses))


def without_file(people: ErasedPeople) -> list[str]:
    """Keys of people whom only their number or mail address names here, found by the marks of those who are erased."""
    return people.seen("contacting.without_file", partial(_find_without_file, people)) if people.marks else []


def _find_without_file(people: ErasedPeople) -> list[str]:
    number = "substr(person, 3)"
    narrow = (
        "" if people.endings is None else f" AND (right(person, 8) = ANY(%(endings)s) OR {number} = ANY(%(mails)s))"
    )
    sources = " UNION ".join(
        f"SELECT {person} AS person FROM {table}"  # noqa: S608 - names of our own
        for table, person in (
            ("contacting_contactrecord", "person"),
            ("contacting_consent", "person"),
            ("contacting_wish", "CASE WHEN address LIKE '%%@%%' THEN 'm:' ELSE 'p:' END || address"),
        )
    )
    statement = (
        f"SELECT person FROM ({sources}) known WHERE (person LIKE 'p:+%%' OR person LIKE 'm:%%')"  # noqa: S608
        f" AND {number_mark_sql(number)} = ANY(%(marks)s){narrow} ORDER BY person"
    )
    values: dict[str, Any] = {
        "salt": people.salt,
        "marks": list(people.marks),
        "endings": list(people.endings or ()),
        "mails": list(people.addresses or ()),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]


def move_wishes(from_id: int, to_id: int, rows: RowIds | None) -> RowIds:
    """The wish of a merged file becomes the kept one's, unless that has its own; see `CustomerMove.move`."""
    ids = Q() if rows is None else Q(pk__in=list(rows.get(WISHES, ())))
    if Wish.objects.filter(customer_id=to_id).exists():
        return {WISHES: []}
    own = Wish.objects.filter(ids, customer_id=from_id)
    moved = list(own.values_list("pk", flat=True))
    own.update(customer_id=to_id)
    return {WISHES: moved}
