"""Opening, changing, checking and closing a customer file."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, outbox
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import FieldError, Invalid
from zhike.platform.numbering import next_number
from zhike.record.customers import events
from zhike.record.customers.actions._parts import difference, locked_live, responsible, tell_updated
from zhike.record.customers.models import Customer, CustomerRef, OwnerHistory, StageChange
from zhike.record.customers.policies import EDIT
from zhike.record.customers.queries.customers import entry_of, summary
from zhike.record.customers.rules import clean_customer, name_keys
from zhike.record.customers.types import CustomerEntry, CustomerSummary, EditClash, Stage, StageCause
from zhike.record.organization import queries as organization

MAX_REF = 120


@action
def create_customer(
    *,
    actor: Actor,
    entry: CustomerEntry,
    owner_id: int | None,
    references: Sequence[tuple[str, str]] = (),
    opened_at: datetime | None = None,
    now: datetime,
) -> CustomerSummary:
    """Open a file: one permanent number, exactly one responsible person. Refused without the latter (CUST-01)."""
    authorize(actor, EDIT)
    entry, wrong = clean_customer(entry)
    if owner_id is None:
        wrong["owner"] = [FieldError("required", _("Choose the one person who is responsible for this customer."))]
    if wrong:
        raise Invalid(wrong)
    row = opened_file(actor, entry, owner_id=owner_id, opened_at=min(opened_at or now, now), now=now)
    add_references(row.pk, references)
    audit.record(
        actor,
        events.CustomerOpened(subject=("customer", row.pk), after={**_told(row), "references": list(references)}),
        now=now,
    )
    outbox.emit(events.CustomersCreatedEvent(customer_ids=[row.pk]), now=now)
    return summary(actor=actor, customer_id=row.pk)


def opened_file(
    actor: Actor, entry: CustomerEntry, *, owner_id: int | None, opened_at: datetime, now: datetime
) -> Customer:
    """The rows of a new file: the file, its first owner, its first stage. Part of the actions that open files."""
    owner = responsible(actor, owner_id)
    keys = name_keys(entry.name)
    row = Customer(
        **_columns(entry),
        number=next_number("customer"),
        name_fold=keys.fold,
        name_pinyin=keys.pinyin,
        name_strokes=keys.strokes,
        stage=Stage.BEFORE.value,
        stage_since=opened_at,
        owner_id=owner.id,
        owner_since=now,
        scope_unit_id=owner.unit_no,
        opened_at=opened_at,
        created_at=now,
    )
    row.zone = entry.zone or owner.zone
    row.save(force_insert=True)
    OwnerHistory.objects.create(customer=row, staff_id=owner.id, valid_from=now)
    StageChange.objects.create(
        customer=row,
        at=opened_at,
        to_stage=Stage.BEFORE.value,
        cause=StageCause.OPENED.value,
        scope_unit_id=row.scope_unit_id,
    )
    return row


def add_references(customer_id: int, references: Sequence[tuple[str, str]]) -> None:
    """Names of the file in other systems; each belongs to one file only."""
    wrong = [ref for _system, ref in references if not ref.strip() or len(ref) > MAX_REF]
    if wrong:
        raise Invalid.of("references", "form", _("A reference has between 1 and 120 characters."))
    try:
        with transaction.atomic():
            CustomerRef.objects.bulk_create(
                [CustomerRef(customer_id=customer_id, system=system, ref=ref.strip()) for system, ref in references]
            )
    except IntegrityError as error:
        raise Invalid.of("references", "taken", _("Another file has this reference already.")) from error


@action
def add_reference(*, actor: Actor, customer_id: int, system: str, ref: str, now: datetime) -> None:
    """Note what another system calls this customer."""
    row = locked_live(actor, customer_id)
    authorize(actor, EDIT, subject=("customer", row.pk))
    add_references(row.pk, [(system, ref)])
    audit.record(
        actor, events.ReferenceAdded(subject=("customer", row.pk), after={"system": system, "ref": ref}), now=now
    )
    tell_updated([row.pk], now=now)


@action
def update_customer(
    *, actor: Actor, customer_id: int, entry: CustomerEntry, version: int, now: datetime
) -> CustomerSummary:
    """Replace what is written in a file. `version` is the one that was read: a later one raises EditClash."""
    row = locked_live(actor, customer_id)
    authorize(actor, EDIT, subject=("customer", row.pk))
    entry, wrong = clean_customer(entry)
    if wrong:
        raise Invalid(wrong)
    before, after = difference(asdict(entry_of(row)), asdict(entry))
    if not entry.zone:
        before.pop("zone", None)
        after.pop("zone", None)
    if row.version != version and after:
        raise EditClash({name: (after[name], before[name]) for name in after}, version=row.version)
    if after:
        _write(row, entry, changed=set(after))
        audit.record(actor, events.CustomerChanged(subject=("customer", row.pk), before=before, after=after), now=now)
        tell_updated([row.pk], now=now)
    return summary(actor=actor, customer_id=row.pk)


def _write(row: Customer, entry: CustomerEntry, *, changed: set[str]) -> None:
    for name, value in _columns(entry).items():
        if name in changed:
            setattr(row, name, value)
    fields = changed | {"version"}
    if "name" in changed:
        keys = name_keys(entry.name)
        row.name_fold, row.name_pinyin, row.name_strokes = keys.fold, keys.pinyin, keys.strokes
        fields |= {"name_fold", "name_pinyin", "name_strokes"}
    row.version += 1
    row.save(update_fields=sorted(fields))


@action
def verify_customer(*, actor: Actor, customer_id: int, now: datetime) -> None:
    """Somebody has gone through the file with the customer and found it right."""
    row = locked_live(actor, customer_id)
    authorize(actor, EDIT, subject=("customer", row.pk))
    before, row.last_verified_at = row.last_verified_at, now
    row.save(update_fields=["last_verified_at"])
    audit.record(
        actor,
        events.CustomerVerified(
            subject=("customer", row.pk), before={"last_verified_at": before}, after={"last_verified_at": now}
        ),
        now=now,
    )
    tell_updated([row.pk], now=now)


@action
def deactivate_customer(*, actor: Actor, customer_id: int, reason: str, now: datetime) -> None:
    """Close a file: it stays, with its number and its owner, and leaves the lists of active customers."""
    _set_active(actor, customer_id, active=False, reason=reason, now=now)


@action
def reactivate_customer(*, actor: Actor, customer_id: int, reason: str = "", now: datetime) -> None:
    """Open a closed file again. A merged one is opened by taking the merge back."""
    _set_active(actor, customer_id, active=True, reason=reason, now=now)


def _set_active(actor: Actor, customer_id: int, *, active: bool, reason: str, now: datetime) -> None:
    row = locked_live(actor, customer_id)
    authorize(actor, EDIT, subject=("customer", row.pk))
    if row.active == active:
        return
    if not active and not reason.strip():
        raise Invalid.of("reason", "required", _("Say why this file is closed."))
    if active:
        organization.assignee(actor=actor, staff_id=row.owner_id)
    row.active = active
    row.version += 1
    row.save(update_fields=["active", "version"])
    event = events.CustomerReactivated if active else events.CustomerDeactivated
    audit.record(
        actor,
        event(subject=("customer", row.pk), before={"active": not active}, after={"active": active}, reason=reason),
        now=now,
    )
    tell_updated([row.pk], now=now)


def _columns(entry: CustomerEntry) -> dict[str, Any]:
    return {name: getattr(value, "value", value) for name, value in asdict(entry).items()}


def _told(row: Customer) -> Mapping[str, Any]:
    return {
        **asdict(entry_of(row)),
        "number": row.number,
        "owner": row.owner_id,
        "opened_at": row.opened_at,
    }
