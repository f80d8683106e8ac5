"""Agreements: lists, one with its versions, what holds for a customer on a day, and how many customers have one."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Least

from zhike.platform import clock, parameters
from zhike.platform.actors import Actor
from zhike.platform.errors import FieldError, NotFound
from zhike.record.agreements.models import (
    Agreement,
    AgreementItem,
    AgreementSet,
    AgreementStandard,
    AgreementVersion,
)
from zhike.record.agreements.policies import REVIEW_BEFORE, right_to_change, scope
from zhike.record.agreements.queries.standards import codes_on, listed_words, sentence
from zhike.record.agreements.rules.agreements import agreement_errors, revision_errors
from zhike.record.agreements.types import AgreementEntry, AgreementState, CarriedStandard, Holding
from zhike.record.customers import queries as customers
from zhike.record.customers.types import CustomerKind

_DAY = timedelta(days=1)
OPEN_STATES = (AgreementState.DRAFT.value, AgreementState.IN_FORCE.value)


def agreement_rows(*, actor: Actor) -> AgreementSet:
    """Agreements of customers within reach, for lists that filter, sort and page by themselves."""
    return Agreement.objects.filter(scope(actor)).select_related("customer", "owner")


def get_agreement(*, actor: Actor, number: str) -> Agreement:
    """One agreement; raises NotFound."""
    found = agreement_rows(actor=actor).filter(number=number.strip().upper()).first()
    if found is None:
        raise NotFound
    return found


def may_change(*, actor: Actor, row: Agreement) -> bool:
    """Whether this person may revise, start or end it: who looks after it or its customer, or stands above them."""
    return actor.has(right_to_change(actor, holders={row.owner_id, row.customer.owner_id}).code)


def revision_problems(
    *, actor: Actor, row: Agreement, entry: AgreementEntry, reason: str
) -> dict[str, list[FieldError]]:
    """What `revise_agreement` would refuse in the next version of an agreement in force, by field. Three queries."""
    found = agreement_errors(entry, codes_on(entry.valid_from).keys(), listed_words())
    last = AgreementVersion.objects.get(scope(actor, "agreement__"), agreement_id=row.pk, version=row.version)
    return found | revision_errors(entry, reason=reason, since=last.valid_from)


def customer_ids_by_number(*, actor: Actor, key: str) -> QuerySet[Any, Any]:
    """With whom an agreement of this number was made, as part of a larger query (CUST-05)."""
    return Agreement.objects.filter(scope(actor), number=key.strip().upper()).values("customer_id")


def valid_counts(*, actor: Actor, customer_ids: Sequence[int]) -> dict[int, int]:
    """Agreements in force with each of these customers, for groups. One query."""
    rows = Agreement.objects.filter(scope(actor), customer_id__in=customer_ids, state=AgreementState.IN_FORCE.value)
    return dict(rows.values_list("customer_id").annotate(n=Count("pk")))


@dataclass(frozen=True, slots=True)
class Version:
    """One version with its services and standards."""

    row: AgreementVersion
    items: Sequence[AgreementItem]
    standards: Sequence[tuple[AgreementStandard, CarriedStandard]]


def versions_of(*, actor: Actor, agreement_id: int) -> list[Version]:
    """Every version, the newest first. Three queries."""
    rows = list(
        AgreementVersion.objects.filter(scope(actor, "agreement__"), agreement_id=agreement_id)
        .select_related("signed_file")
        .order_by("-version")
    )
    ids = [row.pk for row in rows]
    items: dict[int, list[AgreementItem]] = defaultdict(list)
    for item in AgreementItem.objects.filter(version_id__in=ids).order_by("position"):
        items[item.version_id].append(item)
    carried: dict[int, list[tuple[AgreementStandard, CarriedStandard]]] = defaultdict(list)
    links = AgreementStandard.objects.filter(version_id__in=ids).select_related("standard")
    for link in links.order_by("standard__code"):
        carried[link.version_id].append((link, _carried(link)))
    return [Version(row, items[row.pk], carried[row.pk]) for row in rows]


def _carried(link: AgreementStandard) -> CarriedStandard:
    return CarriedStandard(
        code=link.standard.code,
        version=link.standard.version,
        text=sentence(link.standard, link.number),
        own=link.number is not None,
    )


def holding_on(*, actor: Actor, customer_id: int, day: date) -> list[Holding]:
    """The agreements that hold for a customer on this day, with the standards they carry. Two queries."""
    versions = (
        AgreementVersion.objects.filter(
            scope(actor, "agreement__"),
            Q(until__isnull=True) | Q(until__gte=day),
            agreement__in=Agreement.objects.filter(customer_id=customer_id).holding(day),
            valid_from__lte=day,
        )
        .select_related("agreement")
        .order_by("-valid_from", "-pk")
    )
    found = {row.pk: row for row in versions}
    if not found:
        return []
    carried: dict[int, list[CarriedStandard]] = defaultdict(list)
    links = AgreementStandard.objects.filter(version_id__in=list(found)).select_related("standard")
    for link in links.order_by("standard__code"):
        carried[link.version_id].append(_carried(link))
    return [
        Holding(
            id=row.agreement_id,
            number=row.agreement.number,
            version=row.version,
            title=row.agreement.title,
            valid_until=row.agreement.valid_until,
            review_on=row.agreement.review_on,
            standards=tuple(carried[row.pk]),
        )
        for row in found.values()
    ]


def customers_with_beginning(*, actor: Actor, now: datetime) -> list[int]:
    """Customers with a version of an agreement in force whose first day is yesterday, today or tomorrow. One query.

    Days differ by zone; whoever asks looks again at the time of each customer.
    """
    day = now.date()
    rows = AgreementVersion.objects.filter(
        valid_from__range=(day - _DAY, day + _DAY), agreement__state=AgreementState.IN_FORCE.value
    )
    mine = agreement_rows(actor=actor).values("pk")
    return sorted(set(rows.filter(agreement_id__in=mine).values_list("agreement__customer_id", flat=True)))


def due_reviews(*, actor: Actor, now: datetime) -> AgreementSet:
    """Agreements of the reader whose review or last day is near or has passed, the nearest first (AGRE-02)."""
    near = clock.local_date(now, actor.zone) + parameters.value(REVIEW_BEFORE, at=now)
    rows = agreement_rows(actor=actor).filter(
        Q(review_on__lte=near) | Q(valid_until__lte=near),
        state__in=[AgreementState.IN_FORCE.value, AgreementState.EXPIRED.value],
        owner_id=actor.staff_id or 0,
    )
    # An expired one with a successor needs nobody any more.
    later = Agreement.objects.filter(state=AgreementState.IN_FORCE.value).values("customer_id")
    rows = rows.exclude(Q(state=AgreementState.EXPIRED.value) & Q(customer_id__in=later))
    return rows.annotate(near_on=Least(F("review_on"), F("valid_until"))).order_by("near_on", "pk")


def renewal_now(*, actor: Actor, customer_id: int, now: datetime) -> Agreement | None:
    """The agreement in force that ends first. One query."""
    today = clock.local_date(now, actor.zone)
    rows = agreement_rows(actor=actor).filter(customer_id=customer_id).holding(today)
    return rows.order_by(F("valid_until").asc(nulls_last=True), "pk").first()


@dataclass(frozen=True, slots=True)
class Coverage:
    """Active customers, and those of them with an agreement that holds today (AGRE-02)."""

    covered: int
    customers: int


def coverage(*, actor: Actor, now: datetime) -> Coverage:
    """Customers with a valid agreement, of the active consumers within reach. One query."""
    held = Agreement.objects.holding(clock.local_date(now, actor.zone)).values("customer_id")
    rows = customers.customer_rows(actor=actor).filter(active=True, kind=CustomerKind.CONSUMER.value)
    counts = rows.aggregate(n=Count("pk"), hits=Count("pk", filter=Q(pk__in=held)))
    return Coverage(counts["hits"], counts["n"])


def carrying(*, actor: Actor, code: str) -> AgreementSet:
    """Agreements whose present version carries this standard."""
    links = AgreementStandard.objects.filter(standard__code=code, version__until__isnull=True)
    return agreement_rows(actor=actor).filter(pk__in=links.values("version__agreement_id"))


def signed_among(*, actor: Actor, file_ids: Sequence[int]) -> set[int]:
    """Those files that are signed copies of agreements within reach."""
    rows = AgreementVersion.objects.filter(scope(actor, "agreement__"), signed_file_id__in=file_ids)
    return set(rows.values_list("signed_file_id", flat=True))


def held_by(staff_ids: Sequence[int]) -> QuerySet[Any, tuple[int, int]]:
    """How many open agreements each of these people looks after."""
    rows = Agreement.objects.filter(owner_id__in=staff_ids, state__in=OPEN_STATES)
    return rows.values_list("owner_id").annotate(n=Count("pk"))


def some_held(staff_id: int, limit: int) -> list[tuple[int, str, str]]:
    rows = Agreement.objects.filter(owner_id=staff_id, state__in=OPEN_STATES).order_by("pk")
    return list(rows.values_list("pk", "number", "title")[:limit])
