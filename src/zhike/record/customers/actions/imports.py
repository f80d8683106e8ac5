"""Lists of customers in bulk: new files with number, owner and person; known ones brought up to date."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from zhike.platform import audit, outbox, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.bulk.types import Counts, Staged
from zhike.platform.i18n.folding import pinyin_key
from zhike.record.customers import events
from zhike.record.customers.actions._parts import portions, tell_updated
from zhike.record.customers.models import Customer
from zhike.record.customers.policies import IMPORT, PHONE_REGION, scope
from zhike.record.customers.rules import name_fold, name_keys, read_point
from zhike.record.customers.types import PointKind
from zhike.record.customers.types.imports import OWNER_OPTION, SYSTEM_OPTION

ROWS = "customers_rows"
EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
# Columns of the file and the columns of a customer that they fill; an empty cell changes nothing.
FILLS = (
    ("name", "name"),
    ("kind", "kind"),
    ("legal_form", "legal_form"),
    ("registration_no", "registration_no"),
    ("industry", "industry"),
    ("source", "source"),
    ("region", "region_code"),
    ("city", "city"),
    ("address", "address"),
    ("zone", "zone"),
)
OPENED = "least(coalesce(r.opened_at, %(now)s), %(now)s)"
DEFAULTS = {"kind": "'consumer'", "zone": "%(zone)s"}


@action
def load_customers(*, actor: Actor, staged: Staged, now: datetime) -> Counts:
    """Import target `customers.files`; known files are found by (system, reference). Owners of known files stay."""
    authorize(actor, IMPORT)
    values = {
        "system": staged.options.get(SYSTEM_OPTION, staged.source),
        "owner": staged.options.get(OWNER_OPTION, ""),
        "zone": staged.zone,
        "now": now,
    }
    _refuse(staged, values)
    repeated = _drop_repeated(staged)
    _match(actor, staged, values)
    _write_keys(staged)
    created = _create(values)
    updated = _update(values)
    _link_parents(values)
    _add_people(now)
    duplicate = repeated + _count(f"SELECT count(*) FROM {ROWS} WHERE NOT is_new AND NOT changes")  # noqa: S608
    counts = Counts(created=created, updated=updated, duplicate=duplicate)
    audit.record(
        actor,
        events.CustomersImported(
            subject=("import", staged.run_id or 0),
            after={"source": staged.source, "created": created, "updated": updated, "duplicate": duplicate},
        ),
        now=now,
    )
    new_ids = _ids("is_new")
    outbox.emit_many(
        [events.CustomersCreatedEvent(customer_ids=part) for part in portions(new_ids)], now=now, mode=staged.mode
    )
    tell_updated(_ids("NOT is_new AND changes"), now=now, mode=staged.mode)
    _run(f"DROP TABLE {ROWS}, customers_keys")
    return counts


def _run(sql: str, values: dict[str, Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def _count(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        (found,) = cursor.fetchone() or (0,)
    return int(found)


def _ids(condition: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT customer_id FROM {ROWS} WHERE {condition} ORDER BY 1")  # noqa: S608 - our own words
        return [int(row[0]) for row in cursor.fetchall()]


def _refuse(staged: Staged, values: dict[str, Any]) -> None:
    staged.reject(
        "s.zone IS NOT NULL AND NOT EXISTS (SELECT 1 FROM pg_timezone_names z WHERE z.name = s.zone)",
        field_name="zone",
        code="unknown_zone",
    )
    staged.reject(f"s.email IS NOT NULL AND s.email !~ '{EMAIL}'", field_name="email", code="email_form")
    _run(
        f"UPDATE {staged.table} SET owner = %(owner)s WHERE owner IS NULL AND %(owner)s <> ''",  # noqa: S608
        values,
    )
    # A known file keeps its owner, so that a list without owners can be sent again.
    _run("CREATE TEMP TABLE customers_known AS SELECT ref, customer_id FROM customers_customerref"
         " WHERE system = %(system)s", values)  # fmt: skip
    staged.reject(
        "NOT EXISTS (SELECT 1 FROM organization_staff o WHERE o.number = s.owner AND o.active)"
        " AND (s.owner IS NOT NULL OR NOT EXISTS (SELECT 1 FROM customers_known k WHERE k.ref = s.reference))",
        field_name="owner",
        code="unknown_owner",
    )
    staged.reject("s.parent = s.reference", field_name="parent", code="circle")
    staged.reject(
        f"s.parent IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {staged.table} p WHERE p.reference = s.parent)"  # noqa: S608
        " AND NOT EXISTS (SELECT 1 FROM customers_known k WHERE k.ref = s.parent)",
        field_name="parent",
        code="unknown_parent",
    )
    # Rows that hang below each other in a circle, within the file or through files known before.
    staged.reject(
        's.line IN (WITH RECURSIVE up AS (SELECT line, reference AS start, parent COLLATE "C" AS parent'  # noqa: S608
        f" FROM {staged.table}"
        " WHERE parent IS NOT NULL"
        ' UNION SELECT up.line, up.start, coalesce(above.parent, known.ref) COLLATE "C" FROM up'
        f" LEFT JOIN {staged.table} above ON above.reference = up.parent"
        " LEFT JOIN customers_known k ON k.ref = up.parent AND above.line IS NULL"
        " LEFT JOIN customers_customer c ON c.id = k.customer_id"
        " LEFT JOIN customers_known known ON known.customer_id = c.parent_id"
        " WHERE up.parent IS NOT NULL AND up.parent <> up.start) SELECT line FROM up WHERE parent = start)",
        field_name="parent",
        code="circle",
    )


def _drop_repeated(staged: Staged) -> int:
    """The same row twice counts as duplicate; the same id with other values is refused, the first one stays."""
    cells = "md5(ROW({})::text)".format(", ".join(f"s.{name}" for name in _columns(staged)))
    staged.reject(
        "EXISTS (SELECT 1 FROM (SELECT DISTINCT ON (s.reference) s.reference, s.line,"  # noqa: S608 - our own names
        f" {cells} AS digest FROM {staged.table} s ORDER BY s.reference, s.line) first"
        f" WHERE first.reference = s.reference AND first.line <> s.line AND first.digest <> {cells})",
        field_name="reference",
        code="differs",
        params=(
            f"(SELECT jsonb_build_object('first', min(f.line)) FROM {staged.table} f"  # noqa: S608
            " WHERE f.reference = s.reference)"
        ),
    )
    return _run(
        f"DELETE FROM {staged.table} s USING {staged.table} f"  # noqa: S608
        " WHERE f.reference = s.reference AND f.line < s.line"
    )


def _columns(staged: Staged) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {staged.table} LIMIT 0")  # noqa: S608
        return [column.name for column in cursor.description or () if column.name != "line"]


def _match(actor: Actor, staged: Staged, values: dict[str, Any]) -> None:
    """Beside each row its file, if it is known, and its owner."""
    reachable = str(Customer.objects.filter(scope(actor)).values("id").query) if not actor.reach.everything else ""
    if reachable:
        with connection.cursor() as cursor:
            sql, params = Customer.objects.filter(scope(actor)).values("id").query.sql_with_params()
            cursor.execute(f"CREATE TEMP TABLE customers_reach AS {sql}", params)
        staged.reject(
            "EXISTS (SELECT 1 FROM customers_known k WHERE k.ref = s.reference"
            " AND k.customer_id NOT IN (SELECT id FROM customers_reach))",
            field_name="reference",
            code="out_of_reach",
        )
        _run("DROP TABLE customers_reach")
    changes = " OR ".join(f"s.{cell} IS DISTINCT FROM c.{column} AND s.{cell} IS NOT NULL" for cell, column in FILLS)
    _run(
        f"CREATE TEMP TABLE {ROWS} ON COMMIT DROP AS SELECT s.*, coalesce(into_.id, c.id) AS customer_id,"  # noqa: S608
        " c.id IS NULL AS is_new, o.id AS owner_id, u.tree_no AS owner_no,"
        f" c.id IS NOT NULL AND ({changes}) AS changes"
        f" FROM {staged.table} s LEFT JOIN customers_known k ON k.ref = s.reference"
        " LEFT JOIN customers_customer c ON c.id = k.customer_id"
        " LEFT JOIN customers_customer into_ ON into_.id = c.merged_into_id"
        " LEFT JOIN organization_staff o ON o.number = s.owner AND o.active"
        " LEFT JOIN organization_unit u ON u.id = o.unit_id",
        values,
    )
    _run(f"CREATE INDEX ON {ROWS} (line); ANALYZE {ROWS}; DROP TABLE customers_known")


def _write_keys(staged: Staged) -> None:
    """Sort and search keys of new and changed names: libraries that no SQL can call, so once a name."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT name FROM {ROWS} WHERE is_new OR changes")  # noqa: S608
        names = [row[0] for row in cursor.fetchall()]
        cursor.execute("CREATE TEMP TABLE customers_keys (name text, fold text, pinyin text, strokes text)"
                       " ON COMMIT DROP")  # fmt: skip
    keys = ((name, name_keys(name)) for name in names)
    _copy("customers_keys", ((name, k.fold, k.pinyin, k.strokes) for name, k in keys))
    _run("CREATE INDEX ON customers_keys (name); ANALYZE customers_keys")


def _copy(table: str, rows: Iterable[Sequence[str]]) -> None:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows(rows)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv)") as copy:
        copy.write(written.getvalue())


def _create(values: dict[str, Any]) -> int:
    """Files, references, first owners and first stages of the new rows, in the order of the file."""
    cells = ", ".join(f"coalesce(r.{cell}, {DEFAULTS.get(cell, chr(39) * 2)})" for cell, _column in FILLS)
    columns = ", ".join(column for _cell, column in FILLS)
    made = _run(
        f"WITH made AS (INSERT INTO customers_customer (number, {columns}, name_fold, name_pinyin, name_strokes,"  # noqa: S608
        " language, stage, stage_since, owner_id, owner_since, scope_unit_id, active, opened_at, created_at, version)"
        f" SELECT zhike_next_number('customer'), {cells}, k.fold, k.pinyin, k.strokes, 'zh-hans', 'before',"
        f" {OPENED}, r.owner_id, %(now)s, r.owner_no, true, {OPENED}, %(now)s, 1"
        # Sorted last: a join gives rows in any order, and ids are paired with rows by theirs.
        f" FROM {ROWS} r JOIN customers_keys k USING (name) WHERE r.is_new ORDER BY r.line"
        " RETURNING id, number)"
        f" UPDATE {ROWS} r SET customer_id = paired.id FROM"
        f" (SELECT n.line, m.id FROM (SELECT line, row_number() OVER (ORDER BY line) AS at FROM {ROWS} WHERE is_new) n"
        " JOIN (SELECT id, row_number() OVER (ORDER BY id) AS at FROM made) m USING (at)) paired"
        " WHERE paired.line = r.line",
        values,
    )
    _run(
        "INSERT INTO customers_customerref (customer_id, system, ref)"  # noqa: S608
        f" SELECT customer_id, %(system)s, reference FROM {ROWS} WHERE is_new",
        values,
    )
    _run(
        "INSERT INTO customers_ownerhistory (customer_id, staff_id, valid_from, reason)"  # noqa: S608
        f" SELECT customer_id, owner_id, %(now)s, '' FROM {ROWS} WHERE is_new",
        values,
    )
    _run(
        "INSERT INTO customers_stagechange (customer_id, at, from_stage, to_stage, cause, scope_unit_id)"  # noqa: S608
        f" SELECT customer_id, {OPENED}, '', 'before', 'opened', owner_no FROM {ROWS} r WHERE is_new",
        values,
    )
    return made


def _update(values: dict[str, Any]) -> int:
    cells = ", ".join(f"{column} = coalesce(r.{cell}, c.{column})" for cell, column in FILLS)
    return _run(
        f"UPDATE customers_customer c SET {cells}, name_fold = k.fold, name_pinyin = k.pinyin,"  # noqa: S608
        f" name_strokes = k.strokes, version = c.version + 1 FROM {ROWS} r JOIN customers_keys k USING (name)"
        " WHERE c.id = r.customer_id AND r.changes AND NOT r.is_new",
        values,
    )


def _link_parents(values: dict[str, Any]) -> None:
    _run(
        f"UPDATE customers_customer c SET parent_id = p.customer_id FROM {ROWS} r JOIN customers_customerref p"  # noqa: S608
        " ON p.system = %(system)s AND p.ref = r.parent WHERE c.id = r.customer_id"
        " AND c.parent_id IS DISTINCT FROM p.customer_id AND p.customer_id <> c.id",
        values,
    )


def _add_people(now: datetime) -> None:
    """Contact persons by name, then numbers and addresses; what cannot be read with certainty is kept as typed."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT contact_name FROM {ROWS} WHERE contact_name IS NOT NULL")  # noqa: S608
        people = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            f"SELECT DISTINCT 'phone', phone FROM {ROWS} WHERE phone IS NOT NULL"  # noqa: S608
            f" UNION SELECT DISTINCT 'email', email FROM {ROWS} WHERE email IS NOT NULL"
        )
        typed = cursor.fetchall()
        cursor.execute(
            "CREATE TEMP TABLE customers_people (name text, fold text, pinyin text) ON COMMIT DROP;"
            "CREATE TEMP TABLE customers_points (kind text, typed text, raw text, value text, e164 text, key8 text,"
            " extension text, doubt text) ON COMMIT DROP"
        )
    region = parameters.value(PHONE_REGION, at=now)
    _copy("customers_people", ((name, name_fold(name), pinyin_key(name)) for name in people))
    read = ((kind, raw, read_point(PointKind(kind), raw, region=region)) for kind, raw in typed)
    _copy(
        "customers_points",
        ((k, t, p.raw, p.value, p.e164, p.key8, p.extension, p.doubt) for k, t, p in read if p is not None),
    )
    _run(
        "INSERT INTO customers_contact (customer_id, scope_unit_id, name, name_fold, name_pinyin, form_of_address,"  # noqa: S608
        " position, language, prefers_channel, prefers_time, last_channel, active, created_at, version)"
        " SELECT r.customer_id, c.scope_unit_id, r.contact_name, k.fold, k.pinyin, '',"
        " coalesce(r.contact_position, ''),"
        f" 'zh-hans', '', '', '', true, %(now)s, 1 FROM {ROWS} r JOIN customers_customer c ON c.id = r.customer_id"
        " JOIN customers_people k ON k.name = r.contact_name WHERE NOT EXISTS (SELECT 1 FROM customers_contact o"
        " WHERE o.customer_id = r.customer_id AND o.name_fold = k.fold) ORDER BY r.line",
        {"now": now},
    )
    _run(
        "INSERT INTO customers_contactpoint (customer_id, contact_id, kind, raw, value, e164, key8, extension, doubt,"  # noqa: S608
        ' "primary", shared) SELECT DISTINCT ON (r.customer_id, p.contact_id, k.kind, k.value) r.customer_id,'
        " p.contact_id, k.kind, k.raw, k.value, k.e164, k.key8, k.extension, k.doubt, NOT EXISTS (SELECT 1"
        " FROM customers_contactpoint o WHERE o.customer_id = r.customer_id AND o.kind = k.kind"
        " AND o.contact_id IS NOT DISTINCT FROM p.contact_id), false"
        f" FROM {ROWS} r CROSS JOIN LATERAL (VALUES ('phone', r.phone), ('email', r.email)) t (kind, typed)"
        " JOIN customers_points k ON k.kind = t.kind AND k.typed = t.typed"
        " LEFT JOIN LATERAL (SELECT min(o.id) AS contact_id FROM customers_contact o JOIN customers_people n"
        " ON n.name = r.contact_name AND n.fold = o.name_fold WHERE o.customer_id = r.customer_id) p ON true"
        " ON CONFLICT DO NOTHING"
    )
    _run("DROP TABLE customers_people, customers_points")
