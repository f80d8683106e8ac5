"""Whose file, which case and which goods a reader may see of a call or an enquiry that they see.

A call belongs to the unit at which it rang; its customer, its case and its parcel may be another unit's. Every list of
calls and enquiries carries these answers with it, so that one row costs no query of its own.
"""

from typing import Any

from django.db.models import BooleanField, Case, Q, Value, When

from zhike.platform.actors import Actor
from zhike.record.customers import policies as customers
from zhike.record.shipments import policies as shipments
from zhike.service.cases import policies as cases
from zhike.service.reception.models import Call, CallSet, Waiting, WaitingSet


# zhike: allow query-scope -- it narrows nothing: it says of each row what of it is within reach
def with_sight(rows: CallSet, actor: Actor) -> CallSet:
    """Calls with what of each the actor may see."""
    return rows.annotate(
        file_seen=_whether(customers.scope(actor, "customer__"), "customer"),
        case_seen=_whether(cases.scope(actor, "case__"), "case"),
        goods_seen=_whether(shipments.scope(actor, "shipment__"), "shipment"),
    )


def with_file_sight(rows: WaitingSet, actor: Actor) -> WaitingSet:
    """Enquiries with whether the actor may see the file."""
    return rows.annotate(file_seen=_whether(customers.scope(actor, "customer__"), "customer"))


def _whether(scope: Q, of: str) -> Case | Value:
    there = Q(**{f"{of}__isnull": False})
    return Case(When(there & scope, then=Value(value=True)), default=Value(value=False), output_field=BooleanField())


def _is(row: Call | Waiting, name: str) -> bool:
    """A row that was read without asking shows nothing."""
    return bool(getattr(row, name, False))


def file_of(row: Call | Waiting) -> Any:  # noqa: ANN401 - a row of a lower room, or None
    return row.customer if _is(row, "file_seen") else None


def person_of(row: Call | Waiting) -> Any:  # noqa: ANN401 - a row of a lower room, or None
    return row.contact if _is(row, "file_seen") else None


def case_of(row: Call) -> Any:  # noqa: ANN401 - a row of a lower room, or None
    return row.case if _is(row, "case_seen") else None


def goods_of(row: Call) -> Any:  # noqa: ANN401 - a row of a lower room, or None
    return row.shipment if _is(row, "goods_seen") else None


def is_hidden(row: Call | Waiting) -> bool:
    """Somebody is named, and the reader may not know whom."""
    return row.customer_id is not None and not _is(row, "file_seen")
