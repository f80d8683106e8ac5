"""Numbers and addresses: many a person, many people a number; what is in doubt is kept as typed."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.platform import addresses, audit, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import FieldError, Invalid, NotFound
from zhike.record.customers import events
from zhike.record.customers.actions._parts import locked_contact, locked_live, tell_updated
from zhike.record.customers.models import ContactPoint
from zhike.record.customers.policies import EDIT, PHONE_REGION, REVEAL, scope
from zhike.record.customers.queries.contacts import point_of
from zhike.record.customers.rules import point_errors, read_point
from zhike.record.customers.types import Point, PointEntry, PointKind

# Why an address is in doubt: mail to it came back.
BOUNCED = "bounced"


@action
def add_point(
    *, actor: Actor, customer_id: int, entry: PointEntry, contact_id: int | None = None, now: datetime
) -> Point:
    """Add a number or address of a person, or of the customer as a whole where `contact_id` is None."""
    locked_live(actor, customer_id)
    authorize(actor, EDIT, subject=("customer", customer_id))
    if contact_id is not None and locked_contact(actor, contact_id).customer_id != customer_id:
        raise Invalid.of("contact_id", "other", _("This person belongs to another customer."))
    (row,) = add_points(customer_id, contact_id, [entry], now=now)
    audit.record(
        actor,
        events.PointChanged(
            subject=("customer", customer_id),
            after={"contact": contact_id, "point": row.pk, "kind": row.kind, "value": row.value},
        ),
        now=now,
    )
    tell_updated([customer_id], contact_ids=[contact_id] if contact_id else [], now=now)
    return point_of(row)


def add_points(
    customer_id: int, contact_id: int | None, entries: Sequence[PointEntry], *, now: datetime
) -> list[ContactPoint]:
    """The rows of new points; one that is there already is refused. Part of the actions that have locked the file."""
    rows: list[ContactPoint] = []
    for entry in entries:
        if wrong := point_errors(entry):
            raise Invalid({"raw": wrong})
        region = entry.region or parameters.value(PHONE_REGION, at=now)
        read = read_point(entry.kind, entry.raw, region=region, extension=entry.extension)
        if read is None:
            continue
        whose = Q(customer_id=customer_id, contact_id=contact_id)
        own = ContactPoint.objects.filter(whose, kind=entry.kind.value)
        if any(row.value == read.value for row in rows) or own.filter(value=read.value).exists():
            raise Invalid({"raw": [FieldError("taken", _("This number or address is there already."))]})
        first = entry.primary or not (own.exists() or any(row.kind == entry.kind.value for row in rows))
        if first:
            own.filter(primary=True).update(primary=False)
        rows.append(
            ContactPoint(
                customer_id=customer_id,
                contact_id=contact_id,
                kind=entry.kind.value,
                raw=read.raw,
                value=read.value,
                e164=read.e164,
                key8=read.key8,
                extension=read.extension,
                doubt=read.doubt,
                primary=first,
                shared=entry.shared,
            )
        )
    return ContactPoint.objects.bulk_create(rows)


@action
def change_point(
    *,
    actor: Actor,
    point_id: int,
    primary: bool | None = None,
    shared: bool | None = None,
    verified: bool | None = None,
    now: datetime,
) -> Point:
    """Mark a point as the first to use, as shared, or as verified. What is None stays."""
    row = _locked_point(actor, point_id)
    authorize(actor, EDIT, subject=("customer", row.customer_id))
    before = {"primary": row.primary, "shared": row.shared, "verified": row.verified_at is not None}
    if primary:
        whose = Q(customer_id=row.customer_id, contact_id=row.contact_id)
        same = ContactPoint.objects.filter(whose, kind=row.kind)
        same.filter(primary=True).update(primary=False)
    row.primary = row.primary if primary is None else primary
    row.shared = row.shared if shared is None else shared
    if verified is not None:
        row.verified_at = now if verified else None
    row.save(update_fields=["primary", "shared", "verified_at"])
    after = {"primary": row.primary, "shared": row.shared, "verified": row.verified_at is not None}
    audit.record(
        actor,
        events.PointChanged(subject=("customer", row.customer_id), before=before, after={"point": row.pk, **after}),
        now=now,
    )
    return point_of(row)


@action
def doubt_address(*, actor: Actor, address: str, now: datetime) -> int:
    """Mail to this address came back: wherever it stands it is no longer verified and says why. Returns how many."""
    authorize(actor, EDIT)
    rows = ContactPoint.objects.filter(
        scope(actor, "customer__"), kind=PointKind.EMAIL.value, value=addresses.normal(address)
    )
    held = list(rows.order_by("pk").select_for_update(of=("self",)))
    ContactPoint.objects.filter(pk__in=[row.pk for row in held]).update(doubt=BOUNCED, verified_at=None)
    for row in held:
        audit.record(
            actor,
            events.PointChanged(
                subject=("customer", row.customer_id),
                before={"point": row.pk, "doubt": row.doubt},
                after={"point": row.pk, "doubt": BOUNCED},
            ),
            now=now,
        )
    return len(held)


@action
def remove_point(*, actor: Actor, point_id: int, now: datetime) -> None:
    """The number or address is wrong or no longer theirs."""
    row = _locked_point(actor, point_id)
    authorize(actor, EDIT, subject=("customer", row.customer_id))
    before = {"contact": row.contact_id, "kind": row.kind, "value": row.value, "raw": row.raw}
    ContactPoint.objects.filter(pk=row.pk).delete()
    audit.record(actor, events.PointChanged(subject=("customer", row.customer_id), before=before), now=now)
    tell_updated([row.customer_id], contact_ids=[row.contact_id] if row.contact_id else [], now=now)


@action
def reveal_point(*, actor: Actor, point_id: int, purpose: str = "", now: datetime) -> str:
    """The whole number or address, for those who need it; each look is logged (CUST-22)."""
    row = ContactPoint.objects.filter(scope(actor, "customer__"), pk=point_id).first()
    if row is None:
        raise NotFound
    authorize(actor, REVEAL, subject=("customer", row.customer_id))
    audit.record(
        actor,
        events.PointRevealed(
            subject=("customer", row.customer_id),
            after={"point": row.pk, "contact": row.contact_id, "kind": row.kind},
            reason=purpose,
        ),
        now=now,
    )
    shown = row.e164 or row.raw
    return f"{shown}-{row.extension}" if row.extension and PointKind(row.kind) is PointKind.PHONE else shown


def _locked_point(actor: Actor, point_id: int) -> ContactPoint:
    rows = ContactPoint.objects.filter(scope(actor, "customer__"), pk=point_id)
    found = rows.select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise NotFound
    return found
