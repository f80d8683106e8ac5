"""Units: the tree, the register of service points, and what an agent must know of an outlet."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from zhike.platform.actors import Actor, ActorKind
from zhike.platform.db.ids import ids_of
from zhike.platform.errors import NotFound
from zhike.record.organization.models import Staff, Unit, UnitDisruption, UnitSet
from zhike.record.organization.policies import unit_scope
from zhike.record.organization.queries.hours import Opening, days_of, opening_of, specs_of
from zhike.record.organization.types import (
    Courier,
    Duty,
    Interval,
    OutletCard,
    PointGap,
    PointRegister,
    Service,
    Side,
    UnitKind,
    UnitSummary,
)

# Agency and community points have no couriers of their own: those of the outlet above them come there.
SERVED_FROM_ABOVE = (UnitKind.AGENCY_POINT.value, UnitKind.COMMUNITY_POINT.value)
OUTSIDE = frozenset({ActorKind.CONTACT, ActorKind.LINK, ActorKind.PUBLIC})


def unit_rows(*, actor: Actor) -> UnitSet:
    """Units within the actor's view, for lists that filter, sort and page by themselves."""
    return Unit.objects.filter(unit_scope(actor))


def unit_tree(*, actor: Actor, active_only: bool = True) -> list[UnitSummary]:
    """All units, each before what hangs below it."""
    rows = unit_rows(actor=actor).order_by("tree_no")
    return [summary_of(unit) for unit in (rows.filter(active=True) if active_only else rows)]


def unit_by_id(*, actor: Actor, unit_id: int) -> Unit:
    """One unit with its parent and head; raises NotFound."""
    found = unit_rows(actor=actor).select_related("parent", "head").filter(pk=unit_id).first()
    if found is None:
        raise NotFound
    return found


def unit_path(*, actor: Actor, unit_id: int) -> list[UnitSummary]:
    """From the company down to the unit itself: one query over the numbers."""
    found = unit_by_id(actor=actor, unit_id=unit_id)
    above = unit_rows(actor=actor).filter(tree_no__lte=found.tree_no, tree_end__gte=found.tree_end).order_by("tree_no")
    return [summary_of(step) for step in above]


def subtree(*, actor: Actor, unit_id: int) -> Interval:
    """The numbers of a unit and all below it, for `scope_unit_id BETWEEN`."""
    return unit_by_id(actor=actor, unit_id=unit_id).interval


def unit_of_no(*, actor: Actor, no: int) -> UnitSummary | None:
    return units_of_nos(actor=actor, nos=[no]).get(no)


def units_of_nos(*, actor: Actor, nos: Collection[int]) -> dict[int, UnitSummary]:
    """Units by their number, for labels of scoped rows."""
    return {u.tree_no: summary_of(u) for u in unit_rows(actor=actor).filter(tree_no__in=set(nos))}


def unit_labels(*, actor: Actor, unit_ids: Iterable[int]) -> Mapping[int, str]:
    return dict(unit_rows(actor=actor).filter(pk__in=set(unit_ids)).values_list("pk", "name"))


def disruptions(*, actor: Actor, unit_ids: Collection[int], now: datetime) -> dict[int, list[UnitDisruption]]:
    """Running and announced disruptions by unit, the earliest first."""
    visible = unit_rows(actor=actor).filter(pk__in=set(unit_ids))
    rows = UnitDisruption.objects.filter(unit__in=visible).exclude(ends_at__lte=now).order_by("starts_at", "pk")
    found: dict[int, list[UnitDisruption]] = {}
    for notice in rows:
        found.setdefault(notice.unit_id, []).append(notice)
    return found


def outlet_card(*, actor: Actor, unit_id: int, now: datetime) -> OutletCard:
    """What an agent must know of an outlet while a customer waits (SHIP-09); raises NotFound."""
    found = outlet_cards(actor=actor, unit_ids=[unit_id], now=now).get(unit_id)
    if found is None:
        raise NotFound
    return found


def outlet_cards(*, actor: Actor, unit_ids: Collection[int], now: datetime) -> dict[int, OutletCard]:
    """Cards of several outlets at once (a shipment has one a leg), in as many queries as one.

    People outside the company see no couriers here: whoever shows one has checked a second key.
    """
    units = list(_card_rows(actor).filter(pk__in=set(unit_ids)))
    notices = UnitDisruption.objects.at(now).filter(unit__in=[u.pk for u in units]).order_by("starts_at", "pk")
    texts: dict[int, list[str]] = {}
    for unit_id, text in notices.values_list("unit_id", "text"):
        texts.setdefault(unit_id, []).append(text)
    couriers = _couriers(units) if actor.kind in {ActorKind.STAFF, ActorKind.API_KEY, ActorKind.SYSTEM} else {}
    specs = specs_of(units)
    return {u.pk: _card(u, couriers.get(u.pk, ()), texts.get(u.pk, ()), opening_of(specs[u.pk], now)) for u in units}


def _card_rows(actor: Actor) -> UnitSet:
    """An outlet's address, phone and hours are public; everything else of the directory is not."""
    if actor.kind in OUTSIDE:
        return Unit.objects.service_points()
    return unit_rows(actor=actor)


def company_zone(*, actor: Actor) -> str:
    """The zone of the company's own clocks, public like its outlets' hours; empty before there is a company."""
    own = Unit.objects.all() if actor.kind in OUTSIDE else unit_rows(actor=actor)
    return own.filter(parent__isnull=True).values_list("zone", flat=True).first() or ""


def point_register(*, actor: Actor) -> PointRegister:
    """GEO-01: active service points with a phone and a courier list ÷ all active service points, and the gaps."""
    points = list(unit_rows(actor=actor).service_points().active().order_by("tree_no"))
    couriers = _couriers(points)
    gaps = []
    for point in points:
        lacks = [
            *(["phone"] if not point.phones else []),
            *(["couriers"] if not any(c.phone for c in couriers.get(point.pk, ())) else []),
        ]
        if lacks:
            gaps.append(PointGap(point.pk, point.code, point.name, UnitKind(point.kind), tuple(lacks)))
    return PointRegister(base=len(points), complete=len(points) - len(gaps), gaps=tuple(gaps))


def _couriers(units: Sequence[Unit]) -> dict[int, tuple[Courier, ...]]:
    """Active couriers by unit; points without own ones show those of the unit above. One query."""
    source = {u.pk: (u.pk, u.parent_id if u.kind in SERVED_FROM_ABOVE else None) for u in units}
    wanted = {pk for pair in source.values() for pk in pair if pk is not None}
    rows = Staff.objects.couriers().filter(unit_id__in=wanted).order_by("name_pinyin", "pk")
    own: dict[int, list[Courier]] = {}
    for staff in rows:
        own.setdefault(staff.unit_id, []).append(
            Courier(staff.pk, staff.number, staff.name, staff.phone, Duty(staff.duty))
        )
    return {pk: tuple(own.get(first) or own.get(second or 0) or ()) for pk, (first, second) in source.items()}


def _card(unit: Unit, couriers: Sequence[Courier], texts: Sequence[str], opening: Opening) -> OutletCard:
    return OutletCard(
        id=unit.pk,
        code=unit.code,
        name=unit.name,
        kind=UnitKind(unit.kind),
        address=unit.address,
        phone=unit.phone,
        phones=tuple(unit.phones),
        zone=unit.zone,
        hours=opening.today,
        is_open=opening.is_open,
        until=opening.until,
        couriers=tuple(couriers),
        disruptions=tuple(texts),
        services=tuple(Service(code) for code in unit.services),
        active=unit.active,
    )


# zhike: allow query-actor -- it reads no row, only the unit given
def summary_of(unit: Unit) -> UnitSummary:
    return UnitSummary(
        id=unit.pk,
        code=unit.code,
        name=unit.name,
        kind=UnitKind(unit.kind),
        side=Side(unit.side),
        parent_id=unit.parent_id,
        no=unit.tree_no,
        end=unit.tree_end,
        depth=unit.depth,
        zone=unit.zone,
        phone=unit.phone,
        active=unit.active,
    )


# zhike: allow query-actor -- it narrows rows that are scoped already
def incomplete_points(rows: UnitSet) -> UnitSet:
    """The points among `rows` that lack a phone or a courier with a phone; the gap list of GEO-01 as a condition."""
    couriers = Staff.objects.couriers().exclude(phones=[])
    own = Exists(couriers.filter(unit=OuterRef("pk")))
    own_at_all = Exists(Staff.objects.couriers().filter(unit=OuterRef("pk")))
    above = Exists(couriers.filter(unit=OuterRef("parent")))
    served = Q(own) | (Q(kind__in=SERVED_FROM_ABOVE) & ~Q(own_at_all) & Q(above))
    return rows.service_points().active().filter(Q(phones=[]) | ~served)


def week_hours(*, actor: Actor, unit_id: int, now: datetime) -> list[tuple[date, tuple[tuple[str, str], ...]]]:
    """Opening hours of seven days from today where the unit is; empty when nobody knows them."""
    found = unit_by_id(actor=actor, unit_id=unit_id)
    spec = specs_of([found])[found.pk]
    return days_of(spec, now) if spec else []


def units_named(*, actor: Actor, keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Name and page of units, by id as text."""
    found = unit_labels(actor=actor, unit_ids=ids_of(keys))
    return {str(pk): (name, reverse("organization:unit_edit", args=[pk])) for pk, name in found.items()}
