"""Agreements by file, and promises of a history: set-based, and nobody is told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from moneyed import CURRENCIES

from zhike.platform import audit, numbering
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.bulk.types import Counts, Staged
from zhike.platform.errors import NotFound
from zhike.platform.outbox import Mode
from zhike.record.agreements import events
from zhike.record.agreements.models import Promise
from zhike.record.agreements.policies import EDIT, PROMISE
from zhike.record.agreements.types import PROMISE_SERIES, PastPromise
from zhike.record.customers import queries as customers
from zhike.record.customers.types.imports import SYSTEM_OPTION
from zhike.record.organization import queries as organization

BATCH = 2000
_ROWS = """
CREATE TEMP TABLE agreements_rows ON COMMIT DROP AS
SELECT s.*, coalesce(c.merged_into_id, c.id) AS file_id, o.id AS staff_id,
  a.id AS known_id, coalesce(upper(s.currency), 'CNY') AS code,
  first_value(s.line) OVER (PARTITION BY s.external_id ORDER BY s.line) AS first_line
FROM {table} s
LEFT JOIN customers_customer n ON n.number = upper(s.customer_number)
LEFT JOIN customers_customerref r ON s.customer_number IS NULL AND r.system = %(system)s AND r.ref = s.reference
LEFT JOIN customers_customer c ON c.id = coalesce(n.id, r.customer_id)
LEFT JOIN organization_staff o ON o.number = s.staff
LEFT JOIN agreements_agreement a ON a.external_system = %(source)s AND a.external_ref = s.external_id
"""
_OF = "SELECT 1 FROM agreements_rows e WHERE e.line = s.line AND"
_NAMED = "unnest(string_to_array(upper(regexp_replace(coalesce(e.standards, ''), '[ ,;，；、]+', ' ', 'g')), ' '))"
_HOLDS = (
    "SELECT 1 FROM agreements_standard d WHERE d.code = w.code AND d.valid_from <= e.valid_from"
    " AND (d.valid_until IS NULL OR d.valid_until >= e.valid_from)"
)
_CREATE = """
INSERT INTO agreements_agreement (number, customer_id, owner_id, scope_unit_id, title, state, version, valid_from,
  valid_until, review_on, ended_because, external_system, external_ref, opened_at, mode)
SELECT zhike_next_number('agreement'), c.id, coalesce(e.staff_id, c.owner_id), c.scope_unit_id, e.title,
  CASE WHEN e.valid_until < timezone(c.zone, %(now)s)::date THEN 'expired' ELSE 'in_force' END, 1, e.valid_from,
  e.valid_until, e.review_on, '', %(source)s, e.external_id, %(now)s, %(mode)s
FROM agreements_rows e JOIN customers_customer c ON c.id = e.file_id
WHERE e.known_id IS NULL AND e.line = e.first_line ORDER BY e.line
"""
_VERSIONS = """
INSERT INTO agreements_agreementversion (agreement_id, version, valid_from, deliverables, made_at, actor_kind, actor_id)
SELECT a.id, 1, e.valid_from, coalesce(e.deliverables, ''), %(now)s, %(kind)s, %(actor)s
FROM agreements_rows e
JOIN agreements_agreement a ON a.external_system = %(source)s AND a.external_ref = e.external_id
WHERE e.known_id IS NULL AND e.line = e.first_line
"""
_ITEMS = """
INSERT INTO agreements_agreementitem (version_id, position, service, price, currency, per, tariff)
SELECT v.id, row_number() OVER (PARTITION BY v.id ORDER BY e.line) - 1, e.service, e.price, e.code,
  coalesce(e.per, ''), coalesce(e.tariff, '')
FROM agreements_rows e
JOIN agreements_agreement a ON a.external_system = %(source)s AND a.external_ref = e.external_id
JOIN agreements_agreementversion v ON v.agreement_id = a.id AND v.version = 1
WHERE e.known_id IS NULL
"""
_STANDARDS = f"""
INSERT INTO agreements_agreementstandard (version_id, standard_id)
SELECT DISTINCT v.id, d.id
FROM agreements_rows e CROSS JOIN LATERAL {_NAMED} AS w(code)
JOIN agreements_agreement a ON a.external_system = %(source)s AND a.external_ref = e.external_id
JOIN agreements_agreementversion v ON v.agreement_id = a.id AND v.version = 1
JOIN agreements_standard d ON d.code = w.code AND d.valid_from <= e.valid_from
  AND (d.valid_until IS NULL OR d.valid_until >= e.valid_from)
WHERE e.known_id IS NULL AND w.code <> ''
"""  # noqa: S608 - our own words


@action
def load_agreements(*, actor: Actor, staged: Staged, now: datetime) -> Counts:
    """Import target `agreements.agreements`: a line a service, lines of one id make one agreement.

    One that was taken over before stays as it is; its lines are duplicates.
    """
    authorize(actor, EDIT)
    system = staged.options.get(SYSTEM_OPTION, staged.source)
    values: dict[str, Any] = {
        "system": system,
        "source": staged.source,
        "now": now,
        "mode": staged.mode.value,
        "kind": actor.kind.value,
        "actor": actor.id,
    }
    _run(_ROWS.format(table=staged.table), values)
    _refuse(actor, staged)
    # What is refused takes its line only; the first of the lines left says the rest.
    _run(f"DELETE FROM agreements_rows e WHERE NOT EXISTS (SELECT 1 FROM {staged.table} s WHERE s.line = e.line)")  # noqa: S608
    _run(
        "UPDATE agreements_rows e SET first_line = f.line FROM (SELECT external_id, min(line) AS line"
        " FROM agreements_rows GROUP BY external_id) f WHERE f.external_id = e.external_id"
    )
    made = _run(_CREATE, values)
    for statement in (_VERSIONS, _ITEMS, _STANDARDS):
        _run(statement, values)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE known_id IS NULL) FROM agreements_rows")
        read, fresh = cursor.fetchone() or (0, 0)
        cursor.execute("DROP TABLE agreements_rows")
    audit.record(
        actor,
        events.AgreementsImported(
            subject=("import", staged.run_id or 0),
            after={"source": staged.source, "agreements": made, "lines": fresh, "duplicate": read - fresh},
        ),
        now=now,
    )
    return Counts(created=fresh, duplicate=read - fresh)


def _refuse(actor: Actor, staged: Staged) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT file_id FROM agreements_rows WHERE file_id IS NOT NULL")
        wanted = [row[0] for row in cursor.fetchall()]
    seen = customers.visible_ids(actor=actor, customer_ids=wanted)
    hidden = [pk for pk in wanted if pk not in seen]
    _run("UPDATE agreements_rows SET file_id = NULL WHERE file_id = ANY(%(hidden)s)", {"hidden": hidden})
    staged.reject(
        f"EXISTS ({_OF} e.file_id IS NULL)",
        field_name="customer_number",
        code="unknown_customer",
        value="coalesce(s.customer_number, s.reference)",
    )
    staged.reject(
        f"s.staff IS NOT NULL AND EXISTS ({_OF} e.staff_id IS NULL)", field_name="staff", code="unknown_staff"
    )
    staged.reject("s.valid_until < s.valid_from", field_name="valid_until", code="until_before_from")
    staged.reject("s.review_on < s.valid_from", field_name="review_on", code="until_before_from")
    staged.reject("s.price < 0", field_name="price", code="negative")
    known = ", ".join(f"'{code}'" for code in sorted(CURRENCIES))
    staged.reject(f"upper(s.currency) NOT IN ({known})", field_name="currency", code="unknown_currency")
    staged.reject(
        f"EXISTS (SELECT 1 FROM agreements_rows e CROSS JOIN LATERAL {_NAMED} AS w(code)"  # noqa: S608 - our own words
        f" WHERE e.line = s.line AND w.code <> '' AND NOT EXISTS ({_HOLDS}))",
        field_name="standards",
        code="unknown_standard",
    )


@action
def load_promises(*, actor: Actor, promises: Sequence[PastPromise], now: datetime) -> int:
    """Take over promises of a history with what became of them; returns how many. Raises NotFound for strangers."""
    authorize(actor, PROMISE)
    told = [link for first in promises for link in _chain(first)]
    known = customers.visible_ids(actor=actor, customer_ids={one.entry.customer_id for one, _after in told})
    people = {row.pk: row for row in organization.staff_rows(actor=actor).select_related("unit")}
    if any(one.entry.customer_id not in known or one.entry.staff_id not in people for one, _after in told):
        raise NotFound
    numbers = numbering.take(PROMISE_SERIES.key, len(told)) if told else []
    rows: dict[int, Promise] = {}
    for (one, _after), number in zip(told, numbers, strict=True):
        by = people[one.entry.staff_id or 0]
        rows[id(one)] = Promise(
            number=number,
            customer_id=one.entry.customer_id,
            contact_id=one.entry.contact_id,
            promised_by_id=by.pk,
            unit_id=by.unit_id,
            holder_id=by.pk,
            scope_unit_id=by.unit.tree_no,
            text=one.entry.text.strip(),
            made_at=one.made_at,
            due_at=one.entry.due_at,
            zone=by.unit.zone,
            about_kind=one.entry.about[0],
            about_id=one.entry.about[1],
            state=one.state.value,
            done_at=one.done_at,
            settled_at=one.settled_at,
            settled_by_id=by.pk if one.settled_at else None,
            note=one.note,
            overdue_at=one.entry.due_at if one.settled_at is None and one.entry.due_at < now else None,
            told_at=one.settled_at if one.then is not None else None,
            mode=Mode.BACKFILL.value,
        )
    firsts = [rows[id(one)] for one, after in told if after is None]
    Promise.objects.bulk_create(firsts, batch_size=BATCH)
    _then(told, rows)
    audit.record(actor, events.PromisesLoaded(subject=("promises", len(told)), after={"promises": len(told)}), now=now)
    return len(told)


def _then(told: Sequence[tuple[PastPromise, PastPromise | None]], rows: dict[int, Promise]) -> None:
    """The later links of each chain, one link of all chains at a time."""
    before = {id(one) for one, after in told if after is None}
    left = [(one, after) for one, after in told if after is not None]
    while left:
        ready = [(one, after) for one, after in left if id(after) in before]
        for one, after in ready:
            rows[id(one)].replaces_id = rows[id(after)].pk
        Promise.objects.bulk_create([rows[id(one)] for one, _after in ready], batch_size=BATCH)
        before = {id(one) for one, _after in ready}
        left = [pair for pair in left if id(pair[0]) not in before]


def _chain(first: PastPromise) -> list[tuple[PastPromise, PastPromise | None]]:
    found: list[tuple[PastPromise, PastPromise | None]] = [(first, None)]
    while (after := found[-1][0]).then is not None:
        found.append((after.then, after))
    return found


def _run(statement: str, values: dict[str, Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
