"""One customer: the summary that everybody sees, the whole file, who answered for it and who deals with it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, Subquery, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, JSONObject

from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound
from zhike.record.customers.models import (
    Customer,
    CustomerRef,
    CustomerStanding,
    CustomerUnit,
    Enquiry,
    OwnerHistory,
)
from zhike.record.customers.models.customers import CustomerSet
from zhike.record.customers.policies import scope
from zhike.record.customers.types import (
    CustomerEntry,
    CustomerFile,
    CustomerKind,
    CustomerSummary,
    DepartmentFigures,
    EnquiryState,
    Industry,
    LegalForm,
    Named,
    OwnerCard,
    OwnerCoverage,
    OwnerSpell,
    Source,
    Standing,
    UnitDealing,
)

ON_DUTY = "on_duty"


def customer_rows(*, actor: Actor) -> CustomerSet:
    """Files within reach with their owners, for lists that filter, sort and page by themselves; no tombstones."""
    return Customer.objects.files().filter(scope(actor)).select_related("owner__unit")


def customers_among(*, actor: Actor, customer_ids: Sequence[int]) -> CustomerSet:
    """These files, as far as they are within reach, as rows for a list; their number does not matter."""
    # An array joins by hash; a list of numbers in the statement would be planned one by one.
    return customer_rows(actor=actor).filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [list(customer_ids)]))


def visible_ids(*, actor: Actor, customer_ids: Iterable[int]) -> set[int]:
    """Which of these files the actor may see; for rooms above that show rows of several customers."""
    return set(Customer.objects.filter(scope(actor), pk__in=set(customer_ids)).values_list("pk", flat=True))


def labels(*, actor: Actor, customer_ids: Collection[int]) -> dict[int, Named]:
    """Number and name by id, of the files within reach. One query."""
    rows = Customer.objects.filter(scope(actor), pk__in=set(customer_ids)).values_list("pk", "number", "name")
    return {pk: Named(pk, number, name) for pk, number, name in rows}


def one(actor: Actor, customer_id: int) -> Customer:
    """The row itself with owner and parent, a merged one as the file it was merged into; raises NotFound."""
    return _one(Customer.objects.filter(scope(actor)), customer_id)


def _one(rows: CustomerSet, customer_id: int) -> Customer:
    found = rows.select_related("owner__unit", "parent").filter(pk=customer_id).first()
    if found is None:
        raise NotFound
    return _one(rows, found.merged_into_id) if found.merged_into_id else found


def id_of(*, actor: Actor, number: str) -> int:
    """The file that a public number stands for, after any merge; raises NotFound."""
    rows = Customer.objects.filter(scope(actor), number=number.strip().upper())
    found = rows.values_list("pk", "merged_into_id").first()
    if found is None:
        raise NotFound
    return found[1] or found[0]


def summary(*, actor: Actor, customer_id: int) -> CustomerSummary:
    """The few facts that every agent sees before speaking (CUST-05). One query."""
    found = _one(_with_standing(Customer.objects.filter(scope(actor))), customer_id)
    shown = summary_of(found, _of_json(vars(found)["said"]))
    return shown if found.pk == customer_id else replace(shown, merged_from=number_of(customer_id))


def number_of(customer_id: int) -> str:
    return Customer.objects.filter(pk=customer_id).values_list("number", flat=True).first() or ""


def summaries(*, actor: Actor, customer_ids: Collection[int]) -> dict[int, CustomerSummary]:
    """Summaries of several files at once, in as many queries as one."""
    rows = list(Customer.objects.filter(scope(actor), pk__in=set(customer_ids)).select_related("owner__unit", "parent"))
    standing = standings_of([row.pk for row in rows])
    return {row.pk: summary_of(row, standing.get(row.pk, {})) for row in rows}


def standings_of(customer_ids: Sequence[int]) -> dict[int, dict[str, Standing]]:
    found: dict[int, dict[str, Standing]] = {}
    for row in CustomerStanding.objects.filter(customer_id__in=customer_ids):
        found.setdefault(row.customer_id, {})[row.kind] = Standing(
            kind=row.kind,
            text=row.text,
            number=row.number,
            data=row.data,
            as_of=row.as_of,
            source=row.source,
            run=row.run,
        )
    return found


def standing_texts(*, actor: Actor, kind: str, customer_ids: Collection[int]) -> dict[int, str]:
    """What is known of these customers in one respect, such as their class; who is not classified is absent."""
    seen = Customer.objects.filter(scope(actor), pk__in=set(customer_ids))
    rows = CustomerStanding.objects.filter(kind=kind, customer_id__in=seen.values("pk"))
    return dict(rows.values_list("customer_id", "text"))


def standing(*, actor: Actor, customer_id: int) -> Mapping[str, Standing]:
    """What the rooms above say about one customer."""
    found = one(actor, customer_id)
    return standings_of([found.pk]).get(found.pk, {})


def summary_of(row: Customer, standing: Mapping[str, Standing]) -> CustomerSummary:
    """`row` with owner, the owner's unit and parent loaded."""
    return CustomerSummary(
        id=row.pk,
        number=row.number,
        name=row.name,
        kind=row.kind,
        stage=row.stage,
        stage_since=row.stage_since,
        owner=owner_card(row),
        parent=Named(row.parent.pk, row.parent.number, row.parent.name) if row.parent else None,
        city=row.city,
        language=row.language,
        zone=row.zone,
        active=row.active,
        opened_at=row.known_since,
        last_order_at=row.last_order_at,
        last_contact_at=row.last_contact_at,
        last_verified_at=row.last_verified_at,
        version=row.version,
        scope_unit_id=row.scope_unit_id,
        standing=standing,
    )


def owner_card(row: Customer) -> OwnerCard:
    owner = row.owner
    return OwnerCard(owner.pk, owner.name, owner.phone, owner.unit.name, owner.duty == ON_DUTY, owner.active)


def customer_file(*, actor: Actor, customer_id: int) -> CustomerFile:
    """The whole master record, as forms and the API show it."""
    return file_of(one(actor, customer_id))


def file_of(row: Customer) -> CustomerFile:
    return CustomerFile(
        id=row.pk,
        number=row.number,
        entry=entry_of(row),
        owner_id=row.owner_id,
        parent_id=row.parent_id,
        stage=row.stage,
        active=row.active,
        merged_into=row.merged_into.number if row.merged_into else "",
        version=row.version,
        opened_at=row.known_since,
        converted_at=row.converted_at,
        first_order_at=row.first_order_at,
        last_order_at=row.last_order_at,
        last_contact_at=row.last_contact_at,
        last_verified_at=row.last_verified_at,
    )


def entry_of(row: Customer) -> CustomerEntry:
    return CustomerEntry(
        name=row.name,
        kind=CustomerKind(row.kind),
        legal_form=LegalForm(row.legal_form),
        registration_no=row.registration_no,
        industry=Industry(row.industry),
        region_code=row.region_code,
        city=row.city,
        address=row.address,
        language=row.language,
        zone=row.zone,
        source=Source(row.source),
    )


def owners(*, actor: Actor, customer_id: int) -> list[OwnerSpell]:
    """Everybody who was responsible, the present one first."""
    rows = OwnerHistory.objects.filter(scope(actor, "customer__"), customer_id=customer_id).select_related("staff")
    return [
        OwnerSpell(row.staff_id, row.staff.name, row.valid_from, row.valid_until, row.reason)
        for row in rows.order_by("-valid_from", "-pk")
    ]


def references(*, actor: Actor, customer_id: int) -> list[tuple[str, str]]:
    """What other systems call this customer: (system, reference)."""
    rows = CustomerRef.objects.filter(scope(actor, "customer__"), customer_id=customer_id)
    return list(rows.order_by("system", "ref").values_list("system", "ref"))


def ids_by_reference(*, actor: Actor, system: str) -> dict[str, int]:
    """Every customer within reach that this system knows, by its reference there."""
    rows = CustomerRef.objects.filter(scope(actor, "customer__"), system=system)
    return dict(rows.values_list("ref", "customer_id"))


def units_of(*, actor: Actor, customer_id: int) -> list[UnitDealing]:
    """The units that deal with the customer, the latest first (CUST-06)."""
    rows = CustomerUnit.objects.filter(scope(actor, "customer__"), customer_id=customer_id).select_related("unit")
    return [
        UnitDealing(row.unit_id, row.unit.name, row.first_at, row.last_at) for row in rows.order_by("-last_at", "pk")
    ]


def owner_coverage(*, actor: Actor) -> OwnerCoverage:
    """CUST-01: active customers with an active owner, and active customers."""
    found = (
        Customer.objects.active()
        .filter(scope(actor))
        .aggregate(active=Count("pk"), owned=Count("pk", filter=Q(owner__active=True)))
    )
    return OwnerCoverage(active=found["active"], with_active_owner=found["owned"])


def department_figures(*, actor: Actor) -> DepartmentFigures:
    """CUST-06: how many files are known to how many units."""
    rows = (
        CustomerUnit.objects.filter(scope(actor, "customer__"), customer__merged_into__isnull=True)
        .values("customer_id")
        .annotate(units=Count("unit_id"))
        .values_list("units", flat=True)
    )
    by_count: dict[int, int] = {}
    for units in rows.iterator():
        by_count[units] = by_count.get(units, 0) + 1
    return DepartmentFigures(
        customers=sum(by_count.values()),
        known_to_two=sum(count for units, count in by_count.items() if units > 1),
        by_count=dict(sorted(by_count.items())),
    )


def head(*, actor: Actor, number: str) -> tuple[CustomerSummary, CustomerFile, int]:
    """What the customer's own page opens with: summary, file, open enquiries. One query; a merged number leads on."""
    open_enquiries = Count("pk", filter=Q(state=EnquiryState.OPEN.value))
    counted = Enquiry.objects.filter(customer=OuterRef("pk")).order_by().values("customer").annotate(n=open_enquiries)
    rows = _with_standing(Customer.objects.filter(scope(actor))).select_related("owner__unit", "parent", "merged_into")
    rows = rows.annotate(open_enquiries=Subquery(counted.values("n")))
    found = rows.filter(number=number.strip().upper()).first()
    if found is None:
        raise NotFound
    if found.merged_into is not None:
        shown, file, count = head(actor=actor, number=found.merged_into.number)
        return replace(shown, merged_from=found.number), file, count
    return summary_of(found, _of_json(vars(found)["said"])), file_of(found), vars(found)["open_enquiries"] or 0


def _with_standing(rows: CustomerSet) -> CustomerSet:
    """Rows with `said`, what the rooms above say of each, read along with them."""
    standing = CustomerStanding.objects.filter(customer=OuterRef("pk")).values(found=_AS_JSON)
    return rows.annotate(said=ArraySubquery(standing))


# Numbers as text, since JSON's own would lose digits.
_AS_JSON = JSONObject(
    kind="kind",
    text="text",
    number=Cast("number", TextField()),
    data="data",
    as_of="as_of",
    source="source",
    run="run",
)


def _of_json(rows: Sequence[dict[str, Any]]) -> dict[str, Standing]:
    return {
        row["kind"]: Standing(
            kind=row["kind"],
            text=row["text"],
            number=None if row["number"] is None else Decimal(row["number"]),
            data=row["data"],
            as_of=datetime.fromisoformat(row["as_of"]),
            source=row["source"],
            run=row["run"],
        )
        for row in rows
    }
