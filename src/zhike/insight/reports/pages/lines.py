"""The table of a report as rows: on the page, in the PDF and in the sheet they are the same."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from zhike.insight.metrics.types import Base
from zhike.insight.reports.types import FormReport, ItemLine, SurveyReport
from zhike.methods.scales import SCALES, Kind
from zhike.platform.i18n.labels import pick
from zhike.platform.ui import formats
from zhike.platform.ui.plots import Counts, DivergingPlot, Plot
from zhike.platform.ui.tables import Column
from zhike.platform.ui.tables import Kind as CellKind
from zhike.voice.surveys.types import AUDIENCE_LABELS, DISPOSITION_LABELS, POINT_LABELS, Disposition, ItemKind

SPLIT_LABELS = {
    "value_class": _("By value class"),
    "industry": _("By industry"),
    "region": _("By region"),
    "business_line": _("By business line"),
    "service_mode": _("By service mode"),
    "outlet_id": _("By outlet"),
    "staff_id": _("By agent"),
    "category": _("By reason of the contact"),
    "call_length": _("By length of the call"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One question as a reader sees it: every number already written out, with the number itself for sheets."""

    form: str
    section: str
    key: str
    text: str
    measure: str
    line: ItemLine
    rate: str
    interval: str
    dissatisfied: str
    mean: str
    change: str
    is_clear: bool
    note: str
    levels: str


def rows_of(report: SurveyReport) -> Iterator[Shown]:
    """Every question of every form, in the order of the forms."""
    for form in report.forms:
        yield from form_rows(form)


def form_rows(form: FormReport) -> Iterator[Shown]:
    name = str(AUDIENCE_LABELS[form.audience])
    for section in form.sections:
        for line in section.lines:
            yield _shown(name, pick(section.titles), line)


def _shown(form: str, section: str, line: ItemLine) -> Shown:
    is_nps = _kind(line) is Kind.RECOMMENDATION
    return Shown(
        form=form,
        section=section,
        key=line.item.key,
        text=pick(line.item.texts),
        measure=_measure(line),
        line=line,
        rate=_points(line.rate) if is_nps else _percent(line.rate),
        interval=_interval(line, is_nps=is_nps),
        dissatisfied=_bad_end(line),
        mean="" if line.mean is None else formats.number(line.mean, 2),
        change=_change(line),
        is_clear=line.change is not None and line.change.is_clear,
        note=_note(line),
        levels=_levels(line),
    )


def _kind(line: ItemLine) -> Kind | None:
    return SCALES[line.item.scale].kind if line.item.scale else None


def _measure(line: ItemLine) -> str:
    match _kind(line):
        case Kind.RECOMMENDATION:
            return gettext("NPS, points")
        case Kind.EFFORT:
            return gettext("little effort, %")
        case Kind.SATISFACTION:
            return gettext("satisfied, %")
        case Kind.YES_NO:
            return gettext("yes, %")
    return ""


def _percent(value: float | None) -> str:
    return "" if value is None else formats.number(value, 2)


def _bad_end(line: ItemLine) -> str:
    """The share at the bad end, in the word of its kind where that is not “dissatisfied”."""
    share = _percent(line.dissatisfied)
    match _kind(line) if share else None:
        case Kind.RECOMMENDATION:
            return gettext("%(share)s detractors") % {"share": share}
        case Kind.EFFORT:
            return gettext("%(share)s great effort") % {"share": share}
    return share


def _points(value: float | None) -> str:
    return "" if value is None else f"{value:+.1f}".replace("-", "−")


def _interval(line: ItemLine, *, is_nps: bool) -> str:
    if line.low is None or line.high is None:
        return ""
    if is_nps:
        return f"{_points(line.low)} … {_points(line.high)}"
    return f"{formats.number(line.low, 1)}–{formats.number(line.high, 1)}"


def _change(line: ItemLine) -> str:
    if line.change is None:
        return ""
    return f"{line.change.difference:+.1f}".replace("-", "−")


def _note(line: ItemLine) -> str:
    if line.base is Base.WITHHELD:
        return gettext("fewer than 10 answers: not shown")
    if line.base is Base.SMALL:
        return gettext("small base: n < 30")
    return ""


def _levels(line: ItemLine) -> str:
    """How often each answer was given, for choices; a scale has its own plot."""
    if line.item.kind is ItemKind.TEXT:
        words = ngettext("%(n)s comment", "%(n)s comments", line.texts)
        return words % {"n": formats.number(line.texts)} if line.texts else ""
    if not line.levels:
        return ""
    joint = pgettext("between the parts of a list", ", ")
    return joint.join(f"{level.label} {formats.number(level.n)}" for level in line.levels if level.n)


def fates_of(report: SurveyReport) -> list[tuple[str, list[int], int]]:
    """Name of each fate, how many by form, and together."""
    found = []
    for fate in Disposition:
        counts = [form.response.fates.get(fate, 0) for form in report.forms]
        if any(counts):
            found.append((str(DISPOSITION_LABELS[fate]), counts, sum(counts)))
    return found


def plot_of(form: FormReport) -> Plot | None:
    """How the answers on the form's commonest scale lie; other scales are not laid upon it."""
    scales = [line.item.scale for line in form.lines if line.item.scale and line.rate is not None]
    if not scales:
        return None
    scale = SCALES[max(set(scales), key=scales.count)]
    levels = list(scale.levels) if scale.higher_is_better else list(reversed(scale.levels))
    rows = []
    for line in form.lines:
        if line.item.scale == scale.id and line.rate is not None:
            by_value = {level.value: level.n for level in line.levels}
            rows.append(Counts(name=pick(line.item.texts), counts=[by_value.get(level, 0) for level in levels]))
    return DivergingPlot(
        title=_("How the answers lie"),
        unit="%",
        decimals=0,
        name=f"answers-{form.audience}",
        levels=[str(POINT_LABELS[scale.id].get(level, level)) for level in levels],
        rows=rows,
    )


def columns(report: SurveyReport) -> Sequence[Column]:
    """The sheet: one line a question, numbers as numbers."""
    number = CellKind.NUMBER
    compared = [Column("change", _("Change against the wave before, points"), number, value=_of("change"))]
    return [
        Column("form", _("Form")),
        Column("section", pgettext("form of a survey", "Part")),
        Column("key", pgettext("question of a survey", "Key")),
        Column("text", _("Question")),
        Column("measure", _("Figure")),
        Column("rate", _("Result"), number, value=_of("rate"), decimals=2),
        Column("low", _("95 % interval, from"), number, value=_of("low"), decimals=2),
        Column("high", _("95 % interval, to"), number, value=_of("high"), decimals=2),
        Column(
            "dissatisfied",
            _("Dissatisfied (detractors, great effort), %"),
            number,
            value=_of("dissatisfied"),
            decimals=2,
        ),
        Column("top", _("Best answer alone, %"), number, value=_of("top"), decimals=2),
        Column("mean", _("Mean"), number, value=_of("mean"), decimals=4),
        Column("score", _("Score, 0 to 100"), number, value=_of("score"), decimals=2),
        Column("n", "n", number, value=_of("n")),
        Column("skipped", _("Not relevant"), number, value=_of("skipped")),
        Column("unasked", _("Not asked or left out"), number, value=_of("unasked")),
        *(compared if report.previous else []),
        Column("levels", _("Answers")),
        Column("note", _("Note")),
    ]


def _of(name: str) -> Callable[[Shown], float | int | None]:
    """The number of a line, unrounded."""

    def value(row: Shown) -> float | int | None:
        found = getattr(row.line, name)
        if name == "change":
            return None if found is None else float(found.difference)
        # Counts stay whole numbers.
        return found if found is None or isinstance(found, int) else float(found)

    return value
