"""Lists of enquiries in bulk: what became of them included; the same enquiry sent again changes nothing."""

from datetime import datetime
from typing import Any

from django.db import connection

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.bulk.types import Counts, Staged
from zhike.record.customers import events
from zhike.record.customers.actions._parts import tell_updated
from zhike.record.customers.models import Customer
from zhike.record.customers.policies import IMPORT, scope
from zhike.record.customers.types.imports import SYSTEM_OPTION

_ROWS = """
CREATE TEMP TABLE enquiries_rows ON COMMIT DROP AS
SELECT s.*, coalesce(c.merged_into_id, c.id) AS file_id, o.id AS staff_id, coalesce(s.state, 'open') AS becomes
FROM {table} s
LEFT JOIN customers_customer n ON n.number = upper(s.customer_number)
LEFT JOIN customers_customerref r ON s.customer_number IS NULL AND r.system = %(system)s AND r.ref = s.reference
LEFT JOIN customers_customer c ON c.id = coalesce(n.id, r.customer_id)
LEFT JOIN organization_staff o ON o.number = s.staff
"""
_OF = "SELECT 1 FROM enquiries_rows e WHERE e.line = s.line AND"
_CREATE = """
INSERT INTO customers_enquiry (number, customer_id, contact_id, scope_unit_id, at, channel, subject, text, staff_id,
  opened_file, state, closed_at, loss_reason, loss_note, next_contact_on)
SELECT zhike_next_number('enquiry'), c.id,
  (SELECT min(k.id) FROM customers_contact k WHERE k.customer_id = c.id AND k.name = e.person),
  c.scope_unit_id, e.asked_at, coalesce(e.channel, 'call'), e.subject, coalesce(e.text, ''),
  coalesce(e.staff_id, c.owner_id), coalesce(e.opened_file, false), e.becomes,
  CASE WHEN e.becomes <> 'open' THEN e.closed_at END, coalesce(e.loss_reason, ''), '', e.next_contact_on
FROM (SELECT DISTINCT ON (file_id, asked_at, subject) * FROM enquiries_rows ORDER BY file_id, asked_at, subject, line) e
JOIN customers_customer c ON c.id = e.file_id
WHERE NOT EXISTS (SELECT 1 FROM customers_enquiry q
  WHERE q.customer_id = e.file_id AND q.at = e.asked_at AND q.subject = e.subject)
ORDER BY e.asked_at, e.line
"""
# A deal turns the prospect into a customer under the same number.
_CONVERT = """
UPDATE customers_customer c SET kind = 'consumer', converted_at = w.at, version = c.version + 1
FROM (SELECT file_id, min(closed_at) AS at FROM enquiries_rows WHERE becomes = 'won' GROUP BY file_id) w
WHERE c.id = w.file_id AND c.kind = 'prospect'
"""


@action
def load_enquiries(*, actor: Actor, staged: Staged, now: datetime) -> Counts:
    """Import target `customers.enquiries`; customers are found by number, else by (system, reference).

    An enquiry is known by customer, moment and subject.
    """
    authorize(actor, IMPORT)
    system = staged.options.get(SYSTEM_OPTION, staged.source)
    _run(_ROWS.format(table=staged.table), {"system": system})
    _refuse(actor, staged, now)
    _run(f"DELETE FROM enquiries_rows e WHERE NOT EXISTS (SELECT 1 FROM {staged.table} s WHERE s.line = e.line)")  # noqa: S608
    created = _run(_CREATE)
    converted = _run(_CONVERT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), coalesce(array_agg(DISTINCT file_id), '{}') FROM enquiries_rows")
        read, touched = cursor.fetchone() or (0, [])
        cursor.execute("DROP TABLE enquiries_rows")
    counts = Counts(created=created, duplicate=read - created)
    audit.record(
        actor,
        events.EnquiriesImported(
            subject=("import", staged.run_id or 0),
            after={
                "source": staged.source,
                "created": created,
                "duplicate": counts.duplicate,
                "converted": converted,
            },
        ),
        now=now,
    )
    tell_updated(touched, now=now, mode=staged.mode)
    return counts


def _refuse(actor: Actor, staged: Staged, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT file_id FROM enquiries_rows WHERE file_id IS NOT NULL")
        wanted = [row[0] for row in cursor.fetchall()]
    seen = set(Customer.objects.filter(scope(actor), pk__in=wanted).values_list("pk", flat=True))
    hidden = [pk for pk in wanted if pk not in seen]
    _run("UPDATE enquiries_rows SET file_id = NULL WHERE file_id = ANY(%(hidden)s)", {"hidden": hidden})
    staged.reject(
        f"EXISTS ({_OF} e.file_id IS NULL)",
        field_name="customer_number",
        code="unknown_customer",
        value="coalesce(s.customer_number, s.reference)",
    )
    staged.reject(
        f"s.staff IS NOT NULL AND EXISTS ({_OF} e.staff_id IS NULL)", field_name="staff", code="unknown_staff"
    )
    moment = f"'{now.isoformat()}'::timestamptz"
    for name in ("asked_at", "closed_at"):
        staged.reject(f"s.{name} > {moment}", field_name=name, code="in_future")
    staged.reject(
        "coalesce(s.state, 'open') <> 'open' AND (s.closed_at IS NULL OR s.closed_at < s.asked_at)",
        field_name="closed_at",
        code="closed_before",
    )
    staged.reject("s.state = 'lost' AND s.loss_reason IS NULL", field_name="loss_reason", code="loss_without_reason")
    staged.reject(
        "coalesce(s.state, 'open') <> 'lost' AND s.loss_reason IS NOT NULL",
        field_name="loss_reason",
        code="reason_without_loss",
    )


def _run(statement: str, values: dict[str, Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
