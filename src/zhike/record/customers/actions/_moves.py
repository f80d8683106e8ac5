"""How the file's own rows follow a merge, and go back with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from zhike.record.customers.types import RowIds

# What would stand twice in the kept file stays with the tombstone: a switchboard, a vacant place of the same title.
_ONCE = {
    "customers_contactpoint": "t.kind = o.kind AND t.value = o.value",
    "customers_chainseat": "t.role = o.role AND t.title = o.title",
}
_OF_PEOPLE = ("customers_contactpoint", "customers_chainseat", "customers_enquiry")


def move_rows(from_id: int, to_id: int, rows: RowIds | None) -> RowIds:
    """Contacts with all that is theirs, references, enquiries; see `CustomerMove.move`."""
    if rows is None:
        moved = {"customers_contact": _all("customers_contact", from_id, to_id)}
        _one_primary(from_id, to_id)
        for table in _OF_PEOPLE:
            moved[table] = _all(table, from_id, to_id)
    else:
        people = list(rows.get("customers_contact", ()))
        moved = {"customers_contact": _some("customers_contact", from_id, to_id, people)}
        for table in _OF_PEOPLE:
            moved[table] = _some(table, from_id, to_id, rows.get(table, ()), people)
    ref_ids = None if rows is None else rows.get("customers_customerref", ())
    moved["customers_customerref"] = (
        _all("customers_customerref", from_id, to_id)
        if ref_ids is None
        else _some("customers_customerref", from_id, to_id, ref_ids)
    )
    return moved


def _all(table: str, from_id: int, to_id: int) -> list[int]:
    same = _ONCE.get(table)
    once = (
        f" AND (o.contact_id IS NOT NULL OR NOT EXISTS (SELECT 1 FROM {table} t"  # noqa: S608 - names of our own
        f" WHERE t.customer_id = %(to)s AND t.contact_id IS NULL AND {same}))"
        if same
        else ""
    )
    statement = f"UPDATE {table} o SET customer_id = %(to)s WHERE o.customer_id = %(from)s{once} RETURNING o.id"  # noqa: S608
    return _ids(statement, {"from": from_id, "to": to_id})


def _some(table: str, from_id: int, to_id: int, ids: Sequence[int], people: Sequence[int] = ()) -> list[int]:
    """These rows; and what was added for these people since, which cannot stay without them."""
    of_people = " OR contact_id = ANY(%(people)s)" if people else ""
    statement = (
        f"UPDATE {table} SET customer_id = %(to)s WHERE customer_id = %(from)s"  # noqa: S608 - names of our own
        f" AND (id = ANY(%(ids)s){of_people}) RETURNING id"
    )
    return _ids(statement, {"from": from_id, "to": to_id, "ids": list(ids), "people": list(people)})


def _one_primary(from_id: int, to_id: int) -> None:
    """The kept file's first number of a kind stays the first."""
    with connection.cursor() as cursor:
        cursor.execute(
            'UPDATE customers_contactpoint o SET "primary" = false WHERE o.customer_id = %s AND o.contact_id IS NULL'
            ' AND o."primary" AND EXISTS (SELECT 1 FROM customers_contactpoint t WHERE t.customer_id = %s'
            ' AND t.contact_id IS NULL AND t.kind = o.kind AND t."primary")',
            [from_id, to_id],
        )


def _ids(statement: str, values: Mapping[str, Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return sorted(row[0] for row in cursor.fetchall())
