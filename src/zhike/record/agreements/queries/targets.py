"""The targets that hold for a matter, why they do, and what a change of the table would do to matters."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import DateField, DateTimeField, F, Func, Q, QuerySet, Value
from django.db.models.functions import Cast

from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.clock import local_date
from zhike.platform.errors import NotFound
from zhike.platform.parameters.types import ProposalState
from zhike.record.agreements.models import Agreement, AgreementStandard, ServiceTarget, Standard, TargetChange
from zhike.record.agreements.policies import APPROVE_TARGETS, SET_TARGETS, VIEW, VIEW_TARGETS, sees_changes
from zhike.record.agreements.queries.standards import on_day
from zhike.record.agreements.rules.agreements import AgreedTime, agreed
from zhike.record.agreements.rules.standards import budget
from zhike.record.agreements.rules.targets import chosen, class_of, fits, particularity
from zhike.record.agreements.types import AgreementState, Candidate, CarriedEntry, Measure, Target
from zhike.record.customers import policies as customer_policies
from zhike.record.customers import queries as customers
from zhike.record.customers.types import CLASS

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Revision:
    """The times that the next version of an agreement would set, before it is written."""

    agreement_id: int
    customer_id: int
    times: Sequence[AgreedTime]


# What a matter is about: the code of its category, and its customer.
Matter = tuple[str, int]


def target_rows(*, actor: Actor, at: datetime | None = None) -> QuerySet[ServiceTarget]:
    """The whole table, the newest first, or what holds `at` a moment."""
    rows = ServiceTarget.objects.select_related("calendar").order_by("measure", "category", "customer_class", "-pk")
    rows = rows if at is None else rows.filter(holding(at))
    return rows if actor.has(VIEW_TARGETS.code) else rows.none()


def holding(at: datetime) -> Q:
    """The condition on rows of the table that hold at this moment."""
    return Q(valid_from__lte=at) & (Q(valid_until__isnull=True) | Q(valid_until__gt=at))


def get_target(*, actor: Actor, target_id: int) -> ServiceTarget:
    """One row of the table; raises NotFound."""
    row = target_rows(actor=actor).filter(pk=target_id).first()
    if row is None:
        raise NotFound
    return row


def agreed_rows(*, actor: Actor, at: datetime) -> QuerySet[AgreementStandard]:
    """Times that agreements in force set for clocks, of the customers within reach; days are those of their zones."""
    if not actor.has(VIEW.code):
        return AgreementStandard.objects.none()
    local = Func(F("version__agreement__customer__zone"), Value(at), function="timezone", output_field=DateTimeField())
    rows = AgreementStandard.objects.exclude(version__agreement__state=AgreementState.DRAFT.value).annotate(
        today=Cast(local, DateField())
    )
    rows = rows.filter(
        Q(version__agreement__valid_until__isnull=True) | Q(version__agreement__valid_until__gte=F("today")),
        Q(version__until__isnull=True) | Q(version__until__gte=F("today")),
        customer_policies.scope(actor, "version__agreement__customer__"),
        version__valid_from__lte=F("today"),
    )
    return rows.exclude(standard__clock="").select_related("standard", "version__agreement__customer")


def change_rows(*, actor: Actor) -> QuerySet[TargetChange]:
    """Changes proposed and decided, for whoever proposes or approves them."""
    rows = TargetChange.objects.select_related("replaced__calendar", "made", "calendar")
    return rows if sees_changes(actor) else rows.none()


def get_change(*, actor: Actor, change_id: int) -> TargetChange:
    """One change; raises NotFound."""
    row = change_rows(actor=actor).filter(pk=change_id).first()
    if row is None:
        raise NotFound
    return row


def changes_to_decide(*, actor: Actor) -> QuerySet[TargetChange]:
    """What waits for this person's decision: proposals of others."""
    rows = change_rows(actor=actor).filter(state=ProposalState.PENDING.value)
    return rows.exclude(proposed_by_person=actor.person) if actor.has(APPROVE_TARGETS.code) else rows.none()


def change_to_follow(*, actor: Actor, now: datetime) -> TargetChange | None:
    """The oldest change that holds and that open clocks have not followed yet, kept from other jobs meanwhile."""
    authorize(actor, APPROVE_TARGETS)
    rows = TargetChange.objects.filter(
        state=ProposalState.APPROVED.value, finished_at__isnull=True, holds_from__lte=now
    ).order_by("holds_from", "pk")
    return rows.select_for_update(skip_locked=True).first()


def moved_targets(
    *, actor: Actor, change: TargetChange, matters: Mapping[int, Matter], at: datetime
) -> Mapping[int, Target]:
    """Of these matters (by any key), those that the change governs at this moment, with the target they then have.

    Matters whose agreement sets the time are not among them, nor those for which no target is left. Four queries.
    """
    authorize(actor, SET_TARGETS)
    rows = [row for row in ServiceTarget.objects.filter(holding(at), measure=change.measure) if not _same(row, change)]
    near = {key: matter for key, matter in matters.items() if change.category in {"", matter[0]}}
    classes = customers.standing_texts(
        actor=actor, kind=CLASS.code, customer_ids={customer for _code, customer in near.values()}
    )
    near = {key: matter for key, matter in near.items() if change.customer_class in {"", classes.get(matter[1], "")}}
    own = _agreed_times({customer for _code, customer in near.values()}, None, at)
    measure = Measure(change.measure)
    found: dict[int, Target] = {}
    known: dict[tuple[str, str], Target | None] = {}
    for key, (category, customer_id) in near.items():
        if measure in agreed(own.get(customer_id, ()), category):
            continue
        kind = (category, classes.get(customer_id, ""))
        if kind not in known:
            known[kind] = _after(change, rows, *kind)
        if (target := known[kind]) is not None:
            found[key] = target
    return found


def _same(row: ServiceTarget, change: TargetChange) -> bool:
    return (row.category, row.customer_class) == (change.category, change.customer_class)


def _after(change: TargetChange, rows: Collection[ServiceTarget], category: str, customer_class: str) -> Target | None:
    """What holds once the change does, for a category and class that it governs; None elsewhere."""
    other = chosen(rows, category=category, customer_class=customer_class).get(change.measure)
    if other is not None and particularity(other) > particularity(change):
        return None
    measure = Measure(change.measure)
    if change.budget is not None:
        return Target(change.made_id or 0, measure, change.budget, change.calendar_id, every_hour=change.every_hour)
    if other is None:
        return None
    return Target(other.pk, measure, other.budget, other.calendar_id, every_hour=other.every_hour)


def is_overtaken(*, actor: Actor, change: TargetChange, now: datetime) -> bool:
    """Whether a later change for the same clock, category and class holds already."""
    authorize(actor, SET_TARGETS)
    if change.budget is not None and change.made_id is None:
        return True  # its row was replaced from the moment on in which it would have begun
    now_held = ServiceTarget.objects.filter(
        holding(now), measure=change.measure, category=change.category, customer_class=change.customer_class
    ).values_list("pk", flat=True)
    return list(now_held) != ([change.made_id] if change.made_id is not None else [])


def targets_for(
    *, actor: Actor, category: str, customer_ids: Collection[int], at: datetime, revised: Revision | None = None
) -> Mapping[int, Mapping[Measure, Target]]:
    """By customer and measure, the target of a matter of this category at this moment. Three queries.

    A time set by an agreement that holds on this day in the customer's zone comes before the table of the company. A
    measure for which neither exists is absent. With `revised` as if that version held already.
    """
    authorize(actor, VIEW_TARGETS)
    rows = list(ServiceTarget.objects.filter(holding(at), category__in=["", category]))
    classes = customers.standing_texts(actor=actor, kind=CLASS.code, customer_ids=customer_ids)
    by_class = {
        letter: {
            Measure(measure): Target(row.pk, Measure(measure), row.budget, row.calendar_id, every_hour=row.every_hour)
            for measure, row in chosen(rows, category=category, customer_class=letter).items()
        }
        for letter in {*classes.values(), ""}
    }
    own = dict(_agreed_times(customer_ids, category, at))
    if revised is not None:
        others = [one for one in own.get(revised.customer_id, ()) if one.agreement_id != revised.agreement_id]
        own[revised.customer_id] = [*others, *revised.times]
    found: dict[int, Mapping[Measure, Target]] = {}
    for customer_id in customer_ids:
        usual = by_class[classes.get(customer_id, "")]
        agreed_here = agreed(own.get(customer_id, ()), category)
        found[customer_id] = usual if not agreed_here else {**usual, **_targets(agreed_here, usual)}
    return found


def revision_of(*, actor: Actor, row: Agreement, carried: Sequence[CarriedEntry], day: date) -> Revision:
    """What the next version of this agreement would set for clocks if it carried these standards. One query."""
    authorize(actor, VIEW_TARGETS)
    own = {one.standard: one.number for one in carried}
    held = Standard.objects.filter(on_day(day), code__in=own).exclude(clock="").order_by("code")
    return Revision(
        row.pk, row.customer_id, [_time(row, row.version + 1, standard, own[standard.code]) for standard in held]
    )


def candidates(
    *, actor: Actor, category: str, customer_class: str, customer_id: int | None, at: datetime
) -> list[Candidate]:
    """Every target that could hold for such a matter, the one that does first of its clock; with why in its parts.

    With a customer the class is theirs and their agreement counts; they must be within reach.
    """
    authorize(actor, VIEW_TARGETS)
    customer_class = class_of(customer_class)
    own: dict[Measure, AgreedTime] = {}
    if customer_id is not None:
        customers.summary(actor=actor, customer_id=customer_id)
        known = customers.standing_texts(actor=actor, kind=CLASS.code, customer_ids=[customer_id])
        customer_class = known.get(customer_id, "")
        own = agreed(_agreed_times([customer_id], category, at).get(customer_id, ()), category)
    rows = [
        row
        for row in ServiceTarget.objects.filter(holding(at))
        if fits(row, category=category, customer_class=customer_class)
    ]
    found: list[Candidate] = []
    for measure in Measure:
        here = sorted((row for row in rows if row.measure == measure.value), key=particularity, reverse=True)
        if measure in own:
            found.append(_agreed_candidate(own[measure], here[0] if here else None))
        found += [
            Candidate(
                measure=measure,
                budget=row.budget,
                every_hour=row.every_hour,
                calendar_id=row.calendar_id,
                category=row.category,
                customer_class=row.customer_class,
                source=row.source,
                agreement="",
                since=row.valid_from,
                target_id=row.pk,
                holds=place == 0 and measure not in own,
            )
            for place, row in enumerate(here)
        ]
    return found


def _agreed_candidate(one: AgreedTime, usual: ServiceTarget | None) -> Candidate:
    return Candidate(
        measure=one.measure,
        budget=one.budget,
        every_hour=usual.every_hour if usual else False,
        calendar_id=usual.calendar_id if usual else None,
        category=one.category,
        customer_class="",
        source=one.source,
        agreement=one.number,
        since=None,
        target_id=None,
        holds=True,
    )


def _targets(times: Mapping[Measure, AgreedTime], usual: Mapping[Measure, Target]) -> dict[Measure, Target]:
    """Counted as it would be without the agreement."""
    return {
        measure: Target(
            one.standard_id,
            measure,
            one.budget,
            usual[measure].calendar_id if measure in usual else None,
            one.source,
            one.agreement_id,
            every_hour=usual[measure].every_hour if measure in usual else False,
        )
        for measure, one in times.items()
    }


def _agreed_times(customer_ids: Collection[int], category: str | None, at: datetime) -> Mapping[int, list[AgreedTime]]:
    """What agreements in force set for clocks, by customer; of every category without one. One query.

    Days are those of each customer's zone.
    """
    day = at.date()
    rows = AgreementStandard.objects.filter(
        Q(version__agreement__valid_until__isnull=True) | Q(version__agreement__valid_until__gte=day - _DAY),
        Q(version__until__isnull=True) | Q(version__until__gte=day - _DAY),
        version__agreement__customer_id__in=customer_ids,
        version__valid_from__lte=day + _DAY,
    )
    if category is not None:
        rows = rows.filter(standard__category__in=["", category])
    rows = rows.exclude(version__agreement__state=AgreementState.DRAFT.value).exclude(standard__clock="")
    found: dict[int, list[AgreedTime]] = defaultdict(list)
    for row in rows.select_related("standard", "version__agreement").annotate(
        zone=F("version__agreement__customer__zone")
    ):
        version, agreement, standard = row.version, row.version.agreement, row.standard
        today = local_date(at, vars(row)["zone"])
        last = min((end for end in (agreement.valid_until, version.until) if end is not None), default=today)
        if version.valid_from <= today <= last:
            found[agreement.customer_id].append(_time(agreement, version.version, standard, row.number))
    return found


def _time(agreement: Agreement, version: int, standard: Standard, number: Decimal | None) -> AgreedTime:
    return AgreedTime(
        standard.pk,
        agreement.pk,
        f"{agreement.number} v{version}, {standard.code} v{standard.version}",
        Measure(standard.clock),
        standard.category,
        budget(number or standard.number, standard.unit),
        agreement.number,
    )
