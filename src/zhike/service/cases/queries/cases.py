"""One case and lists of them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from zhike.platform import clock, parameters
from zhike.platform.actors import Actor
from zhike.platform.calendars import queries as calendars
from zhike.platform.errors import NotFound
from zhike.record.customers.types import Channel, TimelineEntry
from zhike.record.interactions import queries as interactions
from zhike.service.cases import rules
from zhike.service.cases.models import (
    Case,
    CaseContact,
    CaseGoods,
    CaseMove,
    CaseSet,
    Follower,
    Look,
    OwnerSpell,
    Presence,
)
from zhike.service.cases.policies import ATTACH_WITHIN, scope, scope_parts
from zhike.service.cases.types import (
    CASE_SUBJECT,
    NEXT_STEPS,
    PAUSES,
    QUEUES,
    CaseFile,
    CaseState,
    Effort,
    FiveAnswers,
)

HERE_FOR = timedelta(seconds=45)
TYPING_FOR = timedelta(seconds=15)
CONVERSATION = 50
_FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


def case_rows(*, actor: Actor) -> CaseSet:
    """Cases within reach with what lists show, for lists that filter, sort and page by themselves."""
    return Case.objects.filter(scope(actor)).select_related(
        "customer", "contact", "category", "owner__unit", "shipment"
    )


def case_parts(*, actor: Actor) -> list[CaseSet]:
    """The rows of `case_rows` in parts without overlap, for lists to count."""
    return [Case.objects.filter(part) for part in scope_parts(actor)]


def get_case(*, actor: Actor, case_id: int) -> Case:
    """The row with what the case page shows first; raises NotFound."""
    found = case_rows(actor=actor).select_related("cause", "party_unit", "recorder").filter(pk=case_id).first()
    if found is None:
        raise NotFound
    return found


def id_of(*, actor: Actor, number: str) -> int:
    """The case that a public number stands for; raises NotFound."""
    found = Case.objects.filter(scope(actor), number=number.strip().upper()).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound
    return found


# zhike: allow query-scope -- it reads no row, only the case given
def signature(*, actor: Actor, case: Case, language: str = "") -> str:
    """The name under which this person's mails about the case leave; `case` with its owner loaded."""
    deputy = actor.staff_id is not None and actor.staff_id != case.owner_id
    return rules.signed(actor.label, case.owner.name, deputy=deputy, language=language)


# zhike: allow query-actor -- it narrows rows that are scoped already
def numbered(rows: QuerySet[Case], number: str) -> QuerySet[Case]:
    """Those of these cases that have this number, or whose customer has.

    Two look-ups by index; one condition over both tables would read every case.
    """
    own, theirs = Case.objects.filter(number=number), Case.objects.filter(customer__number=number)
    return rows.filter(pk__in=own.values("pk").union(theirs.values("pk")))


# zhike: allow query-actor -- it reads no row, only the case given
def file_of(row: Case) -> CaseFile:
    """`row` with category and owner loaded."""
    return CaseFile(
        id=row.pk,
        number=row.number,
        subject=row.subject,
        kind=row.kind,
        category=row.category.code,
        severity=row.severity,
        state=row.state,
        state_since=row.state_since,
        channel=row.channel,
        origin=row.origin,
        customer_id=row.customer_id,
        contact_id=row.contact_id,
        shipment_id=row.shipment_id,
        owner_id=row.owner_id,
        owner_name=row.owner.name,
        owner_phone=row.owner.phone,
        owner_unit_id=row.owner.unit_id,
        opened_at=row.opened_at,
        answered_at=row.answered_at,
        answer_leaves_at=row.answer_leaves_at,
        closed_at=row.closed_at,
        ending=row.ending,
        solved=row.solved,
        resolution=row.resolution,
        next_step=row.next_step,
        promised_at=row.promised_at,
        breach_at=row.breach_at,
        version=row.version,
        zone=row.zone,
    )


def five_answers(*, actor: Actor, case_id: int) -> FiveAnswers:
    """What the customer may know of a case at any moment (CASE-26)."""
    return answers_of(get_case(actor=actor, case_id=case_id))


# zhike: allow query-actor -- it reads no row, only the case given
def answers_of(row: Case) -> FiveAnswers:
    """`row` with its owner and the owner's unit loaded. Without a promise the running deadline is the time named."""
    return FiveAnswers(
        number=row.number,
        subject=row.subject,
        state=row.state,
        owner_name=row.owner.name,
        owner_phone=row.owner.phone or (row.owner.unit.phones or [""])[0],
        promised_at=row.promised_at or row.next_due_at,
        zone=row.zone,
        next_step=row.next_step or str(NEXT_STEPS[CaseState(row.state)]),
        kind=row.kind,
        opened_at=row.opened_at,
        updated_at=max(row.state_since, row.we_spoke_at or row.state_since),
    )


def candidates(
    *, actor: Actor, customer_id: int, now: datetime, shipment_id: int | None = None
) -> list[rules.Candidate]:
    """The customer's cases to which a contact of now may belong, whoever owns them.

    A case about several shipments counts as one about `shipment_id` where that is among them.
    """
    oldest = now - parameters.value(ATTACH_WITHIN, at=now)
    rows = Case.objects.filter(scope(actor) | Q(customer_id=customer_id), customer_id=customer_id).filter(
        Q(opened_at__gte=oldest) | Q(customer_spoke_at__gte=oldest) | Q(we_spoke_at__gte=oldest)
    )
    goods = CaseGoods.objects.filter(shipment_id=shipment_id, case__in=rows) if shipment_id is not None else None
    among = set(goods.values_list("case_id", flat=True)) if goods is not None else set()
    return [
        rules.Candidate(
            case_id=row.pk,
            state=CaseState(row.state),
            category_id=row.category_id,
            shipment_id=shipment_id if row.pk in among else row.shipment_id,
            last_contact_at=max(t for t in (row.opened_at, row.customer_spoke_at, row.we_spoke_at) if t is not None),
        )
        for row in rows.exclude(ending="duplicate")
    ]


def conversation(*, actor: Actor, case: Case, limit: int = CONVERSATION) -> list[TimelineEntry]:
    """What was said in this case, oldest first; notes inside are among it, badged. One query."""
    return list(reversed(interactions.about(actor=actor, kind=CASE_SUBJECT, ids=[str(case.pk)], limit=limit)))


def same_topic(*, actor: Actor, customer_id: int, contact_id: int | None, subject: str, now: datetime) -> int | None:
    """The case on which this person has written under the same subject of late, if there is one. One query."""
    oldest = now - parameters.value(ATTACH_WITHIN, at=now)
    topic = rules.topic_of(subject)
    person = Q(contact__isnull=True) if contact_id is None else Q(contact_id=contact_id)
    rows = Case.objects.filter(scope(actor), person, customer_id=customer_id)
    rows = rows.filter(channel=Channel.MAIL.value, customer_spoke_at__gte=oldest).exclude(ending="duplicate")
    found = [
        (state != CaseState.CLOSED.value, spoke, pk)
        for pk, held, state, spoke in rows.values_list("pk", "subject", "state", "customer_spoke_at")
        if topic and rules.topic_of(held) == topic
    ]
    return max(found)[2] if found else None


# zhike: allow query-actor -- it reads no row, only the words given
def topic_of(subject: str) -> str:
    """What makes two subjects the same: without marks of answers and our number."""
    return rules.topic_of(subject)


# zhike: allow query-actor -- it reads no row, only the token given
def case_of_token(token: str) -> int | None:
    """The case that a token of ours in an address stands for; whether it still exists is asked elsewhere."""
    return rules.case_of_token(token)


def moves_of(*, actor: Actor, case_id: int) -> list[CaseMove]:
    get_case(actor=actor, case_id=case_id)
    return list(CaseMove.objects.filter(case_id=case_id).select_related("staff").order_by("id"))


def owners_of(*, actor: Actor, case_id: int) -> list[OwnerSpell]:
    """Who owned the case, oldest first."""
    get_case(actor=actor, case_id=case_id)
    return list(OwnerSpell.objects.filter(case_id=case_id).select_related("staff__unit").order_by("valid_from", "id"))


def effort_of(*, actor: Actor, case: Case, now: datetime) -> Effort:
    """CASE-15: what the matter has cost the customer. One query."""
    spells = OwnerSpell.objects.filter(case_id=case.pk, case__in=Case.objects.filter(scope(actor)))
    before = OwnerSpell.objects.filter(case_id=OuterRef("case_id"), pk__lt=OuterRef("pk"))
    replies = CaseContact.objects.filter(
        case_id=OuterRef("case_id"),
        incoming=False,
        at__gte=OuterRef("valid_from"),
        at__lt=Coalesce(OuterRef("valid_until"), Value(_FOR_EVER)),
    )
    blind = spells.annotate(replied=Subquery(replies.order_by("at").values("at")[:1])).filter(
        Q(viewed_at__isnull=True) | Q(viewed_at__gt=F("replied")), Exists(before), replied__isnull=False
    )
    return rules.effort_of(
        contacts=case.contacts,
        repeats=case.repeats,
        transfers=case.transfers,
        switches=case.switches,
        re_explains=blind.count() if case.transfers else 0,
        elapsed=(case.answered_at or case.closed_at or now) - case.opened_at,
    )


def queue_rows(*, actor: Actor, view: str) -> CaseSet:
    """Whose turn it is, the nearest deadline first: `mine`, `unit`, `watch` (followed), `waiting`, else all open."""
    rows = case_rows(actor=actor).open().order_by("next_due_at", "pk")
    waiting = [state.value for state in PAUSES] + [CaseState.ANSWERED.value]
    match view:
        case "mine":
            return rows.filter(owner_id=actor.staff_id or 0).exclude(state__in=waiting)
        case "waiting":
            return rows.filter(owner_id=actor.staff_id or 0, state__in=waiting)
        case "unit":
            return rows.filter(scope_unit_id=actor.unit_no or 0).exclude(state__in=waiting)
        case "watch":
            return rows.filter(pk__in=Follower.objects.filter(staff_id=actor.staff_id or 0).values("case_id"))
        case _:
            return rows


def queue_counts(*, actor: Actor) -> list[tuple[str, str, int]]:
    """Code, label and number of cases of each view of the queue. One query a view."""
    return [(code, str(label), queue_rows(actor=actor, view=code).order_by().count()) for code, label in QUEUES.items()]


def needing_rows(*, actor: Actor, now: datetime) -> CaseSet:
    """Open cases of the actor whose deadline has passed, or that are new, the most urgent first."""
    mine = queue_rows(actor=actor, view="mine")
    return mine.filter(Q(next_due_at__lt=now) | Q(state=CaseState.NEW.value))


def parked_rows(*, actor: Actor) -> CaseSet:
    """Cases that wait for a customer who has answered already."""
    return case_rows(actor=actor).parked()


def last_workday_begin(now: datetime, zone: str) -> datetime:
    """Midnight that began the working day before today: what was not looked at since is unlooked (CASE-12)."""
    day = clock.local_date(now, zone) - timedelta(days=1)
    default = calendars.default_calendar_id()
    workdays = calendars.rules_of([default])[default].workdays
    while not workdays.is_workday(day):
        day -= timedelta(days=1)
    return clock.day_start(day, zone)


def unlooked_rows(*, actor: Actor, now: datetime) -> CaseSet:
    """Open cases at which their owner has not looked for more than a working day."""
    begin = last_workday_begin(now, actor.zone)
    looked = Look.objects.filter(case_id=OuterRef("pk"), staff_id=OuterRef("owner_id"), at__gte=begin)
    return case_rows(actor=actor).open().filter(opened_at__lt=begin).filter(~Exists(looked))


def present(*, actor: Actor, case_id: int, now: datetime) -> Sequence[tuple[str, bool]]:
    """Who else has the case open now, and whether they are writing."""
    get_case(actor=actor, case_id=case_id)
    rows = Presence.objects.filter(case_id=case_id, seen_at__gte=now - HERE_FOR).exclude(staff_id=actor.staff_id or 0)
    return [
        (row.staff.name, row.typing_at is not None and row.typing_at >= now - TYPING_FOR)
        for row in rows.select_related("staff").order_by("staff__name_pinyin")
    ]


def labels(*, actor: Actor, case_ids: Collection[int]) -> Mapping[int, tuple[str, str]]:
    """Number and subject by id. One query."""
    rows = Case.objects.filter(scope(actor), pk__in=set(case_ids)).values_list("pk", "number", "subject")
    return {pk: (number, subject) for pk, number, subject in rows}


def contact_count(*, actor: Actor, case_id: int) -> int:
    """Contacts linked with the case, both ways."""
    return CaseContact.objects.filter(case_id=case_id, case__in=Case.objects.filter(scope(actor))).count()
