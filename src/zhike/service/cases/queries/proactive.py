"""What the owner of a proactive case tells the customer, drafted from what the goods say (SHIP-08)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext

from zhike.platform import clock, phones
from zhike.platform.actors import Actor, system_actor
from zhike.platform.ui import formats
from zhike.record.customers import queries as customers
from zhike.record.customers.queries import Reachable
from zhike.record.shipments import queries as shipments
from zhike.service.cases.models import Case, CaseGoods
from zhike.service.cases.policies import scope
from zhike.service.cases.types.defaults import NO_SCAN

_READING: Final = system_actor("cases.inform")


@dataclass(frozen=True, slots=True)
class NoticeDraft:
    """The text in the customer's language, and who would get it; without `to` nobody of them can be written to."""

    text: str
    to: Reachable | None
    goods: int


def notice_draft(*, actor: Actor, case: Case, now: datetime) -> NoticeDraft:
    """`case` has been loaded within the actor's reach. Six queries."""
    ids = goods_of(actor=actor, case=case)
    goods = shipments.get_shipment(actor=_READING, shipment_id=ids[0]) if ids else None
    to = person_to_inform(actor=actor, case=case)
    with translation.override((to.language if to else "") or case.language):
        text = _words(case, goods, len(ids), now) if goods is not None else ""
    return NoticeDraft(text, to, len(ids))


def person_to_inform(*, actor: Actor, case: Case) -> Reachable | None:
    """The case's own contact, else whoever of the customer is known longest and can be written to."""
    if not Case.objects.filter(scope(actor), pk=case.pk).exists():
        return None
    people = customers.reachable_of(actor=_READING, customer_ids=[case.customer_id]).get(case.customer_id, [])
    able = [one for one in people if one.email or phones.parse(one.phone).kind is phones.PhoneKind.MOBILE]
    return next((one for one in able if one.contact_id == case.contact_id), able[0] if able else None)


def goods_of(*, actor: Actor, case: Case) -> Sequence[int]:
    """The shipments of a case, one or many. One query at most."""
    if case.shipment_id is not None:
        return [case.shipment_id]
    rows = CaseGoods.objects.filter(case=case, case__in=Case.objects.filter(scope(actor)))
    return list(rows.order_by("pk").values_list("shipment_id", flat=True))


def _words(case: Case, goods: Any, count: int, now: datetime) -> str:  # noqa: ANN401 - a shipment
    """Why, the new time, whom to call: each sentence only where it is known."""
    said = {"waybill": goods.waybill, "count": count}
    silent = case.category.code == NO_SCAN
    if count > 1 and silent:
        first = gettext("%(count)s of your shipments, %(waybill)s among them, have had no scan for some time.") % said
    elif count > 1:
        first = gettext("%(count)s of your shipments, %(waybill)s among them, are later than promised.") % said
    elif silent:
        first = gettext("Your shipment %(waybill)s has had no scan for some time; we are looking for it.") % said
    else:
        first = gettext("Your shipment %(waybill)s is later than promised.") % said
    parts = [first]
    if goods.eta is not None and goods.eta > now:
        parts.append(gettext("New expected time: %(time)s.") % {"time": _time(goods.eta, goods.zone)})
    unit = goods.holder_unit or goods.destination_unit
    if unit is not None and unit.phones:
        parts.append(
            gettext("Outlet: %(name)s, %(phone)s.") % {"name": unit.name, "phone": phones.display(unit.phones[0])}
        )
    if goods.courier_name and goods.courier_phone:
        phone = phones.display(phones.parse(goods.courier_phone).e164 or goods.courier_phone)
        parts.append(gettext("Courier: %(name)s, %(phone)s.") % {"name": goods.courier_name, "phone": phone})
    parts.append(
        gettext("We follow it up; your case is %(number)s, %(owner)s looks after it.")
        % {"number": case.number, "owner": case.owner.name}
    )
    return ("" if formats.is_chinese() else " ").join(parts)


def _time(at: datetime, zone: str) -> str:
    """With its day, whenever it is read: `11月21日18:00`, `21 Nov 18:00`."""
    wall = clock.local(at, zone)
    if formats.is_chinese():
        return f"{wall.month}月{wall.day}日{wall:%H:%M}"
    return f"{formats.day(wall.date(), wall.date())} {wall:%H:%M}"
