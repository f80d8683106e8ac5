"""Giving customers to another responsible person: one, or a hundred thousand, with the same statements."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, outbox
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid, NotFound
from zhike.record.customers import events
from zhike.record.customers.actions._parts import portions, responsible
from zhike.record.customers.models import Contact, Customer, OwnerHistory
from zhike.record.customers.policies import CHANGE_OWNER, scope
from zhike.record.organization.types import StaffSummary

MAX_REASON = 200
# Beyond this many the log keeps one entry for the batch; each file's own history of owners names the day anyway.
EACH_LOGGED = 1000

# One statement: the new spell begins at the very moment at which the old one ends, also where a clock went back.
_HAND_OVER = """
WITH closed AS (
  UPDATE customers_ownerhistory h SET valid_until = greatest(%s, h.valid_from)
  WHERE h.valid_until IS NULL AND h.customer_id = ANY(%s) RETURNING h.customer_id, h.valid_until)
INSERT INTO customers_ownerhistory (customer_id, staff_id, valid_from, reason)
SELECT customer_id, %s, valid_until, %s FROM closed
"""
_GIVE = """
UPDATE customers_customer c SET owner_id = %s, scope_unit_id = %s, version = c.version + 1, owner_since = h.valid_from
FROM customers_ownerhistory h WHERE c.id = ANY(%s) AND h.customer_id = c.id AND h.valid_until IS NULL
"""


@action
def change_owner(
    *, actor: Actor, customer_ids: Sequence[int], to_staff_id: int | None, reason: str, now: datetime
) -> int:
    """Give these files to somebody else; the earlier owners stay on record with their dates (CUST-01).

    All or nothing: an id outside reach refuses the lot. Returns how many files changed hands. Set-based.
    """
    before = _locked_owners(actor, customer_ids)
    authorize(actor, CHANGE_OWNER, subject=("customer", min(before)) if len(before) == 1 else None)
    if len(reason) > MAX_REASON:
        raise Invalid.of("reason", "too_long", _("At most %(maximum)s characters."), maximum=MAX_REASON)
    target = responsible(actor, to_staff_id, "to_staff_id")
    moving = sorted(pk for pk, owner in before.items() if owner != target.id)
    if not moving:
        return 0
    move_owner(moving, target, reason=reason, now=now)
    _record(actor, {pk: before[pk] for pk in moving}, target, reason, now)
    outbox.emit_many(
        [events.CustomerOwnerChangedEvent(customer_ids=part, to_staff_id=target.id) for part in portions(moving)],
        now=now,
    )
    return len(moving)


@action
def take_back_owners(*, actor: Actor, to_staff_id: int, at: datetime, now: datetime) -> int:
    """Give the files that `to_staff_id` took over at the moment `at` back to whoever had them before.

    Files that have changed hands again since stay as they are. Raises Invalid, and gives none back, where an earlier
    owner has left. Returns how many files went back.
    """
    authorize(actor, CHANGE_OWNER)
    before = _owners_before(actor, to_staff_id, at)
    return sum(
        change_owner(actor=actor, customer_ids=ids, to_staff_id=staff_id, reason="", now=now)
        for staff_id, ids in before.items()
    )


def _owners_before(actor: Actor, to_staff_id: int, at: datetime) -> dict[int, list[int]]:
    """Earlier owner → files within reach whose present spell with `to_staff_id` began at `at`. Two queries."""
    taken = OwnerHistory.objects.filter(staff_id=to_staff_id, valid_from=at, valid_until=None)
    reached = Customer.objects.files().filter(scope(actor), pk__in=taken.values("customer_id"))
    found: dict[int, list[int]] = defaultdict(list)
    ended = OwnerHistory.objects.filter(customer_id__in=reached.values("pk"), valid_until=at)
    for customer_id, staff_id in ended.order_by("customer_id", "-valid_from").values_list("customer_id", "staff_id"):
        found[staff_id].append(customer_id)
    return found


def move_owner(customer_ids: Sequence[int], target: StaffSummary, *, reason: str, now: datetime) -> None:
    """The rows behind a change of owner. Part of the actions that have locked these files."""
    ids = list(customer_ids)
    with connection.cursor() as cursor:
        cursor.execute(_HAND_OVER, [now, ids, target.id, reason])
        cursor.execute(_GIVE, [target.id, target.unit_no, ids])
    Contact.objects.filter(customer_id__in=ids).update(scope_unit_id=target.unit_no)


def _locked_owners(actor: Actor, customer_ids: Sequence[int]) -> dict[int, int]:
    """Owner by file, locked in key order; raises NotFound where one is out of reach or a tombstone."""
    wanted = set(customer_ids)
    rows = Customer.objects.files().filter(scope(actor), pk__in=wanted).order_by("pk")
    found = dict(rows.select_for_update(no_key=True).values_list("pk", "owner_id"))
    if not wanted or len(found) != len(wanted):
        raise NotFound
    return found


def _record(actor: Actor, before: dict[int, int], target: StaffSummary, reason: str, now: datetime) -> None:
    if len(before) <= EACH_LOGGED:
        audit.record_many(
            actor,
            [
                events.OwnerChanged(
                    subject=("customer", pk), before={"owner": owner}, after={"owner": target.id}, reason=reason
                )
                for pk, owner in before.items()
            ],
            now=now,
        )
        return
    audit.record(
        actor,
        events.OwnerChanged(
            subject=("staff", target.id),
            before={"owners": sorted(set(before.values()))},
            after={"owner": target.id, "count": len(before)},
            reason=reason,
        ),
        now=now,
    )


@action
def follow_staff(*, actor: Actor, staff_ids: Sequence[int], now: datetime) -> int:
    """After people moved to another unit: their customers are found under the new one. Returns how many files."""
    authorize(actor, CHANGE_OWNER)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_customer c SET scope_unit_id = u.tree_no FROM organization_staff s"
            " JOIN organization_unit u ON u.id = s.unit_id"
            " WHERE s.id = ANY(%s) AND c.owner_id = s.id AND c.scope_unit_id <> u.tree_no RETURNING c.id",
            [list(staff_ids)],
        )
        moved = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "UPDATE customers_contact k SET scope_unit_id = c.scope_unit_id FROM customers_customer c"
            " WHERE k.customer_id = c.id AND c.id = ANY(%s) AND k.scope_unit_id <> c.scope_unit_id",
            [moved],
        )
    if moved:
        audit.record(
            actor,
            events.ScopeFollowed(subject=("staff", staff_ids[0]), after={"files": len(moved), "staff": staff_ids}),
            now=now,
        )
    return len(moved)
