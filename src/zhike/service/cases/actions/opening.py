"""One entrance (一口对外): a contact becomes a case, or joins the one that it belongs to."""

from dataclasses import replace
from datetime import datetime

from zhike.platform import audit, numbering, outbox, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor, ActorKind
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid
from zhike.platform.outbox import Mode
from zhike.record.customers import queries as customers
from zhike.record.customers.types import CustomerSummary
from zhike.record.interactions import actions as interactions
from zhike.record.interactions import queries as interaction_queries
from zhike.record.interactions.types import ContactLog, Direction
from zhike.record.organization import queries as organization
from zhike.service.cases import events, queries
from zhike.service.cases.actions import _parts
from zhike.service.cases.actions.owners import here_to_own
from zhike.service.cases.actions.raising import raise_to_complaint
from zhike.service.cases.models import Case, CaseContact, CaseMove, Category, OwnerSpell
from zhike.service.cases.policies import ATTACH_WITHIN, HANDLE
from zhike.service.cases.rules import after_contact, answered_at_once, channels_switched, entry_errors, matching
from zhike.service.cases.types import (
    CASE_SERIES,
    CASE_SUBJECT,
    PROACTIVE,
    CaseEntry,
    CaseState,
    Origin,
    Said,
    Taken,
)


@action
def open_case(*, actor: Actor, entry: CaseEntry, separate: bool = False, now: datetime) -> Taken:
    """Take a contact in. It joins the customer's case on the same waybill or topic (CASE-03), else opens one.

    A complaint that joins a lesser matter makes a complaint of it, with the clock of the law from then on.
    `separate` opens a new case although one would match: a person has said that it is another matter. A contact that
    another system hands over twice (`external`) is taken once. Raises Invalid on `subject`, `text`, `at`.
    """
    authorize(actor, HANDLE)
    if wrong := entry_errors(entry, now=now):
        raise Invalid(wrong)
    customer = customers.summary(actor=actor, customer_id=entry.customer_id)
    category = queries.category_of(actor=actor, code=entry.category)
    _parts.lock_customer(customer.id)
    if (known := _taken_before(actor, entry.external)) is not None:
        return known
    at = min(entry.at or now, now)
    if not separate:
        match = matching(
            queries.candidates(actor=actor, customer_id=customer.id, now=now, shipment_id=entry.shipment_id),
            category_id=category.pk,
            shipment_id=entry.shipment_id,
            at=at,
            within=parameters.value(ATTACH_WITHIN, at=now),
        )
        if match is not None:
            return attach_contact(actor=actor, case_id=match.case_id, said=_said_of(entry), now=now)
    return _new(actor, entry, customer, category, at=at, now=now)


@action
def attach_contact(*, actor: Actor, case_id: int, said: Said, now: datetime) -> Taken:
    """The customer speaks again on the same matter: a closed case reopens, one that waited for them wakes.

    A complaint (`said.kind`) makes a complaint of a lesser case.
    """
    case = _parts.locked(actor, case_id)
    authorize(actor, HANDLE, subject=("case", case_id))
    at = min(said.at or now, now)
    interaction_id = _write_down(actor, case, said, Direction.IN, at=at, now=now)
    _count_contact(case, said, interaction_id, incoming=True, at=at)
    case.repeats += 1
    old = CaseState(case.state)
    new = after_contact(old)
    reopened = old is CaseState.CLOSED
    if reopened:
        reopen_fields(case)
    if new is not old:
        _parts.move(case, new, by=_parts.Cause(actor, "contact"), now=now)
    case.customer_spoke_at = max(case.customer_spoke_at or at, at)
    raised = raise_to_complaint(actor, case, said, at=at, now=now)
    _parts.save(case)
    audit.record(
        actor,
        events.ContactAttached(
            subject=("case", case.pk),
            after={"interaction": interaction_id, "channel": said.channel, "body": said.body, "reopened": reopened},
        ),
        now=now,
    )
    return Taken(case.pk, case.number, attached=True, reopened=reopened, interaction_id=interaction_id, raised=raised)


def reopen_fields(case: Case) -> None:
    """A case that is open again forgets its ending, and keeps its number, its cause and its history."""
    case.closed_at, case.ending, case.solved, case.handling = None, "", None, ""
    case.duplicate_of_id = None
    case.reopened += 1


def _taken_before(actor: Actor, external: tuple[str, str]) -> Taken | None:
    if not external[1]:
        return None
    found = interaction_queries.id_of_external(actor=actor, system=external[0], ref=external[1])
    link = CaseContact.objects.filter(interaction_id=found).select_related("case").first() if found else None
    return Taken(link.case_id, link.case.number, attached=True, interaction_id=found) if link else None


def _new(
    actor: Actor, entry: CaseEntry, customer: CustomerSummary, category: Category, *, at: datetime, now: datetime
) -> Taken:
    by_staff = actor.kind is ActorKind.STAFF
    wanted = entry.owner_id or (actor.staff_id if by_staff else None)
    owner_id = wanted or queries.owner_for(actor=actor, customer=customer, now=now)
    # Whoever is asked for must be here; who works although on leave keeps what they take themselves.
    named = entry.owner_id is not None and entry.owner_id != actor.staff_id
    owner = here_to_own(owner_id) if named else organization.assignee(actor=_parts.DESK, staff_id=owner_id)
    at_once = answered_at_once(entry, by_staff=by_staff)
    case = Case.objects.create(
        number=numbering.next_number(CASE_SERIES.key),
        customer_id=customer.id,
        contact_id=entry.contact_id,
        shipment_id=entry.shipment_id,
        kind=entry.kind.value,
        category=category,
        severity=entry.severity.value,
        origin=entry.origin.value,
        channel=entry.channel.value,
        subject=entry.subject.strip(),
        text=entry.text.strip(),
        zone=entry.zone or customer.zone,
        language=customer.language,
        opened_at=at,
        received_at=now,
        recorder_id=actor.staff_id,
        owner_id=owner.id,
        scope_unit_id=owner.unit_no,
        state=CaseState.IN_WORK.value if at_once else CaseState.NEW.value,
        state_since=at,
        first_response_at=now if at_once else None,
        first_response_missed=False if at_once else None,
        we_spoke_at=at if at_once else None,
    )
    OwnerSpell.objects.create(
        case=case, staff_id=owner.id, valid_from=at, viewed_at=now if owner.id == actor.staff_id else None
    )
    CaseMove.objects.create(
        case=case,
        at=at,
        to_state=case.state,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        staff_id=actor.staff_id,
    )
    interaction_id = None
    if entry.origin not in PROACTIVE:
        said = _said_of(entry)
        interaction_id = _write_down(actor, case, said, Direction.IN, at=at, now=now)
        _count_contact(case, said, interaction_id, incoming=True, at=at)
        case.customer_spoke_at = at
    _parts.start_clocks([case], by=actor, now=now)
    _parts.save(case)
    _tell_opened(actor, case, now=now)
    return Taken(case.pk, case.number, interaction_id=interaction_id)


def _said_of(entry: CaseEntry) -> Said:
    return Said(
        channel=entry.channel,
        body=entry.text,
        subject=entry.subject,
        contact_id=entry.contact_id,
        own_name=entry.origin is Origin.PORTAL,
        at=entry.at,
        external=entry.external,
        letter=entry.letter,
        kind=entry.kind,
        category=entry.category,
        severity=entry.severity,
    )


def _write_down(actor: Actor, case: Case, said: Said, direction: Direction, *, at: datetime, now: datetime) -> int:
    """The words go onto the customer's timeline, about this case."""
    log = ContactLog(
        channel=said.channel,
        direction=direction,
        subject=said.subject.strip()[:200] or case.subject,
        body=said.body,
        contact_id=said.contact_id if said.own_name else said.contact_id or case.contact_id,
        occurred_at=at,
        zone=case.zone,
        about=(CASE_SUBJECT, str(case.pk)),
        external=said.external,
        letter=said.letter,
        counted=said.counted,
    )
    return interactions.log_contact(actor=actor, customer_id=case.customer_id, log=log, now=now)


def write_outgoing(actor: Actor, case: Case, said: Said, *, has_left: bool = True, now: datetime) -> int:
    """What we said: onto the timeline, into the case's counters; what has not left has not been said yet."""
    at = min(said.at or now, now)
    speaker = queries.last_speaker(actor=_parts.DESK, case=case) if said.contact_id is None else None
    if speaker is not None:
        # Told to who spoke last, not to the person of the case.
        said = replace(said, contact_id=speaker.contact_id, own_name=True)
    interaction_id = _write_down(actor, case, said, Direction.OUT, at=at, now=now)
    _count_contact(case, said, interaction_id, incoming=False, at=at)
    if has_left:
        case.we_spoke_at = max(case.we_spoke_at or at, at)
    return interaction_id


def _count_contact(case: Case, said: Said, interaction_id: int, *, incoming: bool, at: datetime) -> None:
    if incoming:
        known = set(CaseContact.objects.filter(case=case, incoming=True).values_list("channel", flat=True))
        case.switches += channels_switched(known, said.channel.value)
        case.contacts += 1
    CaseContact.objects.create(
        case=case, interaction_id=interaction_id, at=at, channel=said.channel.value, incoming=incoming
    )


def _tell_opened(actor: Actor, case: Case, *, now: datetime) -> None:
    proactive = case.origin in {origin.value for origin in PROACTIVE}
    audit.record(
        actor,
        events.CaseOpened(
            subject=("case", case.pk),
            after={
                "number": case.number,
                "customer": case.customer_id,
                "kind": case.kind,
                "category": case.category.code,
                "owner": case.owner_id,
                "subject": case.subject,
                "text": case.text,
            },
        ),
        now=now,
    )
    outbox.emit(
        events.CasesOpenedEvent(case_ids=[case.pk], customer_ids=[case.customer_id], proactive=proactive),
        now=now,
        occurred_at=case.opened_at,
        mode=Mode.LIVE,
    )
