"""Who is calling, and calls: on one's own telephone, waiting for anybody, past."""

from collections.abc import Collection
from datetime import datetime

from zhike.platform import clock, phones
from zhike.platform.actors import Actor
from zhike.platform.db.ids import ids_of
from zhike.platform.errors import NotFound
from zhike.record.customers import queries as customers
from zhike.record.customers.types import Match
from zhike.record.shipments import queries as shipments
from zhike.service.cases import queries as cases
from zhike.service.reception.models import Call, CallSet
from zhike.service.reception.policies import call_scope
from zhike.service.reception.queries.sight import with_sight
from zhike.service.reception.types import CallState, Candidate, Certainty, Pop

MOST_CALLERS = 5
MOST_IN_HAND = 8
MOST_WAITING = 50


def calls_named(*, actor: Actor, keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """When and with which number, masked, by id as text; of the calls within reach. One query."""
    rows = Call.objects.filter(call_scope(actor), pk__in=ids_of(keys)).values_list("pk", "started_at", "number")
    return {
        str(pk): (f"{clock.local(at, actor.zone):%Y-%m-%d %H:%M} {phones.mask(number) if number else ''}".strip(), "")
        for pk, at, number in rows
    }


def call_rows(*, actor: Actor) -> CallSet:
    """Calls within reach with what lists show, for lists that filter, sort and page by themselves.

    Whose call it was may lie beyond it: read customer, case and goods through `sight`.
    """
    rows = Call.objects.filter(call_scope(actor)).select_related("customer", "contact", "case", "staff")
    return with_sight(rows, actor)


def get_call(*, actor: Actor, call_id: int) -> Call:
    """One call with who and what it was about; raises NotFound."""
    found = call_rows(actor=actor).select_related("shipment").filter(pk=call_id).first()
    if found is None:
        raise NotFound
    return found


def on_the_line(*, actor: Actor) -> Call | None:
    """The call that rings or is talked on this person's telephone, the latest first. One query."""
    rows = call_rows(actor=actor).select_related("shipment").live().filter(staff_id=actor.staff_id or 0)
    return rows.filter(settled_at__isnull=True).order_by("-started_at", "-pk").first()


def in_hand(*, actor: Actor) -> list[Call]:
    """Calls of this person that are not written down yet; a missed one is an enquiry to return. One query."""
    rows = call_rows(actor=actor).filter(staff_id=actor.staff_id or 0, settled_at__isnull=True)
    rows = rows.exclude(state=CallState.MISSED.value)
    return list(rows.order_by("-started_at", "-pk")[:MOST_IN_HAND])


def waiting_calls(*, actor: Actor) -> list[Call]:
    """Calls that ring at a telephone that is nobody's, the longest waiting first."""
    rows = call_rows(actor=actor).live().filter(staff__isnull=True, settled_at__isnull=True)
    return list(rows.order_by("started_at", "pk")[:MOST_WAITING])


def count_waiting_calls(*, actor: Actor) -> int:
    return Call.objects.filter(call_scope(actor), staff__isnull=True, settled_at__isnull=True).live().count()


def callers(*, actor: Actor, number: str, now: datetime) -> list[Candidate]:
    """Who may be calling from this number, the likeliest first: files and people, then consignees. Two queries.

    One that belongs to a single file is certain. A consignee is not a customer: the parcel's file is whose matter it
    is, and that is never certain.
    """
    if not number:
        return []
    found = [_of_file(one) for one in customers.find_by_number(actor=actor, number=number, now=now)]
    known = {one.customer_id for one in found}
    seen: set[tuple[str, int | None]] = set()
    for row in shipments.receivers(actor=actor, phone_key=phones.key8(number)):
        if row.phone != number or row.customer_id in known or (row.name, row.customer_id) in seen:
            continue
        seen.add((row.name, row.customer_id))
        found.append(
            Candidate(
                certainty=Certainty.MAYBE,
                name=row.name,
                number=row.customer_number,
                customer_name=row.customer_name,
                customer_id=row.customer_id,
                shipment_id=row.shipment_id,
                waybill=row.waybill,
            )
        )
    return found[:MOST_CALLERS]


def _of_file(match: Match) -> Candidate:
    return Candidate(
        certainty=Certainty.CERTAIN if match.certain else Certainty.MAYBE,
        name=match.contact_name or match.name,
        number=match.number,
        customer_name=match.name if match.contact_name else "",
        customer_id=match.customer_id,
        contact_id=match.contact_id,
        owner_name=match.owner_name,
        shared=match.shared,
    )


def certain_caller(*, actor: Actor, number: str, now: datetime) -> tuple[int | None, int | None]:
    """Whose call it is where nobody has said so: the one file that has the number, and the one person.

    Of a number that several people share the file at most, never one of them. Two queries.
    """
    best = next(iter(callers(actor=actor, number=number, now=now)), None)
    if best is None or best.certainty is not Certainty.CERTAIN:
        return None, None
    return best.customer_id, None if best.shared else best.contact_id


def pop_of(*, actor: Actor, number: str, customer_id: int | None = None, now: datetime) -> Pop:
    """What an agent sees before speaking (CUST-05), at most four queries.

    Ranked callers, and of the likeliest file its summary, open cases and the last one that ended.
    `customer_id` is the file that was confirmed.
    """
    found = callers(actor=actor, number=number, now=now)
    of = customer_id or _likeliest(found)
    if of is None:
        return Pop(tuple(found), None)
    try:
        summary = customers.summary(actor=actor, customer_id=of)
    except NotFound:
        # One's own call may be from a customer of another unit.
        return Pop(tuple(found), None)
    open_cases, last = cases.now_and_last(actor=actor, customer_id=summary.id)
    return Pop(tuple(found), summary, open_cases, last)


def _likeliest(found: list[Candidate]) -> int | None:
    """The file to be shown first; none where a shared number leads to several."""
    files = [one.customer_id for one in found if one.customer_id is not None]
    undecided = len(set(files)) > 1 and any(one.shared for one in found)
    return None if undecided or not files else files[0]
