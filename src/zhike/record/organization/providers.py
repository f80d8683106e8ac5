"""What the organization itself answers: heads of units pass on when they leave."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Count
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor, ActorKind, find_actors_with
from zhike.platform.bulk.types import Target, register
from zhike.record.organization.actions import import_staff, import_units, set_head
from zhike.record.organization.models import Unit
from zhike.record.organization.policies import EDIT_STAFF, EDIT_UNITS
from zhike.record.organization.queries import actor_for_staff
from zhike.record.organization.types import HeldItem, keep_as_history, register_holdings
from zhike.record.organization.types.imports import STAFF_FIELDS, STAFF_REASONS, UNIT_FIELDS, UNIT_REASONS


class Heads:
    """Units that somebody answers for."""

    kind = "organization.heads"
    label = _("Units led")

    def counts(self, *, staff_ids: Sequence[int]) -> Mapping[int, int]:
        rows = Unit.objects.filter(head_id__in=staff_ids).values_list("head_id")
        return dict(rows.annotate(count=Count("id")).order_by())

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


def _page(unit_id: int) -> str:
    try:
        return reverse("organization:outlet", args=[unit_id])
    except NoReverseMatch:
        return ""


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
