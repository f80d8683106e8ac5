"""The state of shipments, computed set-based from their events: the SQL twin of `rules.state_of`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import connection

from zhike.platform import outbox
from zhike.platform.actors import system_actor
from zhike.platform.outbox.types import Mode
from zhike.platform.parameters.queries import history_of
from zhike.record.shipments.events import ShipmentsDelivered, StatusChanged
from zhike.record.shipments.policies import LATE_RULE
from zhike.record.shipments.rules import DAMAGE, LETTERS, LOSS, SHORTAGE
from zhike.record.shipments.types.codes import Condition, IncidentReason, LateRule, Status

IDS_PER_EVENT: Final = 1000
TOUCHED: Final = "shipments_touched"


def _letter(column: str) -> str:
    cases = " ".join(f"WHEN '{status.value}' THEN '{letter}'" for status, letter in LETTERS.items())
    return f"CASE {column} {cases} ELSE '' END"


def _any_of(reasons: Iterable[IncidentReason]) -> str:
    listed = ", ".join(f"'{reason.value}'" for reason in sorted(reasons))
    return f"coalesce(incidents && ARRAY[{listed}]::varchar[], false)"


_D, _X, _B, _R, _C = (
    LETTERS[s] for s in (Status.DELIVERED, Status.EXCEPTION, Status.RETURNING, Status.RETURNED, Status.CANCELLED)
)
# One pass from left to right: behind a terminal letter everything is dropped up to the next that reopens it. Where
# nothing stands behind a terminal letter, nothing is dropped, and the costly expression is spared.
_TERMINAL = f"{_D}{_R}{_C}"
_FOLD = f"'({_D})[^{_X}{_B}{_R}]*|({_R})[^{_X}]*|({_C})[^{_X}]*', '\\1\\2\\3', 'g'"
_COURIERS = ", ".join(
    f"'{LETTERS[s]}'"
    for s in (Status.OUT_FOR_DELIVERY, Status.READY_FOR_PICKUP, Status.ATTEMPT_FAILED, Status.DELIVERED)
)
_STATUS = "CASE letter {} END".format(" ".join(f"WHEN '{x}' THEN '{s.value}'" for s, x in LETTERS.items()))
# Trimming these off the end leaves what was said up to the last letter that reopens.
_NOT_REOPENING = "".join(letter for letter in LETTERS.values() if letter not in {_X, _B, _R})
_ORDERED = "ORDER BY occurred_at, letter, digest"

_RECOMPUTE = f"""
WITH seen AS NOT MATERIALIZED (
  -- OFFSET 0: how many events a shipment has is known even of a table never analyzed, how many of them count is not.
  SELECT e.*, {_letter("e.status")} AS letter
  FROM (
    SELECT e.shipment_id, e.occurred_at, e.digest, e.place, e.unit_id, e.handler_name, e.handler_phone,
           e.incident_reason, e.status, e.classifier, e.voided_at, e.received_at, e.mode
    FROM {TOUCHED} t JOIN shipments_trackingevent e ON e.shipment_id = t.id OFFSET 0
  ) e
  WHERE e.classifier = 'ACT' AND e.voided_at IS NULL
), folded AS (
  SELECT shipment_id,
    count(*) AS events,
    max(occurred_at) AS last_at,
    avg(extract(epoch FROM greatest(received_at - occurred_at, interval '0'))) FILTER (WHERE mode = 'live') AS lag,
    string_agg(letter, '' {_ORDERED}) AS letters,
    array_agg(occurred_at {_ORDERED}) FILTER (WHERE letter <> '') AS times,
    array_agg(place {_ORDERED}) FILTER (WHERE place <> '') AS places,
    array_agg(unit_id {_ORDERED}) FILTER (WHERE unit_id IS NOT NULL) AS units,
    array_agg(handler_name {_ORDERED}) FILTER (WHERE handled) AS names,
    array_agg(handler_phone {_ORDERED}) FILTER (WHERE handled) AS phones,
    max(occurred_at) FILTER (WHERE handled) AS handled_at,
    array_agg(incident_reason {_ORDERED}) FILTER (WHERE incident_reason <> '') AS incidents
  FROM (SELECT *, letter IN ({_COURIERS}) AND (handler_name <> '' OR handler_phone <> '') AS handled FROM seen) s
  GROUP BY shipment_id
), legs AS (
  SELECT DISTINCT ON (l.shipment_id) l.*
  FROM {TOUCHED} t JOIN shipments_leg l ON l.shipment_id = t.id WHERE l.kind = 'delivery'
  ORDER BY l.shipment_id, l.sequence DESC
), estimates AS (
  SELECT DISTINCT ON (x.shipment_id) x.shipment_id, x.eta, x.source
  FROM {TOUCHED} t JOIN shipments_estimatechange x ON x.shipment_id = t.id
  ORDER BY x.shipment_id, x.at DESC, x.eta DESC, x.source
), told AS (
  SELECT f.*, s.id, s.status AS old_status, s.origin_unit_id AS origin, s.destination_unit_id AS destination,
    coalesce(f.letters, '') AS said, {_letter("s.stated_status")} || coalesce(f.letters, '') AS letters_all
  FROM {TOUCHED} t
  JOIN shipments_shipment s ON s.id = t.id
  LEFT JOIN folded f ON f.shipment_id = s.id
), joined AS (
  SELECT f.*,
    right(CASE WHEN left(letters_all, -1) = translate(left(letters_all, -1), '{_TERMINAL}', '') THEN letters_all
               ELSE regexp_replace(letters_all, {_FOLD}) END, 1) AS letter,
    length(rtrim(said, '{_NOT_REOPENING}')) AS reopened,
    {_any_of(DAMAGE)} AS damaged, {_any_of(LOSS)} AS lost, {_any_of(SHORTAGE)} AS short,
    p.recorded_at, coalesce(p.condition, '') AS condition,
    l.courier_staff_id AS leg_staff, l.courier_name AS leg_name, l.courier_phone AS leg_phone,
    l.unit_id AS leg_unit,
    coalesce(l.courier_staff_id IS NOT NULL OR l.courier_name <> '' OR l.courier_phone <> '', false)
      AND (f.handled_at IS NULL OR l.assigned_at >= f.handled_at) AS by_leg,
    x.eta AS new_eta, x.source AS new_eta_source
  FROM told f
  LEFT JOIN shipments_proofofdelivery p ON p.shipment_id = f.id AND p.replaced_at IS NULL
  LEFT JOIN legs l ON l.shipment_id = f.id
  LEFT JOIN estimates x ON x.shipment_id = f.id
), state AS MATERIALIZED (
  SELECT id, old_status, coalesce(events, 0) AS events, last_at, round(lag)::bigint AS lag,
    times[nullif(position('{LETTERS[Status.PICKED_UP]}' in said), 0)] AS picked_up_at,
    times[nullif(position('{LETTERS[Status.OUT_FOR_DELIVERY]}' in said), 0)] AS out_at,
    {_STATUS} AS status,
    CASE WHEN letter = '{_D}'
         THEN times[reopened + nullif(position('{_D}' in substr(said, reopened + 1)), 0)] END AS delivered_at,
    coalesce(places[cardinality(places)], '') AS place,
    coalesce(
      units[cardinality(units)],
      CASE WHEN letter IN ({_COURIERS}) THEN coalesce(leg_unit, destination) ELSE origin END
    ) AS unit_id,
    CASE WHEN by_leg THEN leg_staff END AS staff_id,
    CASE WHEN by_leg THEN leg_name ELSE coalesce(names[cardinality(names)], '') END AS courier_name,
    CASE WHEN by_leg THEN leg_phone ELSE coalesce(phones[cardinality(phones)], '') END AS courier_phone,
    coalesce(incidents[cardinality(incidents)], '') AS incident,
    recorded_at,
    damaged OR condition IN ('{Condition.DAMAGED.value}', '{Condition.DAMAGED_AND_SHORT.value}') AS is_damaged,
    lost AND letter <> '{_D}' AS is_lost,
    short OR condition IN ('{Condition.SHORT.value}', '{Condition.DAMAGED_AND_SHORT.value}') AS is_short,
    new_eta, coalesce(new_eta_source, '') AS new_eta_source
  FROM joined
), ruled AS (
  SELECT state.*, %(rule)s AS late_rule, %(version)s::smallint AS late_rule_version FROM state
), changed AS (
  UPDATE shipments_shipment s SET
    status = r.status, picked_up_at = r.picked_up_at, out_for_delivery_at = r.out_at, delivered_at = r.delivered_at,
    last_event_at = r.last_at, last_place = r.place, event_count = r.events, holder_unit_id = r.unit_id,
    courier_staff_id = r.staff_id, courier_name = r.courier_name, courier_phone = r.courier_phone,
    incident_reason = r.incident, is_damaged = r.is_damaged, is_lost = r.is_lost, is_short = r.is_short,
    replied_at = r.recorded_at, eta = r.new_eta, eta_source = r.new_eta_source,
    late_rule = r.late_rule, late_rule_version = r.late_rule_version, recorded_after = r.lag,
    changed_xid = pg_current_xact_id()
  FROM ruled r
  WHERE s.id = r.id AND (
    s.status, s.picked_up_at, s.out_for_delivery_at, s.delivered_at, s.last_event_at, s.last_place, s.event_count,
    s.holder_unit_id, s.courier_staff_id, s.courier_name, s.courier_phone, s.incident_reason, s.is_damaged, s.is_lost,
    s.is_short, s.replied_at, s.eta, s.eta_source, s.late_rule, s.late_rule_version, s.recorded_after
  ) IS DISTINCT FROM (
    r.status, r.picked_up_at, r.out_at, r.delivered_at, r.last_at, r.place, r.events,
    r.unit_id, r.staff_id, r.courier_name, r.courier_phone, r.incident, r.is_damaged, r.is_lost,
    r.is_short, r.recorded_at, r.new_eta, r.new_eta_source, r.late_rule, r.late_rule_version, r.lag
  )
  RETURNING s.id, r.old_status, s.status, s.customer_id
)
"""  # noqa: S608 - put together from constants of this module


@dataclass(slots=True)
class Moved:
    """What a recomputation changed: how many rows, and the shipments that have a new status, by that status."""

    rows: int = 0
    by_status: dict[str, list[int]] = field(default_factory=dict)
    customers: list[int] = field(default_factory=list)

    @property
    def shipments(self) -> list[int]:
        return sorted(i for ids in self.by_status.values() for i in ids)


def touch(ids: Iterable[int]) -> None:
    """Name the shipments to recompute, in a temporary table of this transaction."""
    with connection.cursor() as cursor:
        fresh_touched()
        cursor.execute(f"INSERT INTO {TOUCHED} SELECT DISTINCT unnest(%s::bigint[])", [list(ids)])


def fresh_touched() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {TOUCHED} (id bigint PRIMARY KEY) ON COMMIT DROP")
        cursor.execute(f"TRUNCATE {TOUCHED}")


def lock() -> None:
    """Hold the touched shipments in key order until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT h.id FROM {TOUCHED} t JOIN shipments_shipment h ON h.id = t.id"  # noqa: S608
            " ORDER BY h.id FOR NO KEY UPDATE OF h) held"
        )


def recompute(*, now: datetime, list_changes: bool) -> Moved:
    """Bring the touched shipments in line with their events, replies, legs and estimates.

    Rows that are right already are left alone; the others get their `changed_xid` here, which spares the trigger a
    call a row. Who moved is listed only on demand: a million ids help nobody.
    """
    rule, version, params = _late_rule_sql(now)
    head = _RECOMPUTE.replace("%(rule)s", rule).replace("%(version)s", version)
    listed = "CASE WHEN %(listed)s THEN array_agg(id ORDER BY id) FILTER (WHERE status <> old_status) END"
    with connection.cursor() as cursor:
        cursor.execute(
            f"{head} SELECT status, count(*), {listed}, array_agg(DISTINCT customer_id) FROM changed"  # noqa: S608
            " GROUP BY status",
            {**params, "listed": list_changes},
        )
        found: Sequence[tuple[str, int, list[int] | None, list[int | None]]] = cursor.fetchall()
    return Moved(
        rows=sum(row[1] for row in found),
        by_status={row[0]: row[2] for row in found if row[2]},
        customers=sorted({c for row in found for c in row[3] if c is not None}),
    )


def _late_rule_sql(now: datetime) -> tuple[str, str, dict[str, Any]]:
    """The rule in effect when each shipment was delivered (now, where it is not): expressions over `state`."""
    history = [c for c in history_of(actor=system_actor("shipments.state"), key=LATE_RULE.key) if c.valid_from]
    if not history:
        return f"'{LATE_RULE.default.value}'", "1", {}
    moment = "coalesce(delivered_at, %(now)s)"
    params: dict[str, Any] = {"now": now}
    rule, version = [], []
    for position, change in enumerate(history):  # newest first
        params[f"from{position}"] = change.valid_from
        rule.append(f"WHEN {moment} >= %(from{position})s THEN '{LateRule(change.value).value}'")
        version.append(f"WHEN {moment} >= %(from{position})s THEN {change.version:d}")
    return (
        f"CASE {' '.join(rule)} ELSE '{LATE_RULE.default.value}' END",
        f"(CASE {' '.join(version)} ELSE 1 END)",
        params,
    )


def tell(moved: Moved, *, now: datetime, mode: Mode, occurred_at: datetime | None = None) -> None:
    """Tell the rooms above which shipments have a new status."""
    told: list[outbox.Event] = []
    for status, ids in moved.by_status.items():
        told += [StatusChanged(shipment_ids=part, status=status) for part in parts(ids)]
        if status == Status.DELIVERED.value:
            told += [ShipmentsDelivered(shipment_ids=part) for part in parts(ids)]
    outbox.emit_many(told, now=now, occurred_at=occurred_at, mode=mode)


def parts(ids: Sequence[int]) -> list[list[int]]:
    """Ids in portions that fit into one event."""
    return [list(ids[start : start + IDS_PER_EVENT]) for start in range(0, len(ids), IDS_PER_EVENT)]
