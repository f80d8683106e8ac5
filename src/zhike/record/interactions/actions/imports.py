"""Contacts and notes of another system in bulk; one that was taken over before is left out."""

from datetime import datetime
from typing import Any

from django.db import connection

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.bulk.types import Counts, Staged
from zhike.record.contacting import actions as contacting
from zhike.record.contacting.types import Purpose
from zhike.record.customers import actions as customers
from zhike.record.customers import queries as customer_queries
from zhike.record.customers.policies import IMPORT
from zhike.record.customers.types.imports import SYSTEM_OPTION
from zhike.record.interactions import events
from zhike.record.interactions.actions._told import COUNTED, COUNTING, tell

TOUCHES = "interactions_touches"
_ROWS = """
CREATE TEMP TABLE interactions_rows ON COMMIT DROP AS
SELECT s.*, coalesce(c.merged_into_id, c.id) AS file_id, o.id AS staff_id
FROM {table} s
LEFT JOIN customers_customer n ON n.number = upper(s.customer_number)
LEFT JOIN customers_customerref r ON s.customer_number IS NULL AND r.system = %(system)s AND r.ref = s.reference
LEFT JOIN customers_customer c ON c.id = coalesce(n.id, r.customer_id)
LEFT JOIN organization_staff o ON o.number = s.staff
"""
BUDGET = "interactions_budget"
_KINDS = ", ".join(f"('{channel}', '{counted}')" for channel, counted in COUNTED.items())
_BUDGET = f"""
CREATE TEMP TABLE {BUDGET} ON COMMIT DROP AS
SELECT m.contact_id, coalesce((SELECT min(e.purpose) FROM interactions_rows e WHERE e.external_id = m.external_ref),
  %(purpose)s) AS purpose, k.counted AS channel, m.at, m.staff_id, 'interaction' AS kind, m.id::text AS record
FROM interactions_made m JOIN (VALUES {_KINDS}) k (channel, counted) ON k.channel = m.channel
WHERE m.direction = 'out' AND m.contact_id IS NOT NULL
"""  # noqa: S608 - words of our own
_OF = "SELECT 1 FROM interactions_rows e WHERE e.line = s.line AND"
_CREATE = """
INSERT INTO interactions_interaction (customer_id, contact_id, staff_id, scope_unit_id, channel, direction, occurred_at,
  received_at, zone, audience, subject, body, message, params, note_kind, about_kind, about_id, external_system,
  external_ref, mode)
SELECT c.id, (SELECT min(k.id) FROM customers_contact k WHERE k.customer_id = c.id AND k.name = e.person), e.staff_id,
  c.scope_unit_id, e.channel, CASE WHEN e.channel = 'note' THEN '' ELSE e.direction END, e.occurred_at, %(received)s,
  c.zone, CASE WHEN e.channel = 'note' THEN 'internal' ELSE 'customer' END, coalesce(e.subject, ''),
  coalesce(e.body, ''), '', '{}', CASE WHEN e.channel = 'note' THEN coalesce(e.note_kind, 'other') ELSE '' END, '', '',
  %(system)s, e.external_id, %(mode)s
FROM interactions_rows e JOIN customers_customer c ON c.id = e.file_id ORDER BY e.occurred_at, e.line
ON CONFLICT (external_system, external_ref) WHERE external_ref <> '' DO NOTHING
RETURNING id, customer_id, contact_id, occurred_at AS at, channel, direction, staff_id, external_ref
"""


@action
def load_contacts(*, actor: Actor, staged: Staged, now: datetime) -> Counts:
    """Import target `interactions.contacts`; each row is known by (system, id). Customers by number, else reference."""
    authorize(actor, IMPORT)
    system = staged.options.get(SYSTEM_OPTION, staged.source)
    _run(_ROWS.format(table=staged.table), {"system": system})
    _refuse(actor, staged, now)
    _run(f"DELETE FROM interactions_rows e WHERE NOT EXISTS (SELECT 1 FROM {staged.table} s WHERE s.line = e.line)")  # noqa: S608
    read = _count("interactions_rows")
    values: dict[str, str | datetime] = {
        "system": system[:40],
        "received": staged.received_at,
        "mode": staged.mode.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE interactions_made (id bigint, customer_id bigint, contact_id bigint, at timestamptz,"
            " channel text, direction text, staff_id bigint, external_ref text) ON COMMIT DROP"
        )
        cursor.execute(f"WITH made AS ({_CREATE}) INSERT INTO interactions_made SELECT * FROM made", values)  # noqa: S608
        created = int(cursor.rowcount)
        cursor.execute(f"CREATE TEMP VIEW {TOUCHES} AS SELECT * FROM interactions_made WHERE channel <> 'note'")  # noqa: S608
    customers.record_contacts_of(actor=actor, table=TOUCHES, now=now)
    _budget(staged, now)
    audit.record(
        actor,
        events.ContactsLogged(
            subject=("import", staged.run_id or 0),
            after={"source": staged.source, "entries": created, "duplicate": read - created},
        ),
        now=now,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM interactions_made ORDER BY 1")
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT DISTINCT customer_id FROM interactions_made ORDER BY 1")
        files = [row[0] for row in cursor.fetchall()]
        cursor.execute(f"DROP VIEW {TOUCHES}; DROP TABLE interactions_rows, interactions_made")
    tell(ids, files, occurred_at=now, now=now, mode=staged.mode)
    return Counts(created=created, duplicate=read - created)


def _budget(staged: Staged, now: datetime) -> None:
    """Those by which we reached a person take their places in that person's budget, history as well (design §2.9)."""
    _run(_BUDGET, {"purpose": Purpose.RELATIONSHIP.value})
    contacting.record_contacts_of(actor=COUNTING, table=BUDGET, mode=staged.mode, now=now)
    _run(f"DROP TABLE {BUDGET}")


def _refuse(actor: Actor, staged: Staged, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT file_id FROM interactions_rows WHERE file_id IS NOT NULL")
        wanted = [row[0] for row in cursor.fetchall()]
    seen = customer_queries.visible_ids(actor=actor, customer_ids=wanted)
    hidden = [pk for pk in wanted if pk not in seen]
    _run("UPDATE interactions_rows SET file_id = NULL WHERE file_id = ANY(%(hidden)s)", {"hidden": hidden})
    staged.reject(
        f"EXISTS ({_OF} e.file_id IS NULL)",
        field_name="customer_number",
        code="unknown_customer",
        value="coalesce(s.customer_number, s.reference)",
    )
    staged.reject(
        f"s.staff IS NOT NULL AND EXISTS ({_OF} e.staff_id IS NULL)", field_name="staff", code="unknown_staff"
    )
    staged.reject(f"s.occurred_at > '{now.isoformat()}'::timestamptz", field_name="occurred_at", code="in_future")
    staged.reject("s.channel <> 'note' AND s.direction IS NULL", field_name="direction", code="required")
    staged.reject("s.subject IS NULL AND s.body IS NULL", field_name="body", code="says_nothing")


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own word
        (found,) = cursor.fetchone() or (0,)
    return int(found)


def _run(statement: str, values: dict[str, Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
