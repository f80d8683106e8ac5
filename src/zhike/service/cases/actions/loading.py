"""Cases of a history or of another system, whole, set-based: nobody is told, no work is opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from zhike.platform import audit, numbering, outbox
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.calendars import queries as calendars
from zhike.platform.clock import local_date
from zhike.platform.db.copying import insert_many
from zhike.platform.errors import NotFound
from zhike.platform.outbox import Mode
from zhike.record.agreements import queries as agreements
from zhike.record.agreements.types import Measure, Target
from zhike.record.customers import queries as customers
from zhike.record.customers.types import CustomerSummary
from zhike.record.interactions import actions as interactions
from zhike.record.interactions import queries as interaction_queries
from zhike.record.interactions.types import ContactLog, Direction, LoggedContact
from zhike.record.organization import queries as organization
from zhike.service.cases import events
from zhike.service.cases.actions import _past
from zhike.service.cases.actions._running import add_tasks, ask_upwards, run_clocks
from zhike.service.cases.actions.proactive import IDS_AN_EVENT
from zhike.service.cases.models import Case, CaseContact, CaseMove, Category, Cause, Look, OwnerSpell
from zhike.service.cases.policies import HANDLE
from zhike.service.cases.rules import handling_of
from zhike.service.cases.types import CASE_SERIES, CASE_SUBJECT, PROACTIVE, CaseState, Ending
from zhike.service.cases.types.past import PastCase

Pairs = Sequence[tuple[Case, PastCase]]


@action
def load_cases(*, actor: Actor, cases: Sequence[PastCase], now: datetime) -> list[int]:
    """Take cases over with all that was said and done, in the order given; returns their ids.

    Clocks are started for those that are open only; of closed ones it is worked out from the present targets and hours
    whether the promises were kept. Raises NotFound for a customer, category, cause or person that is unknown.
    """
    authorize(actor, HANDLE)
    if not cases:
        return []
    known = _known(actor, cases, now)
    rows = [
        _row(past, number, known, now)
        for past, number in zip(cases, numbering.take(CASE_SERIES.key, len(cases)), strict=True)
    ]
    insert_many(rows)
    pairs = list(zip(rows, cases, strict=True))
    _add_history(actor, pairs, known)
    _add_contacts(actor, pairs, now)
    add_tasks(actor, pairs, known.targets, now=now)
    ask_upwards(actor, pairs, now=now)
    run_clocks(actor, [pair for pair in pairs if pair[0].closed_at is None], now=now)
    audit.record(
        actor,
        events.CasesLoaded(subject=("cases", len(rows)), after={"first": rows[0].number, "last": rows[-1].number}),
        now=now,
    )
    outbox.emit_many(
        [
            events.CasesOpenedEvent(
                case_ids=[row.pk for row in part], customer_ids=sorted({row.customer_id for row in part})
            )
            for part in (rows[start : start + IDS_AN_EVENT] for start in range(0, len(rows), IDS_AN_EVENT))
        ],
        now=now,
        mode=Mode.BACKFILL,
    )
    return [row.pk for row in rows]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the cases refer to."""

    files: Mapping[int, CustomerSummary]
    categories: Mapping[str, Category]
    causes: Mapping[str, int]
    unit_no: Mapping[int, int]
    targets: Mapping[str, Mapping[int, Mapping[Measure, Target]]]
    promises: Mapping[tuple[str, int], _past.Promises]


def _known(actor: Actor, cases: Sequence[PastCase], now: datetime) -> _Known:
    files = customers.summaries(actor=actor, customer_ids={one.customer_id for one in cases})
    categories = {row.code: row for row in Category.objects.all()}
    causes = dict(Cause.objects.values_list("code", "pk"))
    unit_no = dict(organization.staff_rows(actor=actor).values_list("pk", "unit__tree_no"))
    if (
        any(one.customer_id not in files or one.category not in categories for one in cases)
        or any(owner.staff_id not in unit_no for one in cases for owner in one.owners)
        or any(one.coding is not None and one.coding.cause not in causes for one in cases)
    ):
        raise NotFound
    targets = {
        code: agreements.targets_for(
            actor=actor, category=code, customer_ids={one.customer_id for one in cases if one.category == code}, at=now
        )
        for code in sorted({one.category for one in cases})
    }
    default = calendars.default_calendar_id()
    named = {t.calendar_id for by in targets.values() for found in by.values() for t in found.values() if t.calendar_id}
    specs = {pk: rules.spec for pk, rules in calendars.rules_of({default, *named}).items()}
    promises = {
        (code, pk): _past.Promises(found, specs, default) for code, by in targets.items() for pk, found in by.items()
    }
    return _Known(files, categories, causes, unit_no, targets, promises)


def _row(past: PastCase, number: str, known: _Known, now: datetime) -> Case:
    customer, category = known.files[past.customer_id], known.categories[past.category]
    last, owner, counts = past.steps[-1], past.owners[-1].staff_id, _past.counted(past)
    is_closed = last.state is CaseState.CLOSED
    answered_at = _past.last_step(past, CaseState.ANSWERED) or (last.at if is_closed else None)
    promises = known.promises[past.category, past.customer_id]
    handling = handling_of(
        opened_at=past.opened_at, answered_at=answered_at, solved=bool(past.solved), quick=category.quick_within
    )
    row = Case(
        number=number,
        customer_id=past.customer_id,
        contact_id=past.contact_id,
        shipment_id=past.shipment_id,
        kind=past.kind.value,
        category=category,
        severity=past.severity.value,
        origin=past.origin.value,
        channel=past.channel.value,
        subject=past.subject.strip(),
        text=past.text.strip(),
        zone=customer.zone,
        language=customer.language,
        opened_at=past.opened_at,
        received_at=now,
        recorder_id=None if past.origin in PROACTIVE else past.owners[0].staff_id,
        owner_id=owner,
        scope_unit_id=known.unit_no[owner],
        state=last.state.value,
        state_since=last.at,
        promised_at=past.promised_at,
        next_step=past.next_step,
        first_response_at=_past.first_response(past) or (last.at if is_closed else None),
        first_response_missed=promises.response_missed(past, now=last.at if is_closed else now),
        solution_missed=promises.solution_missed(past, now=now),
        customer_spoke_at=_past.last_spoken(past, incoming=True),
        we_spoke_at=_past.last_spoken(past, incoming=False) or _past.first_response(past),
        answered_at=answered_at,
        closed_at=last.at if is_closed else None,
        ending=past.ending.value if is_closed else Ending.NONE.value,
        solved=past.solved if is_closed else None,
        resolution=past.resolution,
        handling=handling.value if is_closed else "",
        contacts=counts.contacts,
        repeats=counts.repeats,
        transfers=counts.transfers,
        switches=counts.switches,
        reopened=counts.reopened,
        looked_at=past.looked_at,
        mode=Mode.BACKFILL.value,
    )
    if past.coding is not None:
        row.cause_id, row.party = known.causes[past.coding.cause], past.coding.party.value
        row.party_unit_id, row.route = past.coding.unit_id, past.coding.route[:80]
    return row


def _add_history(actor: Actor, pairs: Pairs, known: _Known) -> None:
    """Owners, moves and looks."""
    spells, moves, looks = [], [], []
    for row, past in pairs:
        ends = [owner.since for owner in past.owners[1:]] + [None]
        spells += [
            OwnerSpell(
                case=row, staff_id=owner.staff_id, valid_from=owner.since, valid_until=end, viewed_at=owner.since
            )
            for owner, end in zip(past.owners, ends, strict=True)
        ]
        froms = ["", *(step.state.value for step in past.steps)]
        moves += [
            CaseMove(
                case=row,
                at=step.at,
                from_state=old,
                to_state=step.state.value,
                reason=step.reason,
                actor_kind=actor.kind.value,
                actor_id=actor.id,
            )
            for old, step in zip(froms, past.steps, strict=False)
        ]
        if past.looked_at is not None:
            day = local_date(past.looked_at, known.files[past.customer_id].zone)
            looks.append(Look(case=row, staff_id=row.owner_id, day=day, at=past.looked_at))
    for kind in (spells, moves, looks):
        insert_many(kind)


def _add_contacts(actor: Actor, pairs: Pairs, now: datetime) -> None:
    """What was said, onto the timelines about each case, and linked with it."""
    logged = [
        LoggedContact(
            customer_id=past.customer_id,
            staff_id=said.staff_id,
            log=ContactLog(
                channel=said.channel,
                direction=Direction.IN if said.incoming else Direction.OUT,
                body=said.body,
                contact_id=past.contact_id,
                occurred_at=said.at,
                about=(CASE_SUBJECT, str(row.pk)),
                external=said.external,
            ),
        )
        for row, past in pairs
        for said in past.said
    ]
    if not logged:
        return
    interactions.log_contacts(actor=actor, contacts=logged, mode=Mode.BACKFILL, now=now)
    about = interaction_queries.interaction_rows(actor=actor).filter(
        about_kind=CASE_SUBJECT, about_id__in=[str(row.pk) for row, _past_case in pairs]
    )
    insert_many(
        [
            CaseContact(case_id=int(case_id), interaction_id=pk, at=at, channel=channel, incoming=direction == "in")
            for pk, case_id, at, channel, direction in about.order_by("occurred_at", "pk").values_list(
                "pk", "about_id", "occurred_at", "channel", "direction"
            )
        ]
    )
