"""Tracking events in bulk: one statement a step, whatever the number of lines."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from zhike.platform import audit, clock, outbox
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.bulk.types import Counts, Staged
from zhike.platform.outbox.types import Mode
from zhike.record.shipments.actions import _state
from zhike.record.shipments.actions._customers import follow
from zhike.record.shipments.events import BatchImported, EventsAdded
from zhike.record.shipments.models import FeedBatch
from zhike.record.shipments.policies import IMPORT_SHIPMENTS
from zhike.record.shipments.rules import NORMAL_WAYBILL_SQL
from zhike.record.shipments.types.codes import Classifier, EtaSource, Vocabulary

# Options of a mapping's step: which code system the column `code` is written in, what to do with unknown waybills.
VOCABULARY_OPTION: Final = "vocabulary"
UNKNOWN_WAYBILL_OPTION: Final = "unknown_waybill"
WAIT: Final = "wait"
_MAP: Final = "shipments_waybills"
_MAP_KEY: Final = "m.id IS NOT NULL AND m.written = s.waybill AND m.carrier = coalesce(s.carrier, m.carrier)"
# As Django names the constraint of TrackingEvent.shipment.
_SHIPMENT_EXISTS: Final = "shipments_trackingev_shipment_id_379c3c1a_fk_shipments"
_UNKNOWN: Final = f"NOT EXISTS (SELECT 1 FROM {_MAP} m WHERE {_MAP_KEY})"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a batch of events."""

    batch_id: int
    counts: Counts
    waiting: int
    moved: _state.Moved


@action
def load_events(*, actor: Actor, staged: Staged, now: datetime) -> Counts:
    """Import target `shipments.events`: events of known waybills, each once, and the state of what they touch."""
    authorize(actor, IMPORT_SHIPMENTS)
    loaded = take_events(actor=actor, staged=staged, now=now)
    audit.record(
        actor,
        EventsAdded(
            subject=("feed_batch", loaded.batch_id),
            after={
                "source": staged.source,
                "created": loaded.counts.created,
                "duplicate": loaded.counts.duplicate,
                "touched": loaded.moved.rows,
            },
        ),
        now=now,
    )
    return loaded.counts


def take_events(*, actor: Actor, staged: Staged, now: datetime) -> Loaded:
    """Load staged events and tell of it; every way in ends here. The caller has authorized and records."""
    vocabulary = staged.options.get(VOCABULARY_OPTION, Vocabulary.ZHIKE.value)
    batch = FeedBatch.objects.create(
        source=staged.source,
        vocabulary=vocabulary,
        mode=staged.mode.value,
        received_at=staged.received_at,
        run_id=staged.run_id,
    )
    give_room()
    contents = _look(staged)
    _refuse_senseless(staged, contents)
    unknown = _map_waybills(actor, staged)
    waiting, again = 0, 0
    if unknown and staged.options.get(UNKNOWN_WAYBILL_OPTION) == WAIT:
        waiting, again = _set_waiting_aside(staged, batch)
    elif unknown:
        staged.reject(_UNKNOWN, field_name="waybill", code="unknown_waybill")
    left = _count(staged.table)
    lock_touched()
    created = _insert(staged, batch, contents)
    _check_shipments()
    if contents.codes:
        _note_unknown_codes(batch)
    if contents.estimates:
        _note_estimates(batch)
    live = staged.mode is Mode.LIVE
    moved = _state.recompute(now=now, list_changes=live)
    follow(moved.customers, mode=staged.mode, now=now)
    if live:
        _state.tell(moved, now=now, mode=staged.mode)
    duplicate = left - created + again
    FeedBatch.objects.filter(pk=batch.pk).update(
        created=created, duplicate=duplicate, waiting=waiting, rejected=_count(staged.rejects)
    )
    outbox.emit(
        BatchImported(
            batch_id=batch.pk,
            what="events",
            created=created + waiting,
            updated=0,
            duplicate=duplicate,
            touched=moved.rows,
        ),
        now=now,
        mode=staged.mode,
    )
    return Loaded(batch.pk, Counts(created=created + waiting, duplicate=duplicate), waiting, moved)


@dataclass(frozen=True, slots=True)
class _Contents:
    """Which optional columns a batch fills at all: what is empty needs no look at every row."""

    senseless: bool
    codes: bool
    zones: bool
    outlets: bool
    estimates: bool


def give_room() -> None:
    """Sorting and hashing a big batch in memory takes a third of the time that it takes on disk."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '192MB'; SET LOCAL jit = off")


def _look(staged: Staged) -> _Contents:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(bool_or(status IS NULL AND code IS NULL), false), count(code) > 0, count(zone) > 0,"  # noqa: S608
            f" count(outlet) > 0, count(eta) > 0 FROM {staged.table}"
        )
        return _Contents(*(cursor.fetchone() or (False,) * 5))


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - a table of our own
        return int((cursor.fetchone() or (0,))[0])


def _refuse_senseless(staged: Staged, contents: _Contents) -> None:
    if contents.senseless:
        staged.reject("s.status IS NULL AND s.code IS NULL", field_name="status", code="no_status")
    if contents.zones:
        refuse_unknown_zones(staged)
    if contents.outlets:
        refuse_unknown_unit(staged, "outlet")


def refuse_unknown_zones(staged: Staged) -> None:
    """Refuse rows whose `zone` is no time zone; few zones occur, so that only the distinct ones are looked at."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT zone FROM {staged.table} WHERE zone IS NOT NULL")  # noqa: S608
        unknown = [zone for (zone,) in cursor.fetchall() if not clock.is_zone(zone)]
        if not unknown:
            return
        cursor.execute("CREATE TEMP TABLE shipments_no_zones (zone text) ON COMMIT DROP")
        cursor.execute("INSERT INTO shipments_no_zones SELECT unnest(%s::text[])", [unknown])
        staged.reject("s.zone IN (SELECT zone FROM shipments_no_zones)", field_name="zone", code="unknown_zone")
        cursor.execute("DROP TABLE shipments_no_zones")


def refuse_unknown_unit(staged: Staged, column: str) -> None:
    """Refuse rows that name a unit by a code that no unit has."""
    staged.reject(
        f"s.{column} IS NOT NULL AND NOT EXISTS"  # noqa: S608 - `column` is one of our own fields
        f" (SELECT 1 FROM organization_unit u WHERE u.code = s.{column})",
        field_name=column,
        code="unknown_outlet",
    )


def _map_waybills(actor: Actor, staged: Staged) -> bool:
    """Which shipment each waybill, as written, means among those that the actor reaches; whether some mean none."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_MAP}")
        cursor.execute(
            f"CREATE TEMP TABLE {_MAP} ON COMMIT DROP AS"  # noqa: S608 - columns of our own tables
            f" WITH w AS MATERIALIZED (SELECT DISTINCT s.waybill AS written FROM {staged.table} s)"
            " SELECT w.written, h.carrier, h.id, count(*) OVER (PARTITION BY w.written) AS carriers"
            " FROM w LEFT JOIN shipments_shipment h"
            f" ON h.waybill = {NORMAL_WAYBILL_SQL.format('w.written')} AND {_reach_sql(actor)}"
        )
        cursor.execute(f"ANALYZE {_MAP}")
        cursor.execute(
            "SELECT coalesce(bool_or(id IS NULL), false), coalesce(bool_or(carriers > 1), false),"  # noqa: S608
            f" EXISTS (SELECT 1 FROM {staged.table} WHERE carrier IS NOT NULL) FROM {_MAP}"
        )
        unknown, ambiguous, named = cursor.fetchone() or (False, False, False)
    if ambiguous:
        staged.reject(
            f"s.carrier IS NULL AND EXISTS (SELECT 1 FROM {_MAP} m WHERE {_MAP_KEY} AND m.carriers > 1)",  # noqa: S608
            field_name="waybill",
            code="ambiguous_waybill",
        )
    # A waybill that exists may still not exist with the carrier that a row names.
    return unknown or named


def _reach_sql(actor: Actor) -> str:
    """The actor's reach over shipments `h` as SQL; numbers only."""
    if actor.reach.everything:
        return "true"
    spans = [f"h.scope_unit_id BETWEEN {low:d} AND {high:d}" for low, high in actor.reach.intervals]
    return f"({' OR '.join(spans)})" if spans else "false"


def lock_touched() -> None:
    """Hold the shipments in key order, so that two feeds about one shipment see each other's events."""
    _state.fresh_touched()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_state.TOUCHED} SELECT DISTINCT id FROM {_MAP} WHERE id IS NOT NULL ORDER BY id"  # noqa: S608
        )
        cursor.execute(f"ANALYZE {_state.TOUCHED}")
    _state.lock()


_CODE: Final = (
    "c.vocabulary = %(vocabulary)s AND c.code = s.code"
    " AND c.valid_from <= s.occurred_at AND (c.valid_until IS NULL OR c.valid_until > s.occurred_at)"
)
_VALUES = """
  SELECT DISTINCT ON (1, 2, 3) m.id AS shipment_id, s.occurred_at,
    md5(concat_ws(chr(31), %(vocabulary)s::text, coalesce(s.classifier, 'ACT'), coalesce(s.code, s.status),
                  coalesce(s.place, s.outlet, '')))::uuid AS digest,
    %(received)s::timestamptz, coalesce(s.zone, %(zone)s), coalesce(s.classifier, 'ACT') AS classifier,
    coalesce(s.status, c.status, '') AS status, %(source)s::text, %(vocabulary)s::text,
    coalesce(s.code, s.status) AS code, coalesce(s.text, '') AS text, coalesce(s.place, u.name, '') AS place,
    u.id AS unit_id, coalesce(s.handler_name, '') AS handler_name, coalesce(s.handler_phone, '') AS handler_phone,
    coalesce(s.incident_reason, c.incident_reason, '') AS incident_reason, s.eta,
    coalesce(s.external_id, '') AS external_id, %(batch)s::bigint, %(mode)s::text, ''::text
"""


def _insert(staged: Staged, batch: FeedBatch, contents: _Contents) -> int:
    """Insert what is not there yet, in the order of the index that refuses doubles; of doubles the first line counts.

    Whoever adds events holds their shipments, so that what is there cannot change under this statement. To look first
    costs half of what ON CONFLICT does, which writes a row, takes a lock and writes again that the row may stay.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO shipments_trackingevent (shipment_id, occurred_at, digest, received_at, zone, classifier,"  # noqa: S608
            " status, source, vocabulary, raw_code, raw_text, place, unit_id, handler_name, handler_phone,"
            " incident_reason, eta, external_id, batch_id, mode, void_reason)"
            f" SELECT * FROM ({_VALUES}"
            f"  FROM {staged.table} s JOIN {_MAP} m ON {_MAP_KEY}"
            f"  LEFT JOIN organization_unit u ON {'u.code = s.outlet' if contents.outlets else 'false'}"
            f"  LEFT JOIN shipments_statuscode c ON {_CODE if contents.codes else 'false'}"
            "  ORDER BY 1, 2, 3, s.line) n"
            " WHERE NOT EXISTS (SELECT FROM shipments_trackingevent e WHERE e.shipment_id = n.shipment_id"
            "  AND e.occurred_at = n.occurred_at AND e.digest = n.digest)",
            {
                "vocabulary": batch.vocabulary,
                "received": batch.received_at,
                "zone": staged.zone,
                "source": batch.source,
                "batch": batch.pk,
                "mode": batch.mode,
            },
        )
        return int(cursor.rowcount)


def _check_shipments() -> None:
    """Let the foreign key be checked while the shipments are held and as they were, not at the end.

    Once they are recomputed, every check would follow the row to its new version and lock that again.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {_SHIPMENT_EXISTS} IMMEDIATE")
        cursor.execute(f"SET CONSTRAINTS {_SHIPMENT_EXISTS} DEFERRED")


def _note_unknown_codes(batch: FeedBatch) -> None:
    """Codes that say nothing to us are counted where people see them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO shipments_unknowncode (vocabulary, code, sample_text, source, seen, first_at, last_at)"
            " SELECT vocabulary, raw_code, max(raw_text), max(source), count(*), %(at)s, %(at)s"
            " FROM shipments_trackingevent WHERE vocabulary = %(vocabulary)s AND status = '' AND batch_id = %(batch)s"
            " GROUP BY vocabulary, raw_code"
            " ON CONFLICT (vocabulary, code) DO UPDATE SET seen = shipments_unknowncode.seen + excluded.seen,"
            " last_at = excluded.last_at, explained_at = NULL",
            {"at": batch.received_at, "vocabulary": batch.vocabulary, "batch": batch.pk},
        )


def _note_estimates(batch: FeedBatch) -> None:
    """What the source now expects: said when the event happened, or when an expected event was reported."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO shipments_estimatechange (shipment_id, at, eta, source, said_by, reason)"  # noqa: S608
            " SELECT e.shipment_id, CASE WHEN e.classifier = %(act)s THEN e.occurred_at ELSE e.received_at END,"
            " e.eta, %(carrier)s, e.source, left(e.raw_text, 300)"
            f" FROM {_state.TOUCHED} t JOIN shipments_trackingevent e ON e.shipment_id = t.id"
            " WHERE e.batch_id = %(batch)s AND e.eta IS NOT NULL"
            " ON CONFLICT DO NOTHING",
            {"act": Classifier.ACT.value, "carrier": EtaSource.CARRIER.value, "batch": batch.pk},
        )


def _set_waiting_aside(staged: Staged, batch: FeedBatch) -> tuple[int, int]:
    """Keep events of waybills that are not registered yet; returns how many were new, and how many already waited."""
    before = _count(staged.table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH gone AS (DELETE FROM {staged.table} s WHERE {_UNKNOWN}"  # noqa: S608
            " RETURNING s.*)"
            " INSERT INTO shipments_waitingevent (waybill, carrier, occurred_at, digest, received_at, batch_id, fields)"
            f" SELECT {NORMAL_WAYBILL_SQL.format('g.waybill')}, coalesce(g.carrier, ''), g.occurred_at,"
            " md5(concat_ws(chr(31), %(vocabulary)s::text, coalesce(g.classifier, 'ACT'), coalesce(g.code, g.status),"
            " coalesce(g.place, g.outlet, '')))::uuid, %(received)s, %(batch)s, to_jsonb(g) - 'line'"
            " FROM gone g ORDER BY g.line ON CONFLICT DO NOTHING",
            {"vocabulary": batch.vocabulary, "received": batch.received_at, "batch": batch.pk},
        )
        new = cursor.rowcount
    return new, before - _count(staged.table) - new
