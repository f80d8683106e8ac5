"""People at a customer: adding, changing, leaving, and their places in the decision chain."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import FieldError, Invalid, NotFound
from zhike.record.customers import events
from zhike.record.customers.actions._parts import difference, locked_contact, locked_live, tell_updated
from zhike.record.customers.actions.points import add_points
from zhike.record.customers.models import ChainSeat, Contact, Customer
from zhike.record.customers.policies import EDIT, scope
from zhike.record.customers.queries.contacts import contact, entry_of
from zhike.record.customers.rules import clean_contact, name_keys
from zhike.record.customers.types import ChainRole, Channel, ContactCard, ContactEntry, EditClash, PointEntry
from zhike.record.organization import queries as organization

MAX_TITLE = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """We were in touch with a customer, perhaps with a certain person."""

    customer_id: int
    at: datetime
    channel: Channel
    contact_id: int | None = None


@action
def create_contact(
    *, actor: Actor, customer_id: int, entry: ContactEntry, points: Sequence[PointEntry] = (), now: datetime
) -> ContactCard:
    """Add a person with their numbers and their places in the decision chain."""
    customer = locked_live(actor, customer_id)
    authorize(actor, EDIT, subject=("customer", customer_id))
    row = new_contact(actor, customer, entry, points=points, now=now)
    audit.record(
        actor,
        events.ContactAdded(
            subject=("customer", customer_id), after={"contact": row.pk, **asdict(entry), "points": len(points)}
        ),
        now=now,
    )
    tell_updated([customer_id], contact_ids=[row.pk], now=now)
    return contact(actor=actor, contact_id=row.pk)


def new_contact(
    actor: Actor, customer: Customer, entry: ContactEntry, *, points: Sequence[PointEntry], now: datetime
) -> Contact:
    """The rows of a new person. Part of the actions that have locked the file."""
    entry, wrong = clean_contact(entry)
    if wrong:
        raise Invalid(wrong)
    if entry.our_staff_id is not None:
        organization.assignee(actor=actor, staff_id=entry.our_staff_id)
    keys = name_keys(entry.name)
    row = Contact(
        **_columns(entry),
        customer=customer,
        scope_unit_id=customer.scope_unit_id,
        name_fold=keys.fold,
        name_pinyin=keys.pinyin,
        created_at=now,
    )
    row.save(force_insert=True)
    add_points(customer.pk, row.pk, points, now=now)
    _write_seats(row, set(), set(entry.roles))
    return row


@action
def update_contact(*, actor: Actor, contact_id: int, entry: ContactEntry, version: int, now: datetime) -> ContactCard:
    """Replace what is known of a person. `version` is the one that was read: a later one raises EditClash."""
    row = locked_contact(actor, contact_id)
    authorize(actor, EDIT, subject=("customer", row.customer_id))
    entry, wrong = clean_contact(entry)
    if wrong:
        raise Invalid(wrong)
    held = [ChainRole(role) for role in _roles(row.pk)]
    known = asdict(entry_of(row, sorted(held)))
    before, after = difference(known, {**asdict(entry), "roles": tuple(sorted(entry.roles))})
    if row.version != version and after:
        raise EditClash({name: (after[name], before[name]) for name in after}, version=row.version)
    if "our_staff_id" in after and entry.our_staff_id is not None:
        organization.assignee(actor=actor, staff_id=entry.our_staff_id)
    if after:
        for name, value in _columns(entry).items():
            setattr(row, name, value)
        keys = name_keys(entry.name)
        row.name_fold, row.name_pinyin = keys.fold, keys.pinyin
        row.version += 1
        row.save(update_fields=[*_columns(entry), "name_fold", "name_pinyin", "version"])
        _write_seats(row, set(held), set(entry.roles))
        audit.record(
            actor,
            events.ContactChanged(
                subject=("customer", row.customer_id), before=before, after={"contact": row.pk, **after}
            ),
            now=now,
        )
        tell_updated([row.customer_id], contact_ids=[row.pk], now=now)
    return contact(actor=actor, contact_id=row.pk)


@action
def contact_left(*, actor: Actor, contact_id: int, now: datetime) -> None:
    """The person no longer works there. Places in the decision chain stay, uncovered, until somebody takes them."""
    _set_live(actor, contact_id, live=False, now=now)


@action
def contact_returned(*, actor: Actor, contact_id: int, now: datetime) -> None:
    _set_live(actor, contact_id, live=True, now=now)


def _set_live(actor: Actor, contact_id: int, *, live: bool, now: datetime) -> None:
    row = locked_contact(actor, contact_id)
    authorize(actor, EDIT, subject=("customer", row.customer_id))
    if row.active == live:
        return
    row.active, row.left_at = live, None if live else now
    row.version += 1
    row.save(update_fields=["active", "left_at", "version"])
    event = events.ContactReturned if live else events.ContactLeft
    audit.record(actor, event(subject=("customer", row.customer_id), after={"contact": row.pk}), now=now)
    tell_updated([row.customer_id], contact_ids=[row.pk], now=now)


@action
def add_seat(
    *,
    actor: Actor,
    customer_id: int,
    role: ChainRole,
    title: str = "",
    contact_id: int | None = None,
    now: datetime,
) -> int:
    """Note a place in the decision chain, even before anybody is known to hold it. Returns its id."""
    locked_live(actor, customer_id)
    authorize(actor, EDIT, subject=("customer", customer_id))
    if len(title) > MAX_TITLE:
        raise Invalid.of("title", "too_long", _("At most %(maximum)s characters."), maximum=MAX_TITLE)
    _check_holder(actor, customer_id, contact_id)
    seat, made = ChainSeat.objects.get_or_create(
        customer_id=customer_id,
        role=role.value,
        contact_id=contact_id,  # type: ignore[misc]  # None finds the place that nobody holds
        title=title.strip(),
    )
    if made:
        _record_seat(actor, seat, before={}, now=now)
    return seat.pk


@action
def fill_seat(*, actor: Actor, seat_id: int, contact_id: int | None, now: datetime) -> None:
    """Say who holds a place, or that nobody known does any more."""
    seat = _locked_seat(actor, seat_id)
    authorize(actor, EDIT, subject=("customer", seat.customer_id))
    if seat.contact_id == contact_id:
        return
    _check_holder(actor, seat.customer_id, contact_id)
    same_place = ChainSeat.objects.filter(customer_id=seat.customer_id, role=seat.role)
    if contact_id is not None and same_place.filter(contact_id=contact_id).exists():
        raise Invalid.of("contact_id", "taken", _("This person holds such a place already."))
    before, seat.contact_id = seat.contact_id, contact_id
    seat.save(update_fields=["contact"])
    _record_seat(actor, seat, before={"contact": before}, now=now)


@action
def remove_seat(*, actor: Actor, seat_id: int, now: datetime) -> None:
    """The place does not exist at this customer."""
    seat = _locked_seat(actor, seat_id)
    authorize(actor, EDIT, subject=("customer", seat.customer_id))
    before = {"role": seat.role, "title": seat.title, "contact": seat.contact_id}
    ChainSeat.objects.filter(pk=seat.pk).delete()
    audit.record(actor, events.SeatChanged(subject=("customer", seat.customer_id), before=before), now=now)
    tell_updated([seat.customer_id], now=now)


@action
def record_contacts(*, actor: Actor, touches: Sequence[Touch], now: datetime) -> None:
    """Note the latest contact with customers and people; called by the room where the contact is written down.

    Many at once come as columns: see `record_contacts_of`.
    """
    authorize(actor, EDIT)
    ids = sorted({t.customer_id for t in touches})
    rows = Customer.objects.filter(scope(actor), pk__in=ids).order_by("pk")
    if len(rows.select_for_update(no_key=True).values_list("pk")) != len(ids):
        raise NotFound
    people = [t for t in touches if t.contact_id is not None]
    with connection.cursor() as cursor:
        cursor.execute(_TOUCH_FILES, [[t.customer_id for t in touches], [t.at for t in touches]])
        cursor.execute(
            _TOUCH_PEOPLE,
            [[t.contact_id for t in people], [t.at for t in people], [t.channel.value for t in people]],
        )
    audit.record(
        actor,
        events.ContactMade(
            subject=("customer", ids[0]) if len(ids) == 1 else ("customers", len(ids)),
            after={"contacts": [t.contact_id for t in people][:50], "count": len(touches)},
        ),
        now=now,
    )


@action
def record_contacts_of(*, actor: Actor, table: str, now: datetime) -> None:
    """As `record_contacts`, of a temporary table with customer_id, contact_id, at, channel; set-based."""
    authorize(actor, EDIT)
    with connection.cursor() as cursor:
        cursor.execute(_TOUCH_FILES_OF.format(table=table))
        files = cursor.rowcount
        cursor.execute(_TOUCH_PEOPLE_OF.format(table=table))
    audit.record(actor, events.ContactMade(subject=("customers", files), after={"count": files}), now=now)


_TOUCH_FILES_OF = """
UPDATE customers_customer c SET last_contact_at = t.at
FROM (SELECT customer_id, max(at) AS at FROM {table} GROUP BY customer_id) t
WHERE c.id = t.customer_id AND (c.last_contact_at IS NULL OR c.last_contact_at < t.at)
"""
_TOUCH_PEOPLE_OF = """
UPDATE customers_contact k SET last_contact_at = t.at, last_channel = t.channel
FROM (SELECT DISTINCT ON (contact_id) contact_id, at, channel FROM {table} WHERE contact_id IS NOT NULL
      ORDER BY contact_id, at DESC) t
WHERE k.id = t.contact_id AND (k.last_contact_at IS NULL OR k.last_contact_at < t.at)
"""
_TOUCH_FILES = """
UPDATE customers_customer c SET last_contact_at = t.at
FROM (SELECT id, max(at) AS at FROM unnest(%s::bigint[], %s::timestamptz[]) AS u (id, at) GROUP BY id) t
WHERE c.id = t.id AND (c.last_contact_at IS NULL OR c.last_contact_at < t.at)
"""
_TOUCH_PEOPLE = """
UPDATE customers_contact k SET last_contact_at = t.at, last_channel = t.channel
FROM (SELECT DISTINCT ON (id) id, at, channel FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[])
      AS u (id, at, channel) ORDER BY id, at DESC) t
WHERE k.id = t.id AND (k.last_contact_at IS NULL OR k.last_contact_at < t.at)
"""


def _check_holder(actor: Actor, customer_id: int, contact_id: int | None) -> None:
    if contact_id is not None and locked_contact(actor, contact_id).customer_id != customer_id:
        raise Invalid({"contact_id": [FieldError("other", _("This person belongs to another customer."))]})


def _locked_seat(actor: Actor, seat_id: int) -> ChainSeat:
    rows = ChainSeat.objects.filter(scope(actor, "customer__"), pk=seat_id)
    found = rows.select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise NotFound
    return found


def _record_seat(actor: Actor, seat: ChainSeat, *, before: dict[str, Any], now: datetime) -> None:
    after = {"role": seat.role, "title": seat.title, "contact": seat.contact_id}
    audit.record(actor, events.SeatChanged(subject=("customer", seat.customer_id), before=before, after=after), now=now)
    tell_updated([seat.customer_id], now=now)


def _write_seats(row: Contact, held: set[ChainRole], wanted: set[ChainRole]) -> None:
    """Take a vacant place of the role where there is one, else open a new one."""
    ChainSeat.objects.filter(contact_id=row.pk, role__in=[r.value for r in held - wanted]).delete()
    for role in sorted(wanted - held):
        vacant = ChainSeat.objects.filter(customer_id=row.customer_id, role=role.value, contact__isnull=True)
        seat = vacant.order_by("pk").first()
        if seat is None:
            ChainSeat.objects.create(customer_id=row.customer_id, role=role.value, contact_id=row.pk)
        else:
            ChainSeat.objects.filter(pk=seat.pk).update(contact_id=row.pk)


def _roles(contact_id: int) -> list[str]:
    return list(ChainSeat.objects.filter(contact_id=contact_id).values_list("role", flat=True))


def _columns(entry: ContactEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "form_of_address": entry.form_of_address,
        "position": entry.position,
        "language": entry.language,
        "strength": entry.strength,
        "our_staff_id": entry.our_staff_id,
        "prefers_channel": entry.prefers_channel.value if entry.prefers_channel else "",
        "prefers_time": entry.prefers_time,
    }
