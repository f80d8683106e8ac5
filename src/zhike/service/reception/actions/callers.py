"""Who is calling, to which case the call belongs, and what is written down of it."""

from contextlib import suppress
from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid, NotFound
from zhike.record.customers import queries as customers
from zhike.record.customers.types import Channel, CustomerSummary
from zhike.record.interactions import actions as interactions
from zhike.record.interactions.types import ContactLog, Direction
from zhike.record.shipments import queries as shipments
from zhike.service.cases import actions as cases
from zhike.service.cases import queries as case_queries
from zhike.service.cases.types import CaseEntry, CaseKind, Origin, Said, Taken
from zhike.service.reception import events, queries
from zhike.service.reception.actions._parts import external_of, locked_call, name_of, tell_call
from zhike.service.reception.models import Call
from zhike.service.reception.policies import PUSH_CALLS, SERVE, WRITE_DOWN_AFTER
from zhike.service.reception.rules import MAX_TEXT, CallOfCase, CallOfNoCase, CallSettled, TakenBySomebody
from zhike.service.reception.types import LIVE_STATES, CallDirection, CallMatter, Who

MOST_SETTLED = 200
NOBODY_KNOWN = frozenset({Who.UNKNOWN, Who.SHARED, Who.OPEN})


@action
def take_call(*, actor: Actor, call_id: int, now: datetime) -> None:
    """Take a call that rings at no known telephone; whoever is first has it."""
    call = locked_call(actor, call_id)
    authorize(actor, SERVE, subject=("call", call_id))
    if call.staff_id is not None and call.staff_id != actor.staff_id:
        raise TakenBySomebody(name=name_of(call.staff_id))
    if call.staff_id is None:
        call.staff_id = actor.staff_id
        call.save(update_fields=["staff"])
        audit.record(actor, events.CallTaken(subject=("call", call_id), after={"staff": actor.staff_id}), now=now)
        tell_call(call, actor.staff_id)


@action
def confirm_caller(
    *,
    actor: Actor,
    call_id: int,
    who: Who,
    customer_id: int | None = None,
    contact_id: int | None = None,
    shipment_id: int | None = None,
    now: datetime,
) -> None:
    """Say who is calling: a file with its person, a consignee, somebody unknown, a number that several share.

    Saying nothing again (`Who.OPEN`) takes it back. Once the call stands in a case its customer is the case's: raises
    CallOfCase for anybody else.
    """
    call = _open(actor, call_id)
    authorize(actor, SERVE, subject=("call", call_id))
    before = _named(call)
    if call.case_id is not None:
        if (who.value, customer_id, contact_id, shipment_id) != tuple(before.values()):
            found = case_queries.labels(actor=actor, case_ids=[call.case_id])
            raise CallOfCase(number=found.get(call.case_id, ("–", ""))[0])
        return
    if who is Who.KNOWN and customer_id is None:
        raise Invalid.of("customer_id", "required", _("Choose who is calling."))
    customer = _file(actor, who, customer_id)
    if who in NOBODY_KNOWN:
        customer, contact_id, shipment_id = None, None, None
    if contact_id is not None and (customer is None or not _is_of(actor, customer.id, contact_id)):
        raise Invalid.of("contact_id", "other", _("This person belongs to another customer."))
    if shipment_id is not None:
        shipment_id = shipments.get_shipment(actor=actor, shipment_id=shipment_id).pk
    call.who, call.confirmed_at = who.value, now if who is not Who.OPEN else None
    call.customer_id = customer.id if customer else None
    call.contact_id, call.shipment_id = contact_id, shipment_id
    _keep(call, actor)
    call.save()
    said = events.CallerConfirmed(subject=("call", call_id), before=before, after=_named(call))
    audit.record(actor, said, now=now)
    tell_call(call, call.staff_id)


@action
def attach_call(
    *, actor: Actor, call_id: int, case_id: int, kind: CaseKind | None = None, category: str = "", now: datetime
) -> Taken:
    """The call belongs to this case: it stands in its talk and on the customer's timeline, once.

    A complaint makes a complaint of a lesser case, of `category` where that is one for complaints.
    """
    call = _open(actor, call_id)
    authorize(actor, SERVE, subject=("call", call_id))
    if call.case_id is not None:
        raise CallSettled
    case = case_queries.get_case(actor=actor, case_id=case_id)
    person = call.contact_id if call.customer_id == case.customer_id else None
    said = Said(
        channel=Channel.CALL,
        body=call.note,
        subject=_title(call),
        contact_id=person,
        at=call.started_at,
        external=external_of(call),
        kind=kind,
        category=category,
    )
    taken = cases.attach_contact(actor=actor, case_id=case_id, said=said, now=now)
    _belongs(call, actor, taken, case.customer_id, now)
    return taken


@action
def take_call_out(*, actor: Actor, call_id: int, reason: str, now: datetime) -> int:
    """The call was put into a wrong case: out of it again, and in hand, until it is put where it belongs.

    Returns the case. Raises Invalid on `reason`, CallOfNoCase, ContactOpened where the case began with it.
    """
    call = locked_call(actor, call_id)
    authorize(actor, SERVE, subject=("call", call_id))
    _refuse_others(call, actor)
    if call.case_id is None or call.interaction_id is None:
        raise CallOfNoCase
    case_id = call.case_id
    cases.detach_contact(actor=actor, case_id=case_id, interaction_id=call.interaction_id, reason=reason, now=now)
    call.case_id = call.interaction_id = call.settled_at = None
    call.taken_out, call.taken_out_at = call.taken_out + 1, now
    call.save()
    audit.record(
        actor,
        events.CallTakenOut(subject=("call", call_id), before={"case": case_id}, reason=reason.strip()),
        now=now,
    )
    tell_call(call, call.staff_id)
    return case_id


@action
def open_case_of_call(*, actor: Actor, call_id: int, matter: CallMatter, now: datetime) -> Taken:
    """A new matter: the call opens its case, or joins the one that is open on the same waybill or topic."""
    call = _open(actor, call_id)
    authorize(actor, SERVE, subject=("call", call_id))
    if call.case_id is not None:
        raise CallSettled
    if call.customer_id is None:
        raise Invalid.of("", "required", _("Confirm who is calling first: a case is somebody's."))
    entry = CaseEntry(
        customer_id=call.customer_id,
        kind=matter.kind,
        category=matter.category,
        channel=Channel.CALL,
        subject=matter.subject,
        text=matter.text,
        contact_id=call.contact_id,
        shipment_id=call.shipment_id,
        origin=Origin.PHONE,
        at=call.started_at,
        external=external_of(call),
    )
    taken = cases.open_case(actor=actor, entry=entry, separate=matter.separate, now=now)
    _belongs(call, actor, taken, call.customer_id, now)
    return taken


@action
def wrap_up(*, actor: Actor, call_id: int, note: str, now: datetime) -> None:
    """Write the call down: a note on its case, else a contact of the customer, else kept with the call alone."""
    call = _open(actor, call_id)
    authorize(actor, SERVE, subject=("call", call_id))
    text = note.strip()
    if len(text) > MAX_TEXT:
        raise Invalid.of("note", "too_long", _("At most %(maximum)s characters."), maximum=MAX_TEXT)
    if call.state in LIVE_STATES:
        raise Invalid.of("", "live", _("The call is still going on. Hang up first; what you typed is kept."))
    # A call that was put through may be of a case or a file beyond reach: the note then stays with the call.
    with suppress(NotFound):
        if call.case_id is not None:
            if text:
                cases.note_on_case(actor=actor, case_id=call.case_id, body=text, now=now)
        elif call.customer_id is not None:
            _write(call, actor, body=text, now=now)
    call.note = text
    _keep(call, actor)
    _settle(call, now)
    audit.record(
        actor,
        events.CallWritten(
            subject=("call", call_id), after={"note": text, "case": call.case_id, "entry": call.interaction_id}
        ),
        now=now,
    )
    tell_call(call, call.staff_id)


@action
def settle_calls(*, actor: Actor, now: datetime) -> int:
    """Calls that ended and that nobody wrapped up stand on their customer's timeline all the same. Returns how many.

    One that was not confirmed goes to the file to which alone its number belongs, and to a person there only where it
    is nobody else's; without such a file it stays in the list of calls.
    """
    authorize(actor, PUSH_CALLS)
    before = now - parameters.value(WRITE_DOWN_AFTER, at=now)
    rows = Call.objects.filter(settled_at__isnull=True, ended_at__lt=before).exclude(taken_out_at__gte=before)
    late = list(rows.select_for_update(of=("self",), skip_locked=True).order_by("pk")[:MOST_SETTLED])
    for call in late:
        if call.who == Who.OPEN.value:
            call.customer_id, call.contact_id = queries.certain_caller(actor=actor, number=call.number, now=now)
        if call.customer_id is not None and call.interaction_id is None:
            # A person who was taken off the file meanwhile holds up no other call.
            with suppress(Invalid, NotFound):
                _write(call, actor, body="", now=now)
        _settle(call, now)
        tell_call(call, call.staff_id)
    if late:
        audit.record(actor, events.CallsSettled(subject=("calls", ""), after={"written": len(late)}), now=now)
    return len(late)


def _named(call: Call) -> dict[str, str | int | None]:
    """What is said of the caller."""
    return {
        "who": call.who,
        "customer": call.customer_id,
        "contact": call.contact_id,
        "shipment": call.shipment_id,
    }


def _open(actor: Actor, call_id: int) -> Call:
    """The call, held; of somebody else's nobody says who it is."""
    call = locked_call(actor, call_id)
    if call.settled_at is not None:
        raise CallSettled
    _refuse_others(call, actor)
    return call


def _refuse_others(call: Call, actor: Actor) -> None:
    if call.staff_id is not None and call.staff_id != actor.staff_id and actor.staff_id is not None:
        raise TakenBySomebody(name=name_of(call.staff_id))


def _file(actor: Actor, who: Who, customer_id: int | None) -> CustomerSummary | None:
    """The file named; that of a consignee's parcel may lie beyond reach, and the parcel says it all."""
    if customer_id is None:
        return None
    if who is Who.CONSIGNEE:
        return customers.summaries(actor=actor, customer_ids=[customer_id]).get(customer_id)
    return customers.summary(actor=actor, customer_id=customer_id)


def _is_of(actor: Actor, customer_id: int, contact_id: int) -> bool:
    return any(one.id == contact_id for one in customers.people(actor=actor, customer_id=customer_id).live)


def _keep(call: Call, actor: Actor) -> None:
    """Whoever says something of a waiting call has it in hand."""
    if call.staff_id is None:
        call.staff_id = actor.staff_id


def _belongs(call: Call, actor: Actor, taken: Taken, customer_id: int, now: datetime) -> None:
    call.case_id, call.interaction_id = taken.case_id, taken.interaction_id
    if call.customer_id != customer_id:
        call.customer_id, call.contact_id = customer_id, None
    if call.who not in {Who.KNOWN.value, Who.CONSIGNEE.value}:
        call.who = Who.KNOWN.value
    call.confirmed_at = call.confirmed_at or now
    _keep(call, actor)
    call.save()
    after = {"case": taken.case_id, "customer": customer_id, "attached": taken.attached}
    audit.record(actor, events.CallerConfirmed(subject=("call", call.pk), after=after), now=now)
    tell_call(call, call.staff_id)


def _title(call: Call) -> str:
    if call.state == "missed":
        return gettext("Missed call")
    return (
        gettext("Call from the customer")
        if call.direction == CallDirection.IN.value
        else gettext("Call to the customer")
    )


def _write(call: Call, actor: Actor, *, body: str, now: datetime) -> None:
    """The one entry of this call on its customer's timeline."""
    log = ContactLog(
        channel=Channel.CALL,
        direction=Direction(call.direction),
        subject=_title(call),
        body=body,
        contact_id=call.contact_id,
        occurred_at=call.started_at,
        zone=call.zone,
        about=("call", str(call.pk)),
        external=external_of(call),
    )
    of = call.customer_id or 0
    call.interaction_id = interactions.log_contact(actor=actor, customer_id=of, log=log, now=now)


def _settle(call: Call, now: datetime) -> None:
    call.settled_at = now
    call.save()
