"""Imports as people and programs start them: upload, dry run, run, all accounted for."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, BinaryIO

import psycopg
from django.db import connection
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, clock, jobs
from zhike.platform.actions import action
from zhike.platform.actors import Actor, actor_again
from zhike.platform.authz import authorize
from zhike.platform.bulk import events
from zhike.platform.bulk.engine import RunContext, run_batch, run_files
from zhike.platform.bulk.mapping import ImportMapping, mapping_of
from zhike.platform.bulk.models import ImportFile, ImportProfile, ImportReject, ImportRun, ImportStep
from zhike.platform.bulk.policies import IMPORT, TABLE_FILE
from zhike.platform.bulk.reading import TableFile, from_records
from zhike.platform.bulk.states import RunState
from zhike.platform.bulk.types import BadMapping, Counts, JoinResult, StepResult, Target, target_of
from zhike.platform.db.config import uri
from zhike.platform.errors import Conflict, Forbidden, NotFound, ZhikeError
from zhike.platform.files import actions as files
from zhike.platform.files import storage
from zhike.platform.outbox.types import Mode

FILE_GONE = _("The file of this import was erased. Its account is kept; to import again, send the file again.")
OPEN_STATES = (RunState.UPLOADED.value, RunState.CHECKED.value, RunState.FAILED.value)


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as it came in."""

    source: str
    name: str
    content: BinaryIO | bytes


@action
def open_run(
    *, actor: Actor, mapping: ImportMapping | None, uploads: Sequence[Upload], source: str, now: datetime
) -> int:
    """Keep the files and open a run; returns its id. Without a mapping the wizard makes one later."""
    authorize(actor, IMPORT)
    if mapping is not None:
        _authorize_targets(actor, mapping)
        missing = sorted(set(mapping.sources) - {upload.source for upload in uploads})
        if missing:
            raise BadMapping(_("These files of the mapping were not sent: %(missing)s"), missing=", ".join(missing))
    run = ImportRun.objects.create(
        state=RunState.UPLOADED.value,
        mode=(mapping.mode if mapping else Mode.BACKFILL).value,
        mapping=mapping.to_dict() if mapping else {},
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        source=source[:120],
        made_at=now,
    )
    for upload in uploads:
        kept = files.store(actor=actor, content=upload.content, filename=upload.name, purpose=TABLE_FILE, now=now)
        ImportFile.objects.create(
            run=run, source=upload.source[:60], name=upload.name[:255], sha256=kept.sha256, size=kept.size
        )
    audit.record(
        actor,
        events.ImportStarted(subject=("import", run.pk), after={"files": len(uploads), "source": run.source}),
        now=now,
    )
    return run.pk


@action
def set_mapping(*, actor: Actor, run_id: int, mapping: ImportMapping, now: datetime) -> None:
    """Give an open run its mapping; an earlier dry run no longer counts."""
    authorize(actor, IMPORT)
    run = _own_run(actor, run_id)
    _authorize_targets(actor, mapping)
    run.mapping, run.mode, run.state = mapping.to_dict(), mapping.mode.value, RunState.UPLOADED.value
    run.save(update_fields=["mapping", "mode", "state"])
    audit.record(
        actor,
        events.ImportStarted(subject=("import", run.pk), after={"steps": [s.target for s in mapping.steps]}),
        now=now,
    )


@action
def check_run(*, actor: Actor, run_id: int, now: datetime) -> list[StepResult]:
    """The whole import in a transaction that is undone: what would be created, updated, duplicate, rejected."""
    authorize(actor, IMPORT)
    run = _own_run(actor, run_id)
    # Its row is locked here: telling of progress from beside would wait for this very transaction.
    context = replace(_context(run, actor, now), progress=lambda _rows: None)
    results = run_files(context, files_of(run), dry=True)
    _store(run, results, state=RunState.CHECKED, now=now, dry=True)
    audit.record(actor, events.ImportChecked(subject=("import", run.pk), after=_account(run)), now=now)
    return results


@action
def start_run(*, actor: Actor, run_id: int, now: datetime) -> None:
    """Queue the import; it runs in the background in the actor's name."""
    authorize(actor, IMPORT)
    run = _own_run(actor, run_id)
    _authorize_targets(actor, mapping_of(run.mapping))
    run.state, run.error, run.rows_done = RunState.QUEUED.value, "", 0
    run.rows_total = run.read or None
    run.save(update_fields=["state", "error", "rows_done", "rows_total"])
    jobs.enqueue("bulk.execute", run_id=run.pk)
    audit.record(actor, events.ImportStarted(subject=("import", run.pk), after={"mode": run.mode}), now=now)


@action
def execute_run(*, actor: Actor, run_id: int, now: datetime) -> list[StepResult]:
    """The import itself: one transaction, so that a crash leaves nothing and the job may simply run again."""
    authorize(actor, IMPORT)
    with connection.cursor() as cursor:
        # Not a row lock: progress is written to the row from beside while this runs.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [0x696D70, run_id])
    run = ImportRun.objects.get(pk=run_id)
    if run.state == RunState.DONE.value:
        return []
    results = run_files(_context(run, actor, now), files_of(run))
    _store(run, results, state=RunState.DONE, now=clock.now(), dry=False)
    audit.record(actor, events.ImportFinished(subject=("import", run.pk), after=_account(run)), now=now)
    return results


def execute_queued(*, run_id: int, now: datetime) -> None:
    """The job: find who asked, run, and keep why it failed where they see it. Errors of ours are not tried again."""
    run = ImportRun.objects.get(pk=run_id)
    actor = actor_again(run.actor_kind, run.actor_id, now=now)
    ImportRun.objects.filter(pk=run_id).update(state=RunState.RUNNING.value, started_at=now)
    try:
        if actor is None:
            raise Forbidden(_("Whoever asked for this import may no longer act."))
        execute_run(actor=actor, run_id=run_id, now=now)
    except ZhikeError as error:
        ImportRun.objects.filter(pk=run_id).update(
            state=RunState.FAILED.value, error=error.text(), finished_at=clock.now()
        )
    except Exception:
        ImportRun.objects.filter(pk=run_id).update(state=RunState.FAILED.value, finished_at=clock.now())
        raise


@action
def import_records(
    *,
    actor: Actor,
    target: str,
    records: Sequence[Mapping[str, Any]],
    mode: Mode,
    source: str,
    zone: str,
    now: datetime,
    options: Mapping[str, str] | None = None,
) -> StepResult:
    """Rows that came as JSON (API, connectors) through the same checks and the same loader; field = key."""
    spec = target_of(target)
    authorize(actor, spec.right)
    names = [f.name for f in spec.fields]
    mapping = mapping_of(
        {
            "zone": zone,
            "mode": mode.value,
            "sources": {"records": ""},
            "steps": [
                {
                    "target": target,
                    "source": "records",
                    "fields": {name: name for name in names},
                    "options": dict(options or {}),
                }
            ],
        }
    )
    context = RunContext(actor=actor, mapping=mapping, now=now, source_label=source)
    result = run_batch(context, from_records(records, names))
    counted = {"read": result.read, "rejected": result.rejected, "target": target}
    audit.record(actor, events.ImportFinished(subject=("import_records", source), after=counted), now=now)
    return result


@action
def save_profile(*, actor: Actor, run_id: int, name: str, now: datetime) -> None:
    """Keep a run's mapping under a name for the next file of the same system."""
    authorize(actor, IMPORT)
    run = _own_run(actor, run_id, any_state=True)
    target = run.mapping["steps"][0]["target"]
    ImportProfile.objects.update_or_create(
        target=target, name=name.strip()[:120], defaults={"mapping": run.mapping, "changed_at": now}
    )
    audit.record(actor, events.ProfileSaved(subject=("import", run.pk), after={"name": name}), now=now)


def files_of(run: ImportRun) -> dict[str, TableFile]:
    """The run's files by source, with how the mapping says they are written."""
    sources = (run.mapping or {}).get("sources", {})
    found = {}
    for row in ImportFile.objects.filter(run=run).order_by("pk"):
        written = sources.get(row.source, {})
        if not storage.path_of(row.sha256).exists():
            raise Conflict(FILE_GONE)
        found[row.source] = TableFile(
            storage.path_of(row.sha256),
            row.name,
            encoding=written.get("encoding", ""),
            delimiter=written.get("delimiter", ""),
            sheet=written.get("sheet", ""),
        )
    return found


def _own_run(actor: Actor, run_id: int, *, any_state: bool = False) -> ImportRun:
    rows = ImportRun.objects.filter(actor_kind=actor.kind.value, actor_id=actor.id)
    run = rows.select_for_update().filter(pk=run_id).first()
    if run is None:
        raise NotFound
    if not any_state and run.state not in OPEN_STATES:
        raise Conflict(_("This import is already under way or finished."))
    return run


def _authorize_targets(actor: Actor, mapping: ImportMapping) -> None:
    for step in mapping.steps:
        target: Target = target_of(step.target)
        authorize(actor, target.right)


def _context(run: ImportRun, actor: Actor, now: datetime) -> RunContext:
    target = uri(database=str(connection.settings_dict["NAME"]))

    def tell(rows: int) -> None:
        # From beside, since the import's own transaction shows nothing before it ends.
        with psycopg.connect(target, autocommit=True) as beside:
            beside.execute("UPDATE bulk_importrun SET rows_done = %s WHERE id = %s", [rows, run.pk])

    return RunContext(
        actor=actor, mapping=mapping_of(run.mapping), now=now, source_label=run.source, run_id=run.pk, progress=tell
    )


def _store(run: ImportRun, results: Sequence[StepResult], *, state: RunState, now: datetime, dry: bool) -> None:
    ImportStep.objects.filter(run=run).delete()
    for position, result in enumerate(results):
        step = ImportStep.objects.create(
            run=run,
            position=position,
            target=result.target,
            source=result.source,
            read=result.read,
            created=result.counts.created,
            updated=result.counts.updated,
            duplicate=result.counts.duplicate,
            rejected=result.rejected,
            joins=[_kept(join) for join in result.joins],
        )
        ImportReject.objects.bulk_create(
            [
                ImportReject(
                    step=step,
                    line=r.line,
                    field=r.field,
                    column=r.column,
                    value=r.value.replace("\x00", ""),
                    code=r.code,
                    params=dict(r.params),
                )
                for r in result.rejections
            ],
            batch_size=2000,
        )
    total = sum((result.counts for result in results), Counts())
    run.read = sum(result.read for result in results)
    run.created, run.updated, run.duplicate = total.created, total.updated, total.duplicate
    run.rejected = sum(result.rejected for result in results)
    run.state, run.is_dry, run.finished_at, run.error = state.value, dry, now, ""
    run.save(
        update_fields=[
            "read",
            "created",
            "updated",
            "duplicate",
            "rejected",
            "state",
            "is_dry",
            "finished_at",
            "error",
        ]
    )


def _kept(join: JoinResult) -> dict[str, Any]:
    kept = asdict(join)
    for refusal in kept["rejections"]:
        refusal["value"] = refusal["value"].replace("\x00", "")
    return kept


def _account(run: ImportRun) -> dict[str, int]:
    return {name: getattr(run, name) for name in ("read", "created", "updated", "duplicate", "rejected")}
