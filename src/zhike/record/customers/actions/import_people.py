"""Lists of contacts in bulk: a person is known by the customer and the name; empty cells change nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from zhike.platform import audit, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.bulk.types import Counts, Staged
from zhike.record.customers import events
from zhike.record.customers.actions._parts import tell_updated
from zhike.record.customers.models import Customer
from zhike.record.customers.policies import IMPORT, PHONE_REGION, scope
from zhike.record.customers.rules import name_keys, read_point
from zhike.record.customers.types import PointKind
from zhike.record.customers.types.imports import SYSTEM_OPTION

_ROWS = """
CREATE TEMP TABLE people_rows ON COMMIT DROP AS
SELECT s.line, coalesce(n.id, r.customer_id) AS customer_id, s.name, s.form_of_address, s.position, s.phone, s.role,
  NULL::bigint AS contact_id, false AS is_new, false AS changes
FROM {table} s
LEFT JOIN customers_customer n ON n.number = upper(s.customer_number)
LEFT JOIN customers_customerref r ON s.customer_number IS NULL AND r.system = %(system)s AND r.ref = s.reference
"""
_FOLLOW = """
UPDATE people_rows p SET customer_id = c.merged_into_id FROM customers_customer c
WHERE c.id = p.customer_id AND c.merged_into_id IS NOT NULL
"""
_SAME = "(o.form_of_address, o.position, o.phone, o.role) IS NOT DISTINCT FROM"
_SAME += " (p.form_of_address, p.position, p.phone, p.role)"
_KNOWN = """
UPDATE people_rows p SET contact_id = k.id,
  changes = (p.form_of_address IS NOT NULL AND p.form_of_address <> k.form_of_address)
    OR (p.position IS NOT NULL AND p.position <> k.position)
    OR (p.role IS NOT NULL AND NOT EXISTS (SELECT 1 FROM customers_chainseat t
      WHERE t.contact_id = k.id AND t.role = p.role))
    OR EXISTS (SELECT 1 FROM people_phones h WHERE h.raw = p.phone AND NOT EXISTS (
      SELECT 1 FROM customers_contactpoint q WHERE q.contact_id = k.id AND q.value = h.value))
FROM people_names m, (SELECT DISTINCT ON (customer_id, name_fold) * FROM customers_contact
  WHERE erased_at IS NULL ORDER BY customer_id, name_fold, active DESC, id) k
WHERE m.name = p.name AND k.customer_id = p.customer_id AND k.name_fold = m.fold
"""
_CREATE = """
WITH numbered AS (
  UPDATE people_rows SET is_new = true, contact_id = nextval(pg_get_serial_sequence('customers_contact', 'id'))
  WHERE contact_id IS NULL RETURNING *)
INSERT INTO customers_contact (id, customer_id, scope_unit_id, name, name_fold, name_pinyin, form_of_address, position,
  language, prefers_channel, prefers_time, last_channel, active, created_at, version)
SELECT p.contact_id, c.id, c.scope_unit_id, p.name, m.fold, m.pinyin, coalesce(p.form_of_address, ''),
  coalesce(p.position, ''), c.language, '', '', '', true, %(now)s, 1
FROM numbered p JOIN customers_customer c ON c.id = p.customer_id JOIN people_names m ON m.name = p.name
"""
_UPDATE = """
UPDATE customers_contact k SET form_of_address = coalesce(p.form_of_address, k.form_of_address),
  position = coalesce(p.position, k.position), version = k.version + 1
FROM people_rows p WHERE p.contact_id = k.id AND p.changes
"""
_POINTS = """
INSERT INTO customers_contactpoint (customer_id, contact_id, kind, raw, value, e164, key8, extension, doubt, "primary",
  shared)
SELECT DISTINCT ON (p.contact_id, h.value) p.customer_id, p.contact_id, 'phone', h.raw, h.value, h.e164, h.key8,
  h.extension, h.doubt,
  NOT EXISTS (SELECT 1 FROM customers_contactpoint q WHERE q.contact_id = p.contact_id AND q.kind = 'phone'), false
FROM people_rows p JOIN people_phones h ON h.raw = p.phone WHERE p.is_new OR p.changes
ORDER BY p.contact_id, h.value
ON CONFLICT DO NOTHING
"""
_SEATS = """
INSERT INTO customers_chainseat (customer_id, role, title, contact_id)
SELECT p.customer_id, p.role, '', p.contact_id FROM people_rows p WHERE p.role IS NOT NULL AND (p.is_new OR p.changes)
ON CONFLICT DO NOTHING
"""


_READ = ("value", "e164", "key8", "extension", "doubt")


@action
def load_people(*, actor: Actor, staged: Staged, now: datetime) -> Counts:
    """Import target `customers.people`; customers are found by number, else by (system, reference)."""
    authorize(actor, IMPORT)
    _run(_ROWS.format(table=staged.table), {"system": staged.options.get(SYSTEM_OPTION, staged.source)})
    _run(_FOLLOW)
    _refuse_unknown(actor, staged)
    _write_keys(parameters.value(PHONE_REGION, at=now))
    repeated = _drop_repeated(staged)
    _run(_KNOWN)
    created = _run(_CREATE, {"now": now})
    updated = _run(_UPDATE)
    _run(_POINTS)
    _run(_SEATS)
    same = _values("SELECT line FROM people_rows WHERE NOT is_new AND NOT changes")
    counts = Counts(created=created, updated=updated, duplicate=len(same) + repeated)
    audit.record(
        actor,
        events.ContactsImported(
            subject=("import", staged.run_id or 0),
            after={"source": staged.source, "created": created, "updated": updated, "duplicate": counts.duplicate},
        ),
        now=now,
    )
    touched = _values("SELECT contact_id FROM people_rows WHERE is_new OR changes ORDER BY 1")
    tell_updated([], contact_ids=touched, now=now, mode=staged.mode)
    _run("DROP TABLE people_rows, people_names, people_phones")
    return counts


def _refuse_unknown(actor: Actor, staged: Staged) -> None:
    wanted = _values("SELECT DISTINCT customer_id FROM people_rows WHERE customer_id IS NOT NULL")
    seen = set(Customer.objects.filter(scope(actor), pk__in=wanted).values_list("pk", flat=True))
    hidden = [pk for pk in wanted if pk not in seen]
    _run("UPDATE people_rows SET customer_id = NULL WHERE customer_id = ANY(%(ids)s)", {"ids": hidden})
    staged.reject(
        "EXISTS (SELECT 1 FROM people_rows p WHERE p.line = s.line AND p.customer_id IS NULL)",
        field_name="customer_number",
        code="unknown_customer",
        value="coalesce(s.customer_number, s.reference)",
    )
    _run("DELETE FROM people_rows WHERE customer_id IS NULL")


def _drop_repeated(staged: Staged) -> int:
    """The same person twice: equal rows count as duplicate, other values are refused; the first row stays."""
    _run(
        "CREATE TEMP TABLE people_again ON COMMIT DROP AS SELECT p.line, p.first, "  # noqa: S608 - our own words
        f"{_SAME} AS same FROM (SELECT r.*, m.fold, min(r.line) OVER (PARTITION BY r.customer_id, m.fold) AS first"
        " FROM people_rows r JOIN people_names m ON m.name = r.name) p"
        " JOIN people_rows o ON o.line = p.first WHERE p.line <> p.first"
    )
    staged.reject(
        "EXISTS (SELECT 1 FROM people_again a WHERE a.line = s.line AND NOT a.same)",
        field_name="name",
        code="repeated_person",
    )
    repeated = len(_values("SELECT line FROM people_again WHERE same"))
    _run("DELETE FROM people_rows p USING people_again a WHERE a.line = p.line")
    _run("DROP TABLE people_again")
    return repeated


def _write_keys(region: str) -> None:
    """Sort keys and readings of numbers exist in Python only: computed once for each different text."""
    names = _texts("SELECT DISTINCT name FROM people_rows")
    keys = [name_keys(name) for name in names]
    _run(
        "CREATE TEMP TABLE people_names ON COMMIT DROP AS SELECT * FROM"
        " unnest(%(names)s::text[], %(folds)s::text[], %(pinyin)s::text[]) AS n (name, fold, pinyin)",
        {"names": names, "folds": [k.fold for k in keys], "pinyin": [k.pinyin for k in keys]},
    )
    typed = _texts("SELECT DISTINCT phone FROM people_rows WHERE phone IS NOT NULL")
    read = [(raw, point) for raw in typed if (point := read_point(PointKind.PHONE, raw, region=region))]
    _run(
        "CREATE TEMP TABLE people_phones ON COMMIT DROP AS SELECT * FROM unnest(%(raw)s::text[], %(value)s::text[],"
        " %(e164)s::text[], %(key8)s::text[], %(extension)s::text[], %(doubt)s::text[])"
        " AS h (raw, value, e164, key8, extension, doubt)",
        {
            "raw": [raw for raw, _point in read],
            **{
                name: [getattr(p, name) for _raw, p in read] for name in ("value", "e164", "key8", "extension", "doubt")
            },
        },
    )


def _run(statement: str, values: dict[str, str | datetime | Sequence[str] | Sequence[int]] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)  # type: ignore[arg-type]  # lists become arrays
        return int(cursor.rowcount)


def _values(statement: str) -> list[int]:
    return [int(row[0]) for row in _rows(statement)]


def _texts(statement: str) -> list[str]:
    return [str(row[0]) for row in _rows(statement)]


def _rows(statement: str) -> Iterable[tuple[str | int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
