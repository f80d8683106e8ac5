"""Adding tracking events by hand or through a door, voiding wrong ones, explaining codes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.bulk.types import LINE, SQL_TYPES, Staged
from zhike.platform.errors import Conflict, Invalid, NotFound
from zhike.platform.outbox.types import Mode
from zhike.record.shipments.actions import _state
from zhike.record.shipments.actions.imports_events import (
    UNKNOWN_WAYBILL_OPTION,
    VOCABULARY_OPTION,
    WAIT,
    Loaded,
    take_events,
)
from zhike.record.shipments.events import CodeExplained, EventsAdded, EventVoided
from zhike.record.shipments.models import Shipment, StatusCode, TrackingEvent, UnknownCode
from zhike.record.shipments.policies import EXPLAIN_CODES, TRACK_SHIPMENTS, scope
from zhike.record.shipments.types.codes import IncidentReason, Status, Vocabulary
from zhike.record.shipments.types.imports import EVENT_FIELDS
from zhike.record.shipments.types.inputs import EventDraft, FeedResult, Refused

_STAGE = "shipments_stage"
_REFUSED = "shipments_refused"
MOST_EVENTS = 10_000


@action
def add_events(
    *,
    actor: Actor,
    events: Sequence[EventDraft],
    source: str,
    now: datetime,
    vocabulary: str = Vocabulary.ZHIKE.value,
    zone: str = "UTC",
    mode: Mode = Mode.LIVE,
    keep_unknown: bool = False,
    unread: Sequence[Refused] = (),
) -> FeedResult:
    """Take a push of events: known ones once, doubles counted, the others named with their reason.

    `zone` holds for events that name none. With `keep_unknown`, events of waybills not registered yet wait for them.
    `unread` are those of the push that could not be read at all, by their lines; `events` are on the other lines.
    """
    authorize(actor, TRACK_SHIPMENTS)
    read = len(events) + len(unread)
    if read > MOST_EVENTS:
        raise Invalid.of("events", "too_many", _("At most %(most)s events at a time."), most=MOST_EVENTS)
    options = {VOCABULARY_OPTION: vocabulary, **({UNKNOWN_WAYBILL_OPTION: WAIT} if keep_unknown else {})}
    with _staged(events, unread, source=source, zone=zone, mode=mode, options=options, now=now) as staged:
        loaded = take_events(actor=actor, staged=staged, now=now)
        refused = _refused(staged)
    audit.record(
        actor,
        EventsAdded(
            subject=("feed_batch", loaded.batch_id),
            after={
                "source": source,
                "created": loaded.counts.created,
                "duplicate": loaded.counts.duplicate,
                "rejected": len(refused),
                "touched": loaded.moved.rows,
            },
        ),
        now=now,
    )
    return _result(loaded, refused, read)


def _result(loaded: Loaded, refused: tuple[Refused, ...], read: int) -> FeedResult:
    return FeedResult(
        batch_id=loaded.batch_id,
        read=read,
        created=loaded.counts.created - loaded.waiting,
        duplicate=loaded.counts.duplicate,
        waiting=loaded.waiting,
        refused=refused,
    )


@contextmanager
def _staged(
    events: Sequence[EventDraft],
    unread: Sequence[Refused],
    *,
    source: str,
    zone: str,
    mode: Mode,
    options: Mapping[str, str],
    now: datetime,
) -> Iterator[Staged]:
    """The events in a temporary table of the shape that files are staged in."""
    names = [LINE, *(spec.name for spec in EVENT_FIELDS)]
    columns = ", ".join(f"{spec.name} {SQL_TYPES[spec.kind]}" for spec in EVENT_FIELDS)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {_STAGE} (line bigint, {columns}) ON COMMIT DROP")
        cursor.execute(
            f"CREATE TEMP TABLE {_REFUSED} (line bigint, field text, value text, code text, params jsonb)"
            " ON COMMIT DROP"
        )
        with cursor.copy(f"COPY {_STAGE} ({', '.join(names)}) FROM STDIN") as copy:
            taken = {one.line for one in unread}
            lines = (line for line in range(1, len(events) + len(taken) + 1) if line not in taken)
            for line, event in zip(lines, events, strict=True):
                copy.write_row((line, *event.row()))
        with cursor.copy(f"COPY {_REFUSED} (line, field, value, code, params) FROM STDIN") as copy:
            for one in unread:
                copy.write_row((one.line, one.field, one.value, one.code, json.dumps(dict(one.params))))
    try:
        yield Staged(
            table=_STAGE,
            rejects=_REFUSED,
            run_id=None,
            mode=mode,
            source=source,
            zone=zone,
            received_at=now,
            options=options,
        )
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(f"DROP TABLE IF EXISTS {_STAGE}, {_REFUSED}")


def _refused(staged: Staged) -> tuple[Refused, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT line, field, coalesce(value, ''), code, params::text FROM {staged.rejects} ORDER BY line"  # noqa: S608
        )
        return tuple(
            Refused(line, field, value, code, json.loads(params))
            for line, field, value, code, params in cursor.fetchall()
        )


@action
def void_event(*, actor: Actor, event_id: int, reason: str, now: datetime) -> None:
    """Take a wrong event out of account; it stays visible, struck, with the reason."""
    event = TrackingEvent.objects.filter(pk=event_id).select_related("shipment").first()
    if event is None or not Shipment.objects.filter(scope(actor), pk=event.shipment_id).exists():
        raise NotFound
    authorize(actor, TRACK_SHIPMENTS, subject=("shipment", event.shipment_id), unit_no=event.shipment.scope_unit_id)
    if not reason.strip():
        raise Invalid.of("reason", "required", _("Please say why."))
    _state.touch([event.shipment_id])
    _state.lock()
    if not TrackingEvent.objects.filter(pk=event_id, voided_at__isnull=True).update(
        voided_at=now, void_reason=reason.strip()[:300]
    ):
        raise Conflict(_("This event has already been voided."))
    moved = _state.recompute(now=now, list_changes=True)
    audit.record(
        actor,
        EventVoided(
            subject=("shipment", event.shipment_id),
            before={"event": event_id, "status": event.status, "occurred_at": event.occurred_at},
            reason=reason.strip(),
        ),
        now=now,
    )
    _state.tell(moved, now=now, mode=Mode(event.mode))


@action
def void_external(*, actor: Actor, source: str, external_ids: Sequence[str], reason: str, now: datetime) -> int:
    """A source takes back events that it sent, by its own ids; returns how many no longer count."""
    authorize(actor, TRACK_SHIPMENTS)
    events = TrackingEvent.objects.filter(
        source=source, external_id__in=[i for i in external_ids if i], voided_at__isnull=True
    ).filter(scope(actor, "shipment__"))
    ids = list(events.order_by("pk").values_list("pk", flat=True))
    for event_id in ids:
        void_event(actor=actor, event_id=event_id, reason=reason, now=now)
    return len(ids)


@action
def explain_code(
    *,
    actor: Actor,
    vocabulary: str,
    code: str,
    status: Status,
    origin: str,
    now: datetime,
    incident_reason: IncidentReason | None = None,
    labels: Mapping[str, str] | None = None,
) -> int:
    """Say what a code means, and apply it to the events that came with it unexplained; returns how many.

    An earlier meaning ends now and stays with the events that it was applied to.
    """
    authorize(actor, EXPLAIN_CODES, subject=("status_code", f"{vocabulary}:{code}"))
    if not origin.strip():
        raise Invalid.of("origin", "required", _("Please say where this meaning is written down."))
    earlier = StatusCode.objects.select_for_update().filter(vocabulary=vocabulary, code=code, valid_until__isnull=True)
    before = {row.status: row.origin for row in earlier}
    earlier.update(valid_until=now)
    known_since = StatusCode.objects.filter(vocabulary=vocabulary, code=code).exists()
    StatusCode.objects.create(
        vocabulary=vocabulary,
        code=code,
        status=status.value,
        incident_reason=incident_reason.value if incident_reason else "",
        labels=dict(labels or {}),
        # Events that waited for a first explanation are older than it.
        valid_from=now if known_since else _EVER,
        origin=origin.strip()[:200],
    )
    applied = _apply_code(vocabulary, code, status, incident_reason, now)
    UnknownCode.objects.filter(vocabulary=vocabulary, code=code).update(explained_at=now)
    after: dict[str, Any] = {"status": status, "origin": origin.strip(), "applied": applied}
    audit.record(
        actor, CodeExplained(subject=("status_code", f"{vocabulary}:{code}"), before=before, after=after), now=now
    )
    return applied


_EVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _apply_code(
    vocabulary: str, code: str, status: Status, incident_reason: IncidentReason | None, now: datetime
) -> int:
    waiting = TrackingEvent.objects.filter(vocabulary=vocabulary, raw_code=code, status="")
    _state.touch(waiting.values_list("shipment_id", flat=True).distinct())
    _state.lock()
    changes: dict[str, Any] = {"status": status.value}
    if incident_reason:
        changes["incident_reason"] = incident_reason.value
    applied = waiting.update(**changes)
    # What happened may be long ago; nobody is told of it now.
    _state.recompute(now=now, list_changes=False)
    return applied
