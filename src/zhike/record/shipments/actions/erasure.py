"""Consignors and consignees are in no file: their data are found on the shipments by telephone number (CUST-22)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import connection
from django.db.backends.utils import CursorWrapper

from zhike.platform import audit, search
from zhike.platform.actors import system_actor
from zhike.platform.db.redacting import as_redactor
from zhike.platform.files.actions import erase_contents
from zhike.record.customers.types import ErasedPeople
from zhike.record.shipments.actions import _erasure_sql as sql
from zhike.record.shipments.events import OrderRegistered, ReplyRecorded
from zhike.record.shipments.models import Shipment
from zhike.record.shipments.queries.documents import KIND

ERASING: Final = system_actor("shipments.erasure")


def _given(people: ErasedPeople) -> Mapping[str, Any]:
    endings = None if people.endings is None else list(people.endings)
    return {"salt": people.salt, "marks": list(people.marks), "endings": endings}


def count_parties(people: ErasedPeople) -> int:
    """On how many shipments these people stand, as consignor or consignee."""
    return _found(people)[0]


def traces_of(people: ErasedPeople) -> Sequence[audit.Trace]:
    """Lines of the log that name them as consignor, consignee or signer."""
    if not people.marks:
        return ()
    shipments = _found(people)[1]
    orders = Shipment.objects.filter(pk__in=shipments).values_list("order_id", flat=True).distinct()
    return (
        audit.Trace(kind="order", ids=list(orders), types=[OrderRegistered.type]),
        audit.Trace(kind="shipment", ids=shipments, types=[ReplyRecorded.type]),
    )


def _found(people: ErasedPeople) -> tuple[int, list[int]]:
    """On how many places they stand, and on which shipments."""
    return people.seen("shipments.parties", partial(_find, people)) if people.marks else (0, [])


def _find(people: ErasedPeople) -> tuple[int, list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(sql.FIND, _given(people))
        count: int = cursor.rowcount
        cursor.execute(sql.SHIPMENTS)
        shipments = [row[0] for row in cursor.fetchall()]
        cursor.execute(sql.FORGET)
    return count, shipments


def _rows(cursor: CursorWrapper, statements: Sequence[str]) -> int:
    changed = 0
    for statement in statements:
        cursor.execute(statement)
        changed += cursor.rowcount
    return changed


def empty_parties(people: ErasedPeople, now: datetime) -> int:
    """Empty names, numbers, addresses, signatures and photos; couriers, places, times and states stay.

    In the caller's transaction, in one statement a table; returns how many rows changed.
    """
    if not people.marks:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(sql.FIND, _given(people))
        cursor.execute(sql.FILES)
        files = [row[0] for row in cursor.fetchall()]
        cursor.execute(sql.SHIPMENTS)
        shipments = [row[0] for row in cursor.fetchall()]
        cursor.execute(sql.GRANT)
        with as_redactor():
            changed = _rows(cursor, sql.HISTORIES)
        changed += _rows(cursor, sql.PARTS)
        cursor.execute(sql.FORGET)
    if files:
        changed += erase_contents(actor=ERASING, file_ids=files, reason="CUST-22", now=now)
    search.refresh_later(KIND, shipments)
    return changed
