"""Reading imports: own runs, their accounts, and the refused rows as a file to correct and send again."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils import translation

from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.bulk.actions import files_of
from zhike.platform.bulk.models import ImportFile, ImportProfile, ImportReject, ImportRun, ImportStep
from zhike.platform.bulk.policies import IMPORT
from zhike.platform.bulk.reading import TableFile, batches, headings, raw_lines
from zhike.platform.bulk.types import (
    LINE,
    REJECT_COLUMNS,
    BadMapping,
    Target,
    TargetField,
    field_label,
    reason_text,
    target_of,
    targets,
)
from zhike.platform.errors import NotFound

SAMPLE_ROWS = 200
SHOWN_VALUES = 3
MOST_CODES = 40


@dataclass(frozen=True, slots=True)
class Preview:
    """One column of an uploaded file: three sample values, the field it seems to be, its first values."""

    column: str
    samples: tuple[str, ...]
    proposed: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason in words."""

    line: int
    column: str
    value: str
    reason: str
    field: str
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Cause:
    """Refusals of one reason in one column: how many, and the first of them."""

    column: str
    reason: str
    count: int
    line: int
    value: str


@dataclass(frozen=True, slots=True)
class JoinView:
    """What a lookup gave to a step: rows of its file, refused ones by line, and rows of the step that found none."""

    name: str
    source: str
    file: str
    read: int
    rejected: int
    unmatched: int
    first_line: int | None
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class StepView:
    """The account of one step and its first refusals."""

    target: str
    label: str
    source: str
    read: int
    created: int
    updated: int
    duplicate: int
    rejected: int
    refusals: tuple[Refusal, ...]
    causes: tuple[Cause, ...] = ()
    joins: tuple[JoinView, ...] = ()


@dataclass(frozen=True, slots=True)
class RunView:
    """An import as its owner sees it."""

    id: int
    state: str
    mode: str
    source: str
    is_dry: bool
    read: int
    created: int
    updated: int
    duplicate: int
    rejected: int
    rows_done: int
    rows_total: int | None
    error: str
    made_at: datetime
    finished_at: datetime | None
    files: tuple[str, ...]
    steps: tuple[StepView, ...]
    mapping: Mapping[str, object]


def _scoped(actor: Actor) -> QuerySet[ImportRun]:
    """Own imports; who administrates sees everybody's."""
    authorize(actor, IMPORT)
    rows = ImportRun.objects.all()
    if "admin" in actor.roles:
        return rows
    return rows.filter(actor_kind=actor.kind.value, actor_id=actor.id)


def list_runs(*, actor: Actor, limit: int = 50) -> list[RunView]:
    """The newest imports, without refusals."""
    return [brief(run) for run in _scoped(actor).order_by("-pk")[:limit]]


def run_rows(*, actor: Actor) -> QuerySet[ImportRun]:
    """The imports that the actor may see, for a list that pages by itself."""
    return _scoped(actor)


def brief(run: ImportRun) -> RunView:
    """A run without its steps; no query."""
    return _view(run, ())


def get_run(*, actor: Actor, run_id: int, refusals: int = 100) -> RunView:
    """One import with its steps and the first refusals of each; raises NotFound."""
    run = _scoped(actor).filter(pk=run_id).first()
    if run is None:
        raise NotFound
    steps = tuple(
        _step(step, refusals) for step in ImportStep.objects.filter(run=run).select_related("run").order_by("position")
    )
    return _view(run, steps)


def usable_targets(*, actor: Actor) -> list[Target]:
    """The targets that the actor may import into."""
    return [target for target in targets().values() if actor.has(target.right.code)]


def profiles(*, actor: Actor, target: str = "") -> list[tuple[str, str]]:
    """Kept mappings as (target, name)."""
    authorize(actor, IMPORT)
    rows = ImportProfile.objects.order_by("target", "name")
    if target:
        rows = rows.filter(target=target)
    return list(rows.values_list("target", "name"))


def profile_mapping(*, actor: Actor, target: str, name: str) -> Mapping[str, object]:
    authorize(actor, IMPORT)
    row = ImportProfile.objects.filter(target=target, name=name).first()
    if row is None:
        raise NotFound
    found: Mapping[str, object] = row.mapping
    return found


def preview(*, actor: Actor, run_id: int, target_key: str) -> list[Preview]:
    """The columns of a run's first file with samples and proposals for one target."""
    run = _scoped(actor).filter(pk=run_id).first()
    if run is None:
        raise NotFound
    file = next(iter(files_of(run).values()), None)
    if file is None:
        raise BadMapping
    return _previews(file, target_of(target_key))


def _previews(file: TableFile, target: Target) -> list[Preview]:
    names = [name for name in headings(file) if name not in REJECT_COLUMNS]
    first = next(batches(file, size=SAMPLE_ROWS), None)
    table = first.table if first else None
    proposed = proposals(names, target)
    found = []
    for name in names:
        values = [v for v in table[name].to_pylist() if v and v.strip()] if table is not None else []
        distinct = list(dict.fromkeys(v.strip() for v in values))
        found.append(
            Preview(name, tuple(distinct[:SHOWN_VALUES]), proposed.get(name, ""), tuple(distinct[:MOST_CODES]))
        )
    return found


def proposals(names: Sequence[str], target: Target) -> dict[str, str]:
    """Which column seems to be which field: by name, label, or what other systems call it."""
    wanted: dict[str, str] = {}
    for field in target.fields:
        for called in (field.name, *_labels(field), *field.also_called):
            wanted.setdefault(_bare(called), field.name)
    taken: set[str] = set()
    found: dict[str, str] = {}
    for name in names:
        field_name = wanted.get(_bare(name))
        if field_name and field_name not in taken:
            found[name] = field_name
            taken.add(field_name)
    return found


def _labels(field: TargetField) -> list[str]:
    """The field's label in every language: a file need not speak the reader's."""
    found = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.append(str(field.label))
    return found


def refused_codes(*, actor: Actor, run_id: int) -> Mapping[str, tuple[str, ...]]:
    """Values by column that the last try of this run refused as unknown codes, wherever in the file they stand."""
    found: dict[str, list[str]] = {}
    rows = ImportReject.objects.filter(step__run__in=_scoped(actor).filter(pk=run_id), code="unknown_code")
    for column, value in rows.order_by("column", "value").values_list("column", "value").distinct()[: MOST_CODES * 2]:
        found.setdefault(column, []).append(value)
    return {column: tuple(values) for column, values in found.items()}


def _bare(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def reject_file(*, actor: Actor, run_id: int, position: int) -> tuple[str, Iterator[str]]:
    """A CSV of one step's refused rows: the file's own columns as they stood, then line and reason.

    Corrected and sent again, its two last columns are ignored. Returns a file name and lines of text (with BOM).
    """
    run = _scoped(actor).filter(pk=run_id).first()
    step = ImportStep.objects.filter(run=run, position=position).first() if run else None
    if run is None or step is None:
        raise NotFound
    file = files_of(run)[step.source]
    stem = file.name.rsplit(".", 1)[0]
    return f"{stem}-rejected.csv", _reject_lines(file, step)


def _reject_lines(file: TableFile, step: ImportStep) -> Iterator[str]:
    target = targets().get(step.target)
    rows = ImportReject.objects.filter(step=step).order_by("line", "pk")
    reasons = {
        line: "; ".join(_sentence(target, row) for row in found)
        for line, found in groupby(rows.iterator(), key=attrgetter(LINE))
    }
    names = headings(file)
    kept = [i for i, name in enumerate(names) if name not in REJECT_COLUMNS]
    yield "\ufeff" + _csv_line([*(names[i] for i in kept), *REJECT_COLUMNS])
    for line, cells in raw_lines(file, set(reasons)):
        own = [cells[i] for i in kept if i < len(cells)]
        yield _csv_line([*own, *[""] * (len(kept) - len(own)), str(line), reasons[line]])


def _csv_line(cells: Sequence[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def _sentence(target: Target | None, row: ImportReject) -> str:
    reason = reason_text(target, row.code, row.params, field_name=row.field)
    called = row.column or field_label(target, row.field)
    return f"{called}: {reason}" if called else reason


def _view(run: ImportRun, steps: tuple[StepView, ...]) -> RunView:
    return RunView(
        id=run.pk,
        state=run.state,
        mode=run.mode,
        source=run.source,
        is_dry=run.is_dry,
        read=run.read,
        created=run.created,
        updated=run.updated,
        duplicate=run.duplicate,
        rejected=run.rejected,
        rows_done=run.rows_done,
        rows_total=run.rows_total,
        error=run.error,
        made_at=run.made_at,
        finished_at=run.finished_at,
        files=tuple(ImportFile.objects.filter(run=run).order_by("pk").values_list("name", flat=True)) if steps else (),
        steps=steps,
        mapping=run.mapping,
    )


def _causes(step: ImportStep, target: Target | None) -> tuple[Cause, ...]:
    """Why rows were refused, the most frequent reason first; bounded by columns and reasons, not by rows."""
    kinds = ("column", "field", "code")
    rows = ImportReject.objects.filter(step=step)
    counts = {kind[:3]: kind[3] for kind in rows.values_list(*kinds).annotate(count=Count("pk")).order_by()}
    firsts = rows.order_by(*kinds, "line", "pk").distinct(*kinds)
    found = [
        Cause(
            column=row.column or field_label(target, row.field),
            reason=reason_text(target, row.code, row.params, field_name=row.field),
            count=counts[row.column, row.field, row.code],
            line=row.line,
            value=row.value,
        )
        for row in firsts
    ]
    return tuple(sorted(found, key=lambda cause: -cause.count))


def _step(step: ImportStep, limit: int) -> StepView:
    target = targets().get(step.target)
    rows = ImportReject.objects.filter(step=step).order_by("line", "pk")[:limit]
    return StepView(
        target=step.target,
        label=str(target.label) if target else step.target,
        source=step.source,
        read=step.read,
        created=step.created,
        updated=step.updated,
        duplicate=step.duplicate,
        rejected=step.rejected,
        refusals=tuple(
            Refusal(
                row.line,
                row.column,
                row.value,
                reason_text(target, row.code, row.params, field_name=row.field),
                row.field,
                row.code,
                field_label(target, row.field),
            )
            for row in rows
        ),
        causes=_causes(step, target) if step.rejected else (),
        joins=tuple(_join(kept, step) for kept in step.joins),
    )


def _join(kept: Mapping[str, Any], step: ImportStep) -> JoinView:
    named = step.run.mapping.get("sources", {}).get(kept["source"], {})
    return JoinView(
        name=kept["name"],
        source=kept["source"],
        file=named.get("file", ""),
        read=kept["read"],
        rejected=kept["rejected"],
        unmatched=kept["unmatched"],
        first_line=kept["first_line"],
        refusals=tuple(
            Refusal(r["line"], r["column"], r["value"], reason_text(None, r["code"], r["params"]), "", r["code"], "")
            for r in kept["rejections"]
        ),
    )
