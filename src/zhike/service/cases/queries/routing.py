"""Who gets a case that nobody has taken: one window, the same person where possible."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Count

from zhike.platform import parameters
from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound
from zhike.record.customers.types import CustomerSummary
from zhike.record.organization import queries as organization
from zhike.service.cases.models import Case
from zhike.service.cases.policies import DESK_ROLES, SAME_HANDLER, scope


def owner_for(*, actor: Actor, customer: CustomerSummary, now: datetime) -> int:
    """The person to own a new case of this customer; see `owners_for`."""
    return owners_for(actor=actor, customers=[customer], now=now)[customer.id]


def owners_for(*, actor: Actor, customers: Sequence[CustomerSummary], now: datetime) -> Mapping[int, int]:
    """By customer, the person to own a new case. Three queries, however many customers.

    Whoever handled the customer's last case lately; else the one at the desk, of the customer's own unit first, with
    the fewest open cases; each only while on duty. With nobody on duty: the customer's responsible person, or, while
    that person is on leave, whoever comes back to the desk first (three queries more).
    """
    desk = organization.on_duty_with(actor=actor, roles=DESK_ROLES, now=now)
    away = set() if desk else organization.on_leave(actor=actor, staff_ids={c.owner.id for c in customers})
    back = _coming_back(actor, now) if away else {}
    recent = Case.objects.filter(scope(actor), opened_at__gte=now - parameters.value(SAME_HANDLER, at=now))
    rows = recent.filter(customer_id__in=[c.id for c in customers]).order_by("customer_id", "-opened_at", "-pk")
    last = dict(rows.distinct("customer_id").values_list("customer_id", "owner_id"))
    load = dict(Case.objects.open().filter(owner_id__in=desk or back).values_list("owner_id").annotate(n=Count("pk")))
    held = {staff_id: load.get(staff_id, 0) for staff_id in desk or back}
    chosen: dict[int, int] = {}
    for customer in customers:
        known = last.get(customer.id)
        # With nobody on duty their own person comes first, unless on leave.
        if not desk and customer.owner.id not in away:
            chosen[customer.id] = customer.owner.id
            continue
        here = desk or back
        near = [staff_id for staff_id, no in here.items() if no == customer.scope_unit_id] or list(here)
        if known in held:
            owner = known
        elif near:
            owner = min(near, key=lambda staff_id: (held[staff_id], staff_id))
        else:
            owner = customer.owner.id
        if owner in held:
            held[owner] += 1
        chosen[customer.id] = owner
    return chosen


def _coming_back(actor: Actor, now: datetime) -> dict[int, int]:
    """The desk without those on leave, with the tree number of their unit."""
    ids = organization.holders_of(actor=actor, roles=DESK_ROLES, now=now)
    away = organization.on_leave(actor=actor, staff_ids=ids)
    rows = organization.staff_rows(actor=actor).filter(pk__in=[one for one in ids if one not in away])
    return dict(rows.values_list("pk", "unit__tree_no"))


def desk_owner(*, actor: Actor, now: datetime) -> int:
    """Who takes somebody that no file knows: at the desk and on duty, with the fewest open cases. Two queries.

    With nobody on duty whoever of the desk is not on leave and has the fewest; raises NotFound where the desk is empty.
    """
    desk = list(organization.on_duty_with(actor=actor, roles=DESK_ROLES, now=now))
    desk = desk or list(_coming_back(actor, now)) or organization.holders_of(actor=actor, roles=DESK_ROLES, now=now)
    if not desk:
        raise NotFound
    held = Case.objects.filter(scope(actor)).open().filter(owner_id__in=desk)
    load = dict(held.values_list("owner_id").annotate(n=Count("pk")))
    return min(desk, key=lambda staff_id: (load.get(staff_id, 0), staff_id))
