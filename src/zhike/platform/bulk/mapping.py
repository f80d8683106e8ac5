"""The mapping file: which file is which source, which column fills which field, what codes mean."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.bulk.types import BadMapping, Target, target_of
from zhike.platform.outbox.types import Mode


@dataclass(frozen=True, slots=True)
class FieldRule:
    """Where a field's value comes from: a column (`source.column` for a lookup's), else a constant.

    `values` translates the file's codes; `other` is used for codes not listed (None: they are refused).
    """

    column: str = ""
    constant: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    other: str | None = None
    keep_other: bool = False
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Lookup:
    """Another file joined by key: the first row by `order_by` (numbers as numbers) where several match."""

    name: str
    source: str
    on: tuple[tuple[str, str], ...]  # (column of the lookup's file, column of the row so far)
    order_by: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Rows of one source into one target."""

    target: str
    source: str
    fields: Mapping[str, FieldRule]
    lookups: tuple[Lookup, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its name (in a folder of files) and how it is written."""

    name: str
    file: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """A whole import: sources and steps, in order, in one transaction."""

    name: str
    mode: Mode
    zone: str
    sources: Mapping[str, Source]
    steps: tuple[Step, ...]
    date_order: str = "ymd"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for storage; `mapping_of` reads them back."""
        return {
            "name": self.name,
            "mode": self.mode.value,
            "zone": self.zone,
            "date_order": self.date_order,
            "sources": {
                s.name: {"file": s.file, "encoding": s.encoding, "delimiter": s.delimiter, "sheet": s.sheet}
                for s in self.sources.values()
            },
            "steps": [_step_dict(step) for step in self.steps],
        }


def _step_dict(step: Step) -> dict[str, Any]:
    return {
        "target": step.target,
        "source": step.source,
        "options": dict(step.options),
        "lookups": [
            {"name": k.name, "source": k.source, "on": dict(k.on), "order_by": k.order_by} for k in step.lookups
        ],
        "fields": {
            name: {
                "column": r.column,
                "constant": r.constant,
                "values": dict(r.values),
                "other": r.other,
                "keep_other": r.keep_other,
                "prefix": r.prefix,
            }
            for name, r in step.fields.items()
        },
    }


def parse_toml(text: str) -> ImportMapping:
    """Read a mapping file; raises `BadMapping` saying what is wrong where."""
    try:
        return mapping_of(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadMapping(_("The mapping file is not valid TOML: %(error)s"), error=str(error)) from error


def mapping_of(data: Mapping[str, Any]) -> ImportMapping:
    """Build and check a mapping from plain values."""
    zone = str(data.get("zone") or "")
    if not clock.is_zone(zone):
        raise BadMapping(
            _("The mapping must name the zone of its times, such as Asia/Shanghai; it says: %(zone)s"), zone=zone
        )
    try:
        mode = Mode(data.get("mode", Mode.BACKFILL.value))
    except ValueError:
        raise BadMapping(_("The mode is live or backfill, not %(mode)s."), mode=str(data.get("mode"))) from None
    date_order = str(data.get("date_order") or "ymd")
    if date_order not in {"ymd", "dmy", "mdy"}:
        raise BadMapping(_("The date order is ymd, dmy or mdy, not %(order)s."), order=date_order)
    sources = {
        name: Source(
            name=name,
            file=str(spec["file"]) if isinstance(spec, Mapping) else str(spec),
            encoding=str(spec.get("encoding", "")) if isinstance(spec, Mapping) else "",
            delimiter=str(spec.get("delimiter", "")) if isinstance(spec, Mapping) else "",
            sheet=str(spec.get("sheet", "")) if isinstance(spec, Mapping) else "",
        )
        for name, spec in (data.get("sources") or {}).items()
    }
    steps = tuple(_step(spec, sources) for spec in data.get("steps") or [])
    if not steps:
        raise BadMapping(_("The mapping has no step: it says nowhere which source goes into which target."))
    return ImportMapping(
        name=str(data.get("name", "")), mode=mode, zone=zone, sources=sources, steps=steps, date_order=date_order
    )


def _step(spec: Mapping[str, Any], sources: Mapping[str, Source]) -> Step:
    target = target_of(str(spec.get("target", "")))
    source = str(spec.get("source", ""))
    lookups = tuple(_lookup(item) for item in spec.get("lookups") or [])
    for used in (source, *(lookup.source for lookup in lookups)):
        if used not in sources:
            raise BadMapping(_("The mapping uses a source %(source)s that it does not name."), source=used)
    known = {f.name for f in target.fields}
    rules: dict[str, FieldRule] = {}
    for name, rule in (spec.get("fields") or {}).items():
        if name not in known:
            raise BadMapping(
                _("%(target)s has no field %(field)s; it has: %(known)s"),
                target=target.key,
                field=name,
                known=", ".join(sorted(known)),
            )
        rules[name] = _rule(rule)
    _check_required(target, rules)
    options = {str(k): str(v) for k, v in (spec.get("options") or {}).items()}
    return Step(target=target.key, source=source, fields=rules, lookups=lookups, options=options)


def _check_required(target: Target, rules: Mapping[str, FieldRule]) -> None:
    missing = [f.name for f in target.fields if f.required and f.name not in rules]
    if missing:
        raise BadMapping(
            _("These fields of %(target)s are required and not mapped: %(missing)s"),
            target=target.key,
            missing=", ".join(missing),
        )


def _lookup(spec: Mapping[str, Any]) -> Lookup:
    return Lookup(
        name=str(spec["name"]),
        source=str(spec["source"]),
        on=tuple((str(k), str(v)) for k, v in spec["on"].items()),
        order_by=str(spec.get("order_by", "")),
    )


def _rule(spec: str | Mapping[str, Any]) -> FieldRule:
    if isinstance(spec, str):
        return FieldRule(column=spec)
    constant = spec.get("constant")
    return FieldRule(
        column=str(spec.get("column") or ""),
        constant=None if constant is None else str(constant),
        values={str(k): str(v) for k, v in (spec.get("values") or {}).items()},
        other=None if spec.get("other") is None else str(spec["other"]),
        keep_other=bool(spec.get("keep_other", False)),
        prefix=str(spec.get("prefix") or ""),
    )
