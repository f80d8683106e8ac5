"""What the organization itself offers: heads who leave, imports, the search, and who a member of staff is now."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhike.platform import files
from zhike.platform.actors import Actor, ActorKind, Reach, find_actors_with, system_actor
from zhike.platform.audit.words import register_naming
from zhike.platform.bulk.types import Target, register
from zhike.platform.calendars.queries import calendars_named
from zhike.platform.db.ids import ids_of
from zhike.platform.facts import name_dimension
from zhike.platform.messaging.queries import messages_named
from zhike.platform.ops.upgrades import register_upgrade
from zhike.platform.search.types import Document, Sight, register_source
from zhike.record.organization.actions import give_new_rights, import_staff, import_units, set_head
from zhike.record.organization.models import Staff, Unit
from zhike.record.organization.policies import EDIT_STAFF, EDIT_UNITS, VIEW_STAFF, VIEW_UNITS
from zhike.record.organization.queries import actor_for_staff
from zhike.record.organization.queries.staff import roles_named, staff_named
from zhike.record.organization.queries.units import units_named
from zhike.record.organization.types import (
    STAFF_KIND,
    UNIT_KIND,
    HeldCounts,
    HeldItem,
    Label,
    ScopeColumn,
    keep_as_history,
    register_holdings,
    register_unit_move,
)
from zhike.record.organization.types.imports import STAFF_FIELDS, STAFF_REASONS, UNIT_FIELDS, UNIT_REASONS


class Heads:
    """Units that somebody answers for."""

    kind = "organization.heads"
    label = _("Units led")

    def counts(self, *, staff_ids: Sequence[int]) -> HeldCounts:
        rows = Unit.objects.filter(head_id__in=staff_ids).values_list("head_id")
        return rows.annotate(n=Count("id"))

    def items(self, *, staff_id: int, limit: int) -> Sequence[HeldItem]:
        rows = Unit.objects.filter(head_id=staff_id).order_by("tree_no")[:limit]
        return [HeldItem(unit.pk, unit.code, unit.name, _page(unit.pk)) for unit in rows]

    def reassign(
        self, *, actor: Actor, from_staff_id: int, to_staff_id: int, item_ids: Sequence[int] | None, now: datetime
    ) -> int:
        rows = Unit.objects.filter(head_id=from_staff_id)
        if item_ids is not None:
            rows = rows.filter(pk__in=item_ids)
        units = list(rows.order_by("pk").values_list("pk", flat=True))
        for unit_id in units:
            set_head(actor=actor, unit_id=unit_id, staff_id=to_staff_id, now=now)
        return len(units)


class UnitSearch:
    """Units and outlets: a directory open to everybody who may see one of them."""

    kind = UNIT_KIND
    label: Label = _("Outlets and units")
    order = 40

    def sight(self, actor: Actor) -> Sight:
        return Sight(whole=actor.has(VIEW_UNITS.code))

    def documents(self, ids: Sequence[int]) -> Sequence[Document]:
        return [
            Document(
                object_id=unit.pk,
                title=unit.name,
                number=unit.code,
                line=" ".join(part for part in (unit.city, unit.address) if part),
                keys=[unit.code, *unit.phones],
                texts=[unit.city, unit.address, unit.area_text, *unit.districts, *unit.labels.values()],
                scope_unit_id=unit.tree_no,
            )
            for unit in Unit.objects.filter(pk__in=ids, active=True)
        ]

    def ids(self, *, after: int, limit: int) -> Sequence[int]:
        return list(Unit.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:limit])

    def url(self, object_id: int) -> str:
        return _page(object_id)


class StaffSearch:
    """Colleagues within reach."""

    kind = STAFF_KIND
    label: Label = _("Colleagues")
    order = 41

    def sight(self, actor: Actor) -> Sight:
        reach = actor.reach if actor.has(VIEW_STAFF.code) else Reach()
        return Sight(whole=reach.everything, reach=reach, staff_id=actor.staff_id)

    def documents(self, ids: Sequence[int]) -> Sequence[Document]:
        return [
            Document(
                object_id=staff.pk,
                title=staff.name,
                number=staff.number,
                line=" ".join(part for part in (staff.unit.name, staff.rank) if part),
                keys=[staff.number, *staff.phones, *([staff.email] if staff.email else [])],
                texts=[staff.unit.name, staff.rank],
                scope_unit_id=staff.unit.tree_no,
                own_staff_id=staff.pk,
            )
            for staff in Staff.objects.filter(pk__in=ids, active=True).select_related("unit")
        ]

    def ids(self, *, after: int, limit: int) -> Sequence[int]:
        return list(Staff.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:limit])

    def url(self, object_id: int) -> str:
        return reverse("organization:person", args=[object_id])


def _page(unit_id: int) -> str:
    return reverse("organization:outlet", args=[unit_id])


UNITS = register(
    Target(
        key="organization.units",
        label=_("Units and outlets"),
        fields=UNIT_FIELDS,
        right=EDIT_UNITS,
        load=import_units,
        reasons=UNIT_REASONS,
        list_url_name="organization:units",
    )
)
STAFF = register(
    Target(
        key="organization.staff",
        label=_("Staff and couriers"),
        fields=STAFF_FIELDS,
        right=EDIT_STAFF,
        load=import_staff,
        reasons=STAFF_REASONS,
        list_url_name="organization:people",
    )
)


def _staff_again(actor_id: str, *, now: datetime) -> Actor | None:
    return actor_for_staff(int(actor_id), now=now) if actor_id.isdecimal() else None


find_actors_with(ActorKind.STAFF, _staff_again)
register_holdings(Heads(), keys=["organization.Unit.head"])
keep_as_history(
    "organization.StaffRole.staff",
    "organization.StaffSkill.staff",
    "organization.AuthorityUse.staff",
)
register_source(UnitSearch())
register_source(StaffSearch())
# Found records carry the number of their unit too; the search itself knows no units.
register_unit_move(ScopeColumn("search_document"))


def _unit_names(values: Sequence[str]) -> Mapping[str, str]:
    """Names of units by id, for figures; a unit's name is no secret within the company."""
    rows = Unit.objects.filter(pk__in=ids_of(values))
    return {str(pk): name for pk, name in rows.values_list("pk", "name")}


name_dimension("outlet_id", _unit_names)


@register_upgrade
def _new_rights(now: datetime) -> None:
    give_new_rights(actor=system_actor("organization.upgrade"), now=now)


def _files_named(*, actor: Actor, keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Names of the files that the actor may open, by id as text; an erased one has none."""
    found = files.list_files(actor=actor, file_ids=sorted(ids_of(keys)))
    return {str(one.id): (one.name, reverse("files:download", args=[one.id])) for one in found if one.name}


def _calendars_named(*, actor: Actor, keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Names of working calendars, by id as text."""
    found = calendars_named(actor=actor, calendar_ids=ids_of(keys))
    return {str(pk): (name, reverse("calendars:page", args=[pk])) for pk, name in found.items()}


register_naming("file", _files_named)
register_naming("message", messages_named)
register_naming("calendar", _calendars_named)
register_naming("staff", staff_named)
register_naming("unit", units_named)
register_naming("role", roles_named)
