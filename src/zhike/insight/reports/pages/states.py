"""The four states on the page: counts, moves between two waves, who stays (METR-08)."""

from dataclasses import dataclass, field
from typing import Self

from django.http import QueryDict
from django.urls import reverse

from zhike.insight.metrics import queries
from zhike.insight.metrics.queries import STATES, Part, StateMoves, StateStay, WaveSpan
from zhike.insight.metrics.types import PeriodKind, Question
from zhike.insight.reports.pages.staying_lines import STATE_LABELS, Written, address, written
from zhike.platform.actors import Actor
from zhike.platform.ui import formats


@dataclass(frozen=True, slots=True)
class StatesAsked:
    """The figure and the two waves of an address; empty: the first with waves, and its last two."""

    figure: str = ""
    first: str = ""
    second: str = ""

    @classmethod
    def of(cls, data: QueryDict) -> Self:
        known = {metric.id for metric in queries.state_metrics()}
        figure = data.get("figure", "")
        return cls(figure if figure in known else "", data.get("first", ""), data.get("second", ""))


@dataclass(frozen=True, slots=True)
class Cell:
    """Customers who went from one state to another: how many, their share of the row in per cent, and who."""

    n: int
    share: str
    url: str
    label: object
    is_same: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One state of the matrix: of how many in each wave, and where those of the first went."""

    label: object
    before: int
    before_url: str
    after: int
    after_url: str
    cells: list[Cell] = field(default_factory=list)
    total: int = 0


@dataclass(frozen=True, slots=True)
class StayRow:
    """One state of a wave: how many, how many of them ordered in the period after it."""

    label: object
    n: int
    hits: int
    written: Written
    urls: dict[str, str]

    @property
    def left(self) -> int:
        return self.n - self.hits


def states_context(actor: Actor, asked: StatesAsked, period: PeriodKind) -> dict[str, object]:
    """What the page says of states; `waves` is empty where no survey of this kind has waves."""
    figure, spans = _spans(actor, asked.figure)
    context: dict[str, object] = {
        "state_figures": [(metric.id, metric.label) for metric in queries.state_metrics()],
        "figure": figure,
        "waves": [(one.wave, f"{one.wave} · n {formats.number(one.customers)}") for one in spans],
        "state_labels": [STATE_LABELS[name] for name in STATES],
        "moves": None,
        "stays": [],
    }
    if not spans:
        return context
    second = asked.second if asked.second in {span.wave for span in spans} else spans[-1].wave
    earlier = [span.wave for span in spans if span.wave != second]
    first = asked.first if asked.first in earlier else earlier[-1] if earlier else ""
    question = Question(figure)
    stays = [
        queries.state_retention(actor=actor, question=question, wave=wave, period=period)
        for wave in (first, second)
        if wave
    ]
    context |= {"first": first, "second": second, "stays": stays}
    context["stay_tables"] = [(one, _stay_rows(figure, period, one)) for one in stays]
    if first:
        moves = queries.state_moves(actor=actor, question=question, before=first, after=second)
        context |= {"moves": moves, "rows": _rows(figure, first, second, moves)}
    return context


def _spans(actor: Actor, figure: str) -> tuple[str, list[WaveSpan]]:
    """The waves of a figure; without one asked for, of the first that has any."""
    found: list[WaveSpan] = []
    for metric in queries.state_metrics():
        if not figure or metric.id == figure:
            found = queries.wave_spans(actor=actor, question=Question(metric.id))
            if found or figure:
                return metric.id, found
    return figure, found


def _rows(figure: str, first: str, second: str, moves: StateMoves) -> list[Row]:
    base = reverse("reports:movers")
    own = [("figure", figure), ("first", first), ("second", second)]
    rows = []
    for name in STATES:
        total = sum(moves.moves.get((name, then), 0) for then in STATES)
        cells = [
            Cell(
                n=n,
                share=formats.percent(n / total, 0) if total else "",
                url=address(base, [*own, ("state", name), ("then", then)]),
                label=STATE_LABELS[then],
                is_same=name == then,
            )
            for then in STATES
            for n in [moves.moves.get((name, then), 0)]
        ]
        rows.append(
            Row(
                label=STATE_LABELS[name],
                before=moves.before[name],
                before_url=address(base, [*own, ("state", name)]),
                after=moves.after[name],
                after_url=address(base, [*own, ("then", name)]),
                cells=cells,
                total=total,
            )
        )
    return rows


def _stay_rows(figure: str, period: PeriodKind, stay: StateStay) -> list[StayRow]:
    base = reverse("reports:state_stayers")
    own = [("figure", figure), ("wave", stay.wave), ("period", period.value)]
    return [
        StayRow(
            label=STATE_LABELS[name],
            n=one.n,
            hits=one.hits or 0,
            written=written(one, is_ended=stay.is_ended),
            urls={
                part.value: address(base, [*own, ("state", name), ("part", part.value)])
                for part in (Part.BASE, Part.STAYED, Part.LEFT)
            },
        )
        for name, one in stay.states.items()
    ]
