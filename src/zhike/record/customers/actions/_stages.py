"""The life cycle of many customers at once, derived in the database from services and time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from zhike.record.customers.types import service_sources

NO_SERVICES = "SELECT NULL::bigint, NULL::timestamptz, NULL::timestamptz WHERE false"

# Islands are spans in which some service is open; between them the customer is served, then silent, then lost. A
# customer that somebody set to lost or dormant by hand stays so until the next order. Moves to the stage one is in
# already are dropped, but for those that somebody made. Nothing depends on the order in which services became known.
_DERIVE = """
CREATE TEMP TABLE customers_derived ON COMMIT DROP AS
WITH spells (customer_id, started_at, completed_at) AS MATERIALIZED ({services}),
ev AS (
  SELECT customer_id, at, sum(step) AS step, bool_or(step > 0) AS starts FROM (
    SELECT customer_id, started_at AS at, 1 AS step FROM spells
    UNION ALL
    SELECT customer_id, greatest(completed_at, started_at + interval '1 microsecond'), -1
    FROM spells WHERE completed_at IS NOT NULL) steps
  WHERE at <= %(now)s GROUP BY customer_id, at
), run AS (
  SELECT customer_id, at,
    sum(step) OVER w AS open,
    max(at) FILTER (WHERE starts) OVER w AS last_start,
    lead(at) OVER (PARTITION BY customer_id ORDER BY at) AS next_at
  FROM ev WINDOW w AS (PARTITION BY customer_id ORDER BY at)
), marked AS (
  SELECT *, open > 0 AND coalesce(lag(open) OVER w, 0) = 0 AS begins FROM run
  WINDOW w AS (PARTITION BY customer_id ORDER BY at)
), islands AS (
  SELECT *, max(at) FILTER (WHERE begins) OVER (PARTITION BY customer_id ORDER BY at) AS island FROM marked
), manual AS (
  SELECT customer_id, at, to_stage, staff_id FROM customers_stagechange
  WHERE customer_id = ANY(%(customers)s) AND cause = 'manual'
), candidates AS (
  SELECT c.id AS customer_id, least(c.opened_at, min(e.at)) AS at, 'before' AS stage, 'opened' AS cause, 0 AS rank,
    NULL::timestamptz AS island, NULL::bigint AS staff_id
  FROM customers_customer c LEFT JOIN ev e ON e.customer_id = c.id
  WHERE c.id = ANY(%(customers)s) GROUP BY c.id
  UNION ALL SELECT customer_id, at, 'during', 'order', 4, NULL, NULL FROM islands WHERE begins
  UNION ALL SELECT customer_id, at, 'after', 'completed', 1, island, NULL FROM islands WHERE open = 0
  UNION ALL
  SELECT customer_id, silent_at, stage, 'silence', rank, island, NULL
  FROM islands, LATERAL (VALUES
    ('dormant', 2, greatest(at, last_start + %(dormant)s)),
    ('lost', 3, greatest(at, last_start + %(lost)s))) AS silence (stage, rank, silent_at)
  WHERE open = 0 AND silent_at <= %(now)s AND (next_at IS NULL OR silent_at < next_at)
  UNION ALL SELECT customer_id, at, to_stage, 'manual', 5, NULL, staff_id FROM manual
), kept AS (
  SELECT DISTINCT ON (customer_id, at) customer_id, at, stage, cause, staff_id FROM candidates k
  WHERE NOT EXISTS (
    SELECT 1 FROM manual m WHERE k.cause IN ('completed', 'silence') AND m.customer_id = k.customer_id
      AND m.to_stage IN ('lost', 'dormant') AND m.at >= k.island AND m.at <= k.at)
  ORDER BY customer_id, at, rank DESC
), named AS (
  SELECT customer_id, at, cause, staff_id,
    CASE WHEN cause = 'order' AND lag(stage) OVER w = 'lost'
      AND min(at) FILTER (WHERE cause = 'order') OVER (PARTITION BY customer_id) < at
    THEN 'won_back' ELSE stage END AS stage
  FROM kept WINDOW w AS (PARTITION BY customer_id ORDER BY at)
), moves AS (
  SELECT *, lag(stage) OVER (PARTITION BY customer_id ORDER BY at) AS before FROM named
), changes AS (
  SELECT * FROM moves WHERE before IS DISTINCT FROM stage OR cause = 'manual'
)
SELECT customer_id, at, stage AS to_stage, cause, staff_id,
  coalesce(lag(stage) OVER w, '') AS from_stage, lag(at) OVER w AS from_since
FROM changes WINDOW w AS (PARTITION BY customer_id ORDER BY at)
"""

_SPANS = """
CREATE TEMP TABLE customers_served ON COMMIT DROP AS
WITH spells (customer_id, started_at, completed_at) AS ({services})
SELECT customer_id, min(started_at) AS first_at, max(started_at) AS last_at FROM spells
WHERE started_at <= %(now)s GROUP BY customer_id
"""

# The database replaces moves only by whole chains, and only through this function.
_READABLE = "GRANT SELECT ON customers_derived TO zhike_owner"
_REPLACE = "SELECT customers_replace_moves(%(customers)s::bigint[])"

_STAND = """
WITH present AS (
  SELECT DISTINCT ON (customer_id) customer_id, at, to_stage FROM customers_derived ORDER BY customer_id, at DESC
)
UPDATE customers_customer c SET stage = p.to_stage, stage_since = p.at, first_order_at = s.first_at,
  last_order_at = s.last_at
FROM present p LEFT JOIN customers_served s ON s.customer_id = p.customer_id
WHERE c.id = p.customer_id AND (c.stage, c.stage_since, c.first_order_at, c.last_order_at)
  IS DISTINCT FROM (p.to_stage, p.at, s.first_at, s.last_at)
RETURNING c.id, c.stage
"""

_CONVERT = """
UPDATE customers_customer c SET kind = 'consumer', converted_at = c.first_order_at, version = c.version + 1
WHERE c.id = ANY(%(customers)s) AND c.kind = 'prospect' AND c.first_order_at IS NOT NULL RETURNING c.id
"""
_WIN = """
UPDATE customers_enquiry e SET state = 'won', closed_at = greatest(e.at, c.first_order_at) FROM customers_customer c
WHERE c.id = ANY(%s) AND e.customer_id = c.id AND e.state = 'open' AND e.at <= c.first_order_at
"""


def services_sql() -> str:
    """Every service done for the customers, whichever rooms do services."""
    return "\nUNION ALL\n".join(f"({source.spells_sql()})" for source in service_sources()) or NO_SERVICES


def derive(customer_ids: Sequence[int], *, dormant: timedelta, lost: timedelta, now: datetime) -> tuple[int, list[int]]:
    """Bring stages, their history and first and last orders up to date; returns moves written and files changed.

    The callers have locked these files.
    """
    given: dict[str, Any] = {"customers": list(customer_ids), "now": now, "dormant": dormant, "lost": lost}
    services = services_sql()
    with connection.cursor() as cursor:
        cursor.execute(_DERIVE.format(services=services), given)
        cursor.execute(_SPANS.format(services=services), given)
        cursor.execute(_READABLE)
        cursor.execute(_REPLACE, given)
        written = int(cursor.fetchone()[0])
        cursor.execute(_STAND)
        changed = [row[0] for row in cursor.fetchall()]
        cursor.execute("DROP TABLE customers_derived, customers_served")
    return written, changed


def convert_served(customer_ids: Sequence[int]) -> list[int]:
    """Prospects with a first order turn into customers under the same number; their open enquiries led to the deal."""
    with connection.cursor() as cursor:
        cursor.execute(_CONVERT, {"customers": list(customer_ids)})
        converted = [row[0] for row in cursor.fetchall()]
        cursor.execute(_WIN, [converted])
    return converted
