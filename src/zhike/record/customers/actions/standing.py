"""What rooms above push into the file: standings, and which units deal with the customer."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from zhike.platform import audit, outbox
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid
from zhike.platform.outbox import Mode
from zhike.record.customers import events
from zhike.record.customers.actions._parts import portions
from zhike.record.customers.policies import PUSH
from zhike.record.customers.types import Dealing, StandingEntry, standing_kinds

# What is kept of a kind is written with it: there is no standing without its change.
_UPSERT = """
WITH told AS (INSERT INTO customers_customerstanding AS s (customer_id, kind, text, number, data, as_of, source, run)
SELECT DISTINCT ON (coalesce(c.merged_into_id, c.id), e.kind)
  coalesce(c.merged_into_id, c.id), e.kind, e.text, e.number, e.data, e.as_of, %(source)s, %(run)s
FROM {rows} AS e JOIN customers_customer c ON c.id = e.customer_id
ORDER BY coalesce(c.merged_into_id, c.id), e.kind, e.as_of DESC
ON CONFLICT (customer_id, kind) DO UPDATE
SET text = EXCLUDED.text, number = EXCLUDED.number, data = EXCLUDED.data, as_of = EXCLUDED.as_of,
  source = EXCLUDED.source, run = EXCLUDED.run
WHERE s.as_of <= EXCLUDED.as_of AND (s.text, s.number, s.data, s.as_of, s.source, s.run)
  IS DISTINCT FROM (EXCLUDED.text, EXCLUDED.number, EXCLUDED.data, EXCLUDED.as_of, EXCLUDED.source, EXCLUDED.run)
RETURNING customer_id, kind, text, as_of, source, run),
changes AS (
  INSERT INTO customers_standingchange (customer_id, kind, text, as_of, source, run)
  SELECT customer_id, kind, text, as_of, source, run FROM told WHERE kind = ANY(%(kept)s::text[])
  ORDER BY customer_id, kind)
SELECT customer_id, kind FROM told
"""
_GIVEN = """(
  SELECT customer_id, kind, text, number, data::jsonb, as_of
  FROM unnest(%(ids)s::bigint[], %(kinds)s::text[], %(texts)s::text[], %(numbers)s::numeric[], %(data)s::text[],
    %(as_of)s::timestamptz[]) AS g (customer_id, kind, text, number, data, as_of))"""
_WITHDRAW = """
WITH gone AS (
  DELETE FROM customers_customerstanding WHERE kind = %(kind)s AND customer_id = ANY(%(ids)s)
  RETURNING customer_id, kind, run),
changes AS (
  INSERT INTO customers_standingchange (customer_id, kind, as_of, text, source, run)
  SELECT customer_id, kind, %(now)s, '', %(source)s, run FROM gone WHERE kind = ANY(%(kept)s::text[])
  ORDER BY customer_id)
SELECT customer_id FROM gone
"""
_DEAL = """
INSERT INTO customers_customerunit AS d (customer_id, unit_id, first_at, last_at)
SELECT coalesce(c.merged_into_id, c.id), e.unit_id, min(e.at), max(e.at)
FROM {rows} AS e JOIN customers_customer c ON c.id = e.customer_id GROUP BY 1, 2
ON CONFLICT (customer_id, unit_id) DO UPDATE
SET first_at = least(d.first_at, EXCLUDED.first_at), last_at = greatest(d.last_at, EXCLUDED.last_at)
WHERE d.first_at > EXCLUDED.first_at OR d.last_at < EXCLUDED.last_at
"""
_GIVEN_DEALINGS = "(SELECT * FROM unnest(%(ids)s::bigint[], %(units)s::bigint[], %(at)s::timestamptz[])"
_GIVEN_DEALINGS += " AS g (customer_id, unit_id, at))"


@action
def set_standing(
    *,
    actor: Actor,
    entries: Sequence[StandingEntry] = (),
    table: str = "",
    source: str,
    run: str = "",
    mode: Mode = Mode.LIVE,
    now: datetime,
) -> int:
    """Set what is known of customers; an older `as_of` never replaces a newer one. Returns how many changed.

    Either `entries`, or the name of a temporary table with customer_id, kind, text, number, data, as_of.
    """
    authorize(actor, PUSH)
    unknown = sorted({e.kind for e in entries} - set(standing_kinds()))
    if unknown:
        message = f"standing kinds {', '.join(unknown)} are not declared"
        raise ValueError(message)
    given: dict[str, Any] = {"source": source, "run": run, "kept": _kept()}
    if not table:
        given |= {
            "ids": [e.customer_id for e in entries],
            "kinds": [e.kind for e in entries],
            "texts": [e.text for e in entries],
            "numbers": [e.number for e in entries],
            "data": [None if e.data is None else json.dumps(e.data) for e in entries],
            "as_of": [e.as_of for e in entries],
        }
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT.format(rows=_identifier(table) or _GIVEN), given)
        changed: list[tuple[int, str]] = cursor.fetchall()
    ids, kinds = {pk for pk, _kind in changed}, {kind for _pk, kind in changed}
    _tell(actor, sorted(ids), sorted(kinds), source=source, mode=mode, now=now)
    return len(changed)


@action
def withdraw_standing(
    *, actor: Actor, kind: str, customer_ids: Sequence[int], source: str, mode: Mode = Mode.LIVE, now: datetime
) -> int:
    """These customers are no longer classified in this respect; returns how many were."""
    authorize(actor, PUSH)
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"kind": kind, "ids": list(customer_ids), "source": source, "now": now, "kept": _kept()}
        cursor.execute(_WITHDRAW, given)
        gone = sorted(row[0] for row in cursor.fetchall())
    _tell(actor, gone, [kind], source=source, mode=mode, now=now)
    return len(gone)


def _kept() -> list[str]:
    """The kinds whose every value stays on record."""
    return [kind.code for kind in standing_kinds().values() if kind.kept]


def _tell(actor: Actor, ids: list[int], kinds: list[str], *, source: str, mode: Mode, now: datetime) -> None:
    if not ids:
        return
    subject = ("customer", ids[0]) if len(ids) == 1 else ("customers", len(ids))
    audit.record(
        actor,
        events.StandingSet(subject=subject, after={"files": len(ids), "kinds": kinds, "source": source}),
        now=now,
    )
    outbox.emit_many(
        [events.StandingChangedEvent(kinds=kinds, customer_ids=part) for part in portions(ids)], now=now, mode=mode
    )


@action
def record_dealings(*, actor: Actor, dealings: Sequence[Dealing] = (), table: str = "", now: datetime) -> int:
    """Units dealt with customers; the file shows which (CUST-06). Returns how many pairs are new or longer.

    Either `dealings`, or the name of a temporary table with customer_id, unit_id, at.
    """
    authorize(actor, PUSH)
    given: dict[str, Any] = {
        "ids": [d.customer_id for d in dealings],
        "units": [d.unit_id for d in dealings],
        "at": [d.at for d in dealings],
    }
    with connection.cursor() as cursor:
        cursor.execute(_DEAL.format(rows=_identifier(table) or _GIVEN_DEALINGS), None if table else given)
        changed: int = cursor.rowcount
    if changed:
        audit.record(actor, events.DealingsRecorded(subject=("customers", changed), after={"pairs": changed}), now=now)
    return changed


def _identifier(table: str) -> str:
    if table and not table.isidentifier():
        raise Invalid.of("table", "form", f"{table} is no table name")
    return table
