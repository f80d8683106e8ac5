"""Opening, changing, moving and closing units."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, clock, outbox
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.calendars.queries.specs import rules_of
from zhike.platform.calendars.rules.reading import dump_shifts
from zhike.platform.errors import Conflict, FieldError, Invalid, NotFound
from zhike.platform.i18n.folding import pinyin_key, stroke_key
from zhike.record.organization import events
from zhike.record.organization.actions import _tree
from zhike.record.organization.actions._phones import read_phones
from zhike.record.organization.models import Staff, Unit, UnitNumber
from zhike.record.organization.policies import EDIT_UNITS, unit_scope
from zhike.record.organization.queries.units import summary_of
from zhike.record.organization.rules import (
    clean_code,
    clean_texts,
    may_hang_below,
    position_is_right,
)
from zhike.record.organization.types import Renumbered, Service, UnitEntry, UnitKind, UnitSummary

# No transaction that writes scoped rows runs longer.
STALE_FOR = timedelta(days=2)
# What the log compares; sort keys follow from the name.
_FIELDS = [
    "code",
    "name",
    "labels",
    "kind",
    "side",
    "zone",
    "calendar_id",
    "hours",
    "address",
    "city",
    "region_code",
    "lat",
    "lon",
    "phones",
    "services",
    "area_text",
    "districts",
    "valid_from",
    "valid_until",
]


@action
def create_unit(*, actor: Actor, parent_id: int | None, entry: UnitEntry, now: datetime) -> UnitSummary:
    """Open a unit below `parent_id`; only the company itself has no parent."""
    _tree.lock_tree()
    parent = unit_in_view(actor, parent_id) if parent_id is not None else None
    authorize(actor, EDIT_UNITS, subject=("unit", parent_id or 0), unit_no=parent.tree_no if parent else None)
    entry = _checked(entry, parent)
    interval = _tree.place_below(actor, parent, now=now) if parent else _tree.WHOLE
    unit = Unit(
        parent=parent,
        tree_no=interval.no,
        tree_end=interval.end,
        depth=parent.depth + 1 if parent else 0,
        **_columns(entry),
    )
    unit.save(force_insert=True)
    audit.record(actor, events.UnitOpened(subject=("unit", unit.pk), after=_known(unit)), now=now)
    outbox.emit(events.UnitsChanged(unit_ids=[unit.pk]), now=now)
    return summary_of(unit)


@action
def update_unit(*, actor: Actor, unit_id: int, entry: UnitEntry, now: datetime) -> UnitSummary:
    """Replace what is known of a unit; moving and closing are actions of their own."""
    _tree.lock_tree()
    unit = unit_in_view(actor, unit_id, lock=True)
    authorize(actor, EDIT_UNITS, subject=("unit", unit_id), unit_no=unit.tree_no)
    entry = _checked(entry, unit_in_view(actor, unit.parent_id) if unit.parent_id else None, unit)
    before = _known(unit)
    for column, value in _columns(entry).items():
        setattr(unit, column, value)
    after = _known(unit)
    changed = [name for name in _FIELDS if before[name] != after[name]]
    if changed:
        unit.save(update_fields=list(_columns(entry)))
        audit.record(
            actor,
            events.UnitChanged(
                subject=("unit", unit_id),
                before={name: before[name] for name in changed},
                after={name: after[name] for name in changed},
            ),
            now=now,
        )
        outbox.emit(events.UnitsChanged(unit_ids=[unit_id]), now=now)
    return summary_of(unit)


@action
def move_unit(*, actor: Actor, unit_id: int, parent_id: int, reason: str = "", now: datetime) -> UnitSummary:
    """Hang a unit with all below it under another; every row that carries their numbers follows in this transaction."""
    _tree.lock_tree()
    unit, parent = unit_in_view(actor, unit_id), unit_in_view(actor, parent_id)
    authorize(actor, EDIT_UNITS, subject=("unit", unit_id), unit_no=unit.tree_no)
    authorize(actor, EDIT_UNITS, subject=("unit", parent_id), unit_no=parent.tree_no)
    if unit.tree_no <= parent.tree_no <= unit.tree_end:
        raise Invalid.of("parent_id", "below_itself", _("A unit cannot hang below itself."))
    if not may_hang_below(UnitKind(unit.kind), UnitKind(parent.kind)):
        raise Invalid.of("parent_id", "kind", _("A unit of this kind cannot hang there."))
    if unit.parent_id == parent_id:
        return summary_of(unit)
    before = unit.parent_id
    followed = _tree.carry_below(actor, unit, parent, now=now)
    Unit.objects.filter(pk=unit_id).update(parent=parent)
    unit.refresh_from_db()
    audit.record(
        actor,
        events.UnitMoved(
            subject=("unit", unit_id),
            before={"parent_id": before},
            after={"parent_id": parent_id, "rows": followed},
            reason=reason,
        ),
        now=now,
    )
    outbox.emit(events.UnitsChanged(unit_ids=[unit_id]), now=now)
    return summary_of(unit)


@action
def mend_scope(*, actor: Actor, now: datetime) -> int:
    """Give rows that were written with a unit's former number, while it moved, the present one; returns how many.

    A row may be written by a transaction that began before the move: it cannot see the new number.
    """
    _tree.lock_tree()
    authorize(actor, EDIT_UNITS)
    since = now - STALE_FOR
    former = UnitNumber.objects.filter(left_at__gte=since).exclude(tree_no=F("unit__tree_no"))
    present = dict(former.order_by("left_at", "pk").values_list("tree_no", "unit__tree_no"))
    in_use = set(Unit.objects.filter(tree_no__in=present).values_list("tree_no", flat=True))
    moves = [Renumbered(0, old, new) for old, new in present.items() if old not in in_use]
    mended = _tree.move_scope(moves) if moves else 0
    if mended:
        audit.record(actor, events.ScopeMended(subject=("unit", "*"), after={"rows": mended}), now=now)
    return mended


@action
def close_unit(*, actor: Actor, unit_id: int, reason: str, now: datetime) -> None:
    """Close a unit; refused while units or people still work in it."""
    _tree.lock_tree()
    unit = unit_in_view(actor, unit_id, lock=True)
    authorize(actor, EDIT_UNITS, subject=("unit", unit_id), unit_no=unit.tree_no)
    if not unit.active:
        return
    units = Unit.objects.below(unit.tree_no, unit.tree_end).active().exclude(pk=unit_id).count()
    people = Staff.objects.active().filter(unit=unit).count()
    if units or people:
        raise Conflict(
            _("%(units)s units and %(people)s people still belong to this unit."),
            next_step=_("Move them to another unit first."),
            units=units,
            people=people,
        )
    unit.active = False
    unit.valid_until = clock.local_date(now, unit.zone)
    unit.save(update_fields=["active", "valid_until"])
    audit.record(
        actor,
        events.UnitClosed(
            subject=("unit", unit_id), before={"active": True}, after={"valid_until": unit.valid_until}, reason=reason
        ),
        now=now,
    )
    outbox.emit(events.UnitsChanged(unit_ids=[unit_id]), now=now)


@action
def reopen_unit(*, actor: Actor, unit_id: int, reason: str, now: datetime) -> None:
    unit = unit_in_view(actor, unit_id, lock=True)
    authorize(actor, EDIT_UNITS, subject=("unit", unit_id), unit_no=unit.tree_no)
    if unit.active:
        return
    before = unit.valid_until
    unit.active, unit.valid_until = True, None
    unit.save(update_fields=["active", "valid_until"])
    audit.record(
        actor,
        events.UnitReopened(
            subject=("unit", unit_id), before={"valid_until": before}, after={"active": True}, reason=reason
        ),
        now=now,
    )
    outbox.emit(events.UnitsChanged(unit_ids=[unit_id]), now=now)


@action
def set_head(*, actor: Actor, unit_id: int, staff_id: int | None, now: datetime) -> None:
    """Name the person who answers for a unit, or nobody."""
    unit = unit_in_view(actor, unit_id, lock=True)
    authorize(actor, EDIT_UNITS, subject=("unit", unit_id), unit_no=unit.tree_no)
    if staff_id is not None and not Staff.objects.active().filter(pk=staff_id).exists():
        raise Invalid.of("staff_id", "unknown", _("There is no such active member of staff."))
    before, unit.head_id = unit.head_id, staff_id
    unit.save(update_fields=["head"])
    audit.record(
        actor,
        events.UnitChanged(subject=("unit", unit_id), before={"head_id": before}, after={"head_id": staff_id}),
        now=now,
    )


def unit_in_view(actor: Actor, unit_id: int, *, lock: bool = False) -> Unit:
    rows = Unit.objects.filter(unit_scope(actor), pk=unit_id)
    unit = (rows.select_for_update(no_key=True) if lock else rows).first()
    if unit is None:
        raise NotFound
    return unit


def _columns(entry: UnitEntry) -> dict[str, Any]:
    return {
        "code": entry.code,
        "name": entry.name,
        "name_pinyin": pinyin_key(entry.name),
        "name_strokes": stroke_key(entry.name),
        "labels": dict(entry.labels),
        "kind": entry.kind.value,
        "side": entry.side.value,
        "zone": entry.zone,
        "calendar_id": entry.calendar_id,
        "hours": None if entry.hours is None else [dump_shifts(shifts) for shifts in entry.hours],
        "address": entry.address.strip(),
        "city": entry.city.strip(),
        "region_code": entry.region_code.strip().upper(),
        "lat": entry.lat,
        "lon": entry.lon,
        "phones": list(entry.phones),
        "services": list(entry.services),
        "area_text": entry.area_text.strip(),
        "districts": list(entry.districts),
        "valid_from": entry.valid_from,
        "valid_until": entry.valid_until,
    }


def _known(unit: Unit) -> dict[str, Any]:
    return {name: getattr(unit, name) for name in _FIELDS}


def _checked(entry: UnitEntry, parent: Unit | None, unit: Unit | None = None) -> UnitEntry:
    """The entry in its stored form; raises Invalid with every wrong field."""
    code = clean_code(entry.code)
    numbers, doubtful = read_phones(entry.phones, entry.zone)
    found = {
        "code": _code_errors(code, unit),
        "name": _unless(bool(entry.name.strip()), "required", _("Give a name.")),
        "kind": _unless(_kind_fits(entry.kind, parent), "kind", _("A unit of this kind cannot hang there.")),
        "zone": _unless(clock.is_zone(entry.zone), "unknown", _("There is no such time zone.")),
        "calendar_id": _unless(_calendar_exists(entry.calendar_id), "unknown", _("There is no such calendar.")),
        "lat": _unless(
            position_is_right(entry.lat, entry.lon),
            "range",
            _("Give both: latitude -90 to 90, longitude -180 to 180."),
        ),
        "services": _service_errors(entry.services),
        "phones": doubtful,
        "valid_until": _unless(
            not (entry.valid_from and entry.valid_until and entry.valid_until < entry.valid_from),
            "order",
            _("The end lies before the start."),
        ),
    }
    wrong = {field: errors for field, errors in found.items() if errors}
    if wrong or code is None:
        raise Invalid(wrong)
    return replace(
        entry,
        code=code,
        name=entry.name.strip(),
        phones=numbers,
        services=tuple(dict.fromkeys(entry.services)),
        districts=tuple(clean_texts(entry.districts)),
    )


def _unless(right: bool, code: str, message: str | Promise) -> list[FieldError]:  # noqa: FBT001 - a small guard
    return [] if right else [FieldError(code, message)]


def _calendar_exists(calendar_id: int | None) -> bool:
    return calendar_id is None or calendar_id in rules_of([calendar_id])


def _kind_fits(kind: UnitKind, parent: Unit | None) -> bool:
    if parent is None:
        return kind is UnitKind.COMPANY
    return may_hang_below(kind, UnitKind(parent.kind))


def _code_errors(code: str | None, unit: Unit | None) -> list[FieldError]:
    if code is None:
        return [FieldError("form", _("A code has up to 40 Latin letters, digits and . _ -"))]
    if Unit.objects.filter(code=code).exclude(pk=unit.pk if unit else 0).exists():
        return [FieldError("taken", _("Another unit has this code."))]
    return []


def _service_errors(services: Iterable[str]) -> list[FieldError]:
    unknown = sorted(set(services) - set(Service))
    values = {"services": ", ".join(unknown)}
    return [FieldError("unknown", _("There is no such service: %(services)s"), values)] if unknown else []
