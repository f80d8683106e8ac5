"""Groups of customers, and duplicate files made one."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from zhike.platform import audit, outbox
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Conflict, Invalid
from zhike.record.customers import events
from zhike.record.customers.actions._parts import locked, locked_live, tell_updated
from zhike.record.customers.models import Customer, CustomerMerge
from zhike.record.customers.policies import MERGE
from zhike.record.customers.types import CustomerColumn, RowIds, customer_moves

Moved = Mapping[str, RowIds]


@action
def link_group(*, actor: Actor, customer_id: int, parent_id: int | None, now: datetime) -> None:
    """Put a customer below another one of the same group, or take it out of its group (None)."""
    rows = _locked_pair(actor, customer_id, parent_id)
    row = rows[customer_id]
    authorize(actor, MERGE, subject=("customer", customer_id), unit_no=row.scope_unit_id)
    if row.parent_id == parent_id:
        return
    before, row.parent_id = row.parent_id, parent_id
    row.version += 1
    try:
        with transaction.atomic():
            row.save(update_fields=["parent", "version"])
    except IntegrityError as error:
        raise Invalid.of("parent_id", "ring", _("This customer would stand above itself.")) from error
    audit.record(
        actor,
        events.GroupLinked(subject=("customer", customer_id), before={"parent": before}, after={"parent": parent_id}),
        now=now,
    )
    tell_updated([customer_id], now=now)


@action
def merge_customers(*, actor: Actor, from_id: int, into_id: int, reason: str, now: datetime) -> int:
    """Make one file of two: everything moves, the old number stays as a signpost. Returns the id of the merge.

    Fields, owner and standing of the second file hold. Nothing is deleted: rows before = rows after.
    """
    rows = _locked_pair(actor, from_id, into_id)
    gone, kept = rows[from_id], rows[into_id]
    for row in (gone, kept):
        authorize(actor, MERGE, subject=("customer", row.pk), unit_no=row.scope_unit_id)
    if from_id == into_id:
        raise Invalid.of("into_id", "same", _("Choose two different files."))
    was_active = gone.active
    moved = _move(from_id, into_id, rows=None)
    _sum_dealings(from_id, into_id)
    Customer.objects.filter(parent_id=from_id).exclude(pk=into_id).update(parent_id=into_id)
    Customer.objects.filter(merged_into_id=from_id).update(merged_into_id=into_id)
    if kept.parent_id == from_id:
        Customer.objects.filter(pk=into_id).update(parent_id=gone.parent_id)
    gone.merged_into_id, gone.active, gone.parent_id = into_id, False, None
    gone.version += 1
    gone.save(update_fields=["merged_into", "active", "parent", "version"])
    kept.version += 1
    kept.save(update_fields=["version"])
    done = CustomerMerge.objects.create(
        from_customer=gone,
        into_customer=kept,
        at=now,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        reason=reason,
        moved={"rows": moved, "was_active": was_active},
    )
    counts = {table: len(ids) for tables in moved.values() for table, ids in tables.items()}
    audit.record_many(
        actor,
        [
            events.CustomersMerged(
                subject=("customer", pk), after={"from": from_id, "into": into_id, **counts}, reason=reason
            )
            for pk in (from_id, into_id)
        ],
        now=now,
    )
    outbox.emit(events.CustomersMergedEvent(from_id=from_id, into_id=into_id), now=now)
    tell_updated([from_id, into_id], now=now)
    return done.pk


@action
def undo_merge(*, actor: Actor, from_id: int, now: datetime) -> None:
    """The two files were not one: what came from the first goes back; what was added since stays with the second."""
    merge = CustomerMerge.objects.filter(from_customer_id=from_id, undone_at__isnull=True).first()
    if merge is None:
        raise Conflict(_("This file is not merged into another one."))
    rows = {pk: locked(actor, pk) for pk in sorted({from_id, merge.into_customer_id})}
    for row in rows.values():
        authorize(actor, MERGE, subject=("customer", row.pk), unit_no=row.scope_unit_id)
    moved: Moved = merge.moved["rows"]
    _move(merge.into_customer_id, from_id, rows=moved)
    gone = rows[from_id]
    gone.merged_into_id, gone.active = None, merge.moved["was_active"]
    gone.version += 1
    gone.save(update_fields=["merged_into", "active", "version"])
    merge.undone_at = now
    merge.save(update_fields=["undone_at"])
    audit.record_many(
        actor,
        [
            events.MergeUndone(subject=("customer", pk), after={"from": from_id, "into": merge.into_customer_id})
            for pk in rows
        ],
        now=now,
    )
    outbox.emit(events.CustomersMergedEvent(from_id=from_id, into_id=merge.into_customer_id, undone=True), now=now)
    tell_updated(sorted(rows), now=now)


def _locked_pair(actor: Actor, first: int, second: int | None) -> dict[int, Customer]:
    return {pk: locked_live(actor, pk) for pk in sorted({pk for pk in (first, second) if pk is not None})}


def _move(from_id: int, to_id: int, *, rows: Moved | None) -> dict[str, dict[str, list[int]]]:
    """Every room gives the rows of one file to the other, or those rows back."""
    moved: dict[str, dict[str, list[int]]] = {}
    for name, provider in customer_moves():
        own = None if rows is None else rows.get(name, {})
        if isinstance(provider, CustomerColumn):
            ids = _move_column(provider, from_id, to_id, None if own is None else own.get(provider.table, []))
            found: RowIds = {provider.table: ids}
        else:
            found = provider.move(from_id=from_id, to_id=to_id, rows=own)
        moved[name] = {table: list(ids) for table, ids in found.items() if ids}
    return {name: tables for name, tables in moved.items() if tables}


def _move_column(place: CustomerColumn, from_id: int, to_id: int, only: Sequence[int] | None) -> list[int]:
    statement = sql.SQL(
        "UPDATE {table} SET {column} = %s WHERE {column} = %s AND (%s::bigint[] IS NULL OR id = ANY(%s)) RETURNING id"
    ).format(table=sql.Identifier(place.table), column=sql.Identifier(place.column))
    ids = None if only is None else list(only)
    with connection.cursor() as cursor:
        cursor.execute(statement, [to_id, from_id, ids, ids])
        return sorted(row[0] for row in cursor.fetchall())


_SUM_DEALINGS = """
INSERT INTO customers_customerunit AS d (customer_id, unit_id, first_at, last_at)
SELECT %s, unit_id, first_at, last_at FROM customers_customerunit WHERE customer_id = %s
ON CONFLICT (customer_id, unit_id) DO UPDATE
SET first_at = least(d.first_at, EXCLUDED.first_at), last_at = greatest(d.last_at, EXCLUDED.last_at)
"""


def _sum_dealings(from_id: int, to_id: int) -> None:
    """The kept file shows the units of both; the tombstone keeps its own."""
    with connection.cursor() as cursor:
        cursor.execute(_SUM_DEALINGS, [to_id, from_id])
