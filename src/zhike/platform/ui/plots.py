"""Plots as small records: which question is asked decides the form. Each carries its table."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext

from zhike.platform.ui import formats
from zhike.platform.ui.components import SMALL_BELOW, Text, Verdict

Value = float | None
FUNNEL_FROM = 30
ROW_HEIGHT = 28
TONES = {Verdict.BETTER: "better", Verdict.WORSE: "worse"}
HAN_WIDTH = 13
LATIN_WIDTH = 7


@dataclass(frozen=True, slots=True)
class PlotTable:
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def shown(value: Value, decimals: int, unit: str = "") -> str:
    if value is None:
        return "–"
    return f"{formats.number(value, decimals)} {unit}".strip()


def text_width(text: str) -> int:
    """Rough width in pixels at 12 px."""
    return sum(HAN_WIDTH if ord(character) > 0x2E80 else LATIN_WIDTH for character in text)  # noqa: PLR2004  # CJK begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot(ABC):
    """Base. `note` says period, base and filter; `name` names the exported file."""

    title: Text
    note: Text = ""
    unit: str = ""
    decimals: int = 1
    name: str = "plot"

    kind: ClassVar[str] = ""

    def spec(self) -> dict[str, Any]:
        """What the script draws."""
        return {"kind": self.kind, "unit": self.unit, "decimals": self.decimals, "height": self.height()}

    def height(self) -> int:
        return 280

    @abstractmethod
    def table(self) -> PlotTable:
        """The same figures as text."""

    def _text(self, value: Value) -> str:
        return shown(value, self.decimals, self.unit)

    def _interval(self, low: Value, high: Value) -> str:
        if low is None or high is None:
            return "–"
        return formats.interval(low, high, self.decimals) or formats.EN_DASH


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A line; `low` and `high` are its 95 % interval. `n` is the base of the latest value."""

    name: str
    values: Sequence[Value]
    low: Sequence[Value] = ()
    high: Sequence[Value] = ()
    n: int | None = None

    def label(self) -> str:
        return self.name if self.n is None else f"{self.name} n {formats.number(self.n)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePlot(Plot):
    """Getting better? At most four lines; above that draw small multiples."""

    x: Sequence[str]
    series: Sequence[Series]
    previous: Sequence[Value] = ()
    previous_label: Text = ""
    target: Value = None
    target_label: Text = ""
    marks: Sequence[tuple[str, Text]] = ()

    kind: ClassVar[str] = "line"

    def __post_init__(self) -> None:
        if len(self.series) > 4:  # noqa: PLR2004  # ui.md §5
            raise ValueError("above four series draw small multiples")

    def spec(self) -> dict[str, Any]:
        labels = [one.label() for one in self.series] + [str(self.previous_label)]
        return {
            **Plot.spec(self),
            "x": list(self.x),
            "series": [
                {
                    "name": one.name,
                    "label": one.label(),
                    "values": list(one.values),
                    "low": list(one.low),
                    "high": list(one.high),
                }
                for one in self.series
            ],
            "previous": list(self.previous),
            "previous_label": str(self.previous_label),
            "target": self.target,
            "target_label": str(self.target_label),
            "marks": [{"at": at, "text": str(text)} for at, text in self.marks],
            "end_width": min(200, 20 + max(map(text_width, labels))),
        }

    def table(self) -> PlotTable:
        heads = [gettext("Period")]
        for one in self.series:
            heads.extend([one.name, gettext("95 % interval")] if one.low else [one.name])
        if self.previous:
            heads.append(str(self.previous_label))
        return PlotTable(heads, [self._line(at, label) for at, label in enumerate(self.x)])

    def _line(self, at: int, label: str) -> list[str]:
        cells = [label]
        for one in self.series:
            cells.append(self._text(one.values[at]))
            if one.low:
                cells.append(self._interval(one.low[at], one.high[at]))
        if self.previous:
            cells.append(self._text(self.previous[at]))
        return cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One row: a unit with its value, interval and base. `verdict` colours it only beyond noise."""

    name: str
    value: Value
    low: Value = None
    high: Value = None
    n: int | None = None
    verdict: Verdict = Verdict.NO_CLEAR_CHANGE
    url: str = ""

    @property
    def small(self) -> bool:
        return self.n is not None and self.n < SMALL_BELOW

    def named(self) -> str:
        return self.name if self.n is None else f"{self.name}  n {formats.number(self.n)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPlot(Plot):
    """Base of plots with a row a unit; the caller sorts."""

    rows: Sequence[Unit]
    reference: Value = None
    reference_label: Text = ""

    def height(self) -> int:
        return 56 + ROW_HEIGHT * max(1, len(self.rows))

    def spec(self) -> dict[str, Any]:
        return {
            **Plot.spec(self),
            "rows": [self._row(row) for row in self.rows],
            "reference": self.reference,
            "reference_label": str(self.reference_label),
        }

    def _row(self, row: Unit) -> dict[str, Any]:
        text = f"{row.named()}  {self._text(row.value)}"
        if row.low is not None:
            text = f"{text}  {self._interval(row.low, row.high)}"
        return {
            "name": row.named(),
            "value": row.value,
            "low": row.low,
            "high": row.high,
            "small": row.small,
            "tone": TONES.get(row.verdict, "series-1"),
            "url": row.url,
            "text": text,
        }

    def table(self) -> PlotTable:
        heads = [gettext("Unit"), "n", gettext("Value"), gettext("95 % interval")]
        rows = [
            [
                row.name,
                "–" if row.n is None else formats.number(row.n),
                self._text(row.value),
                self._interval(row.low, row.high),
            ]
            for row in self.rows
        ]
        return PlotTable(heads, rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class DotPlot(RowPlot):
    """Who differs? Up to 30 units: sorted dots with intervals, the mean dashed."""

    kind: ClassVar[str] = "dots"


@dataclass(frozen=True, slots=True, kw_only=True)
class BarPlot(RowPlot):
    """What drives it? Who dropped out? Horizontal bars from zero; with intervals where given."""

    kind: ClassVar[str] = "bars"


@dataclass(frozen=True, slots=True)
class Limit:
    """Control limits at one base: 95 % and 99.8 %."""

    n: int
    low: float
    high: float
    far_low: float
    far_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelPlot(RowPlot):
    """Who differs, beyond 30 units: the rate against its base, with control limits. Names only those outside."""

    limits: Sequence[Limit]

    kind: ClassVar[str] = "funnel"

    def height(self) -> int:
        return 380

    def spec(self) -> dict[str, Any]:
        found = RowPlot.spec(self)
        found["rows"] = [
            {**drawn, "name": row.name, "n": row.n or 0, "named": row.verdict in TONES}
            for drawn, row in zip(found["rows"], self.rows, strict=True)
        ]
        limits = [
            {"n": one.n, "low": one.low, "high": one.high, "far_low": one.far_low, "far_high": one.far_high}
            for one in self.limits
        ]
        return {**found, "limits": limits, "n_label": gettext("base n")}


@dataclass(frozen=True, slots=True)
class Counts:
    """One question or unit: how often each level was answered, worst level first."""

    name: str
    counts: Sequence[int]
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DivergingPlot(Plot):
    """What was answered? Shares of 100 %, the middle level astride zero. `levels` run from worst to best."""

    levels: Sequence[str]
    rows: Sequence[Counts]

    kind: ClassVar[str] = "diverging"

    def height(self) -> int:
        return 32 + 32 * max(1, len(self.rows))

    def spec(self) -> dict[str, Any]:
        half, odd = divmod(len(self.levels), 2)
        shares = [[100 * c / sum(row.counts) if sum(row.counts) else 0.0 for c in row.counts] for row in self.rows]
        parts: list[dict[str, Any]] = []
        if odd:
            middle = [row[half] / 2 for row in shares]
            words = [self._text(row[half]) for row in shares]
            parts.append(self._part(half, [-share for share in middle], words, "edge", 0.5))
            parts.append(self._part(half, middle, [""] * len(words), "edge", 0.5))
        for step in range(half):
            weight = 1.0 if step == half - 1 else 0.6
            below, above = half - 1 - step, half + odd + step
            words = [self._text(row[below]) for row in shares]
            parts.append(self._part(below, [-row[below] for row in shares], words, "worse", weight))
            words = [self._text(row[above]) for row in shares]
            parts.append(self._part(above, [row[above] for row in shares], words, "better", weight))
        reach = [sum(abs(part["shares"][at]) for part in parts if part["shares"][at] < 0) for at in range(len(shares))]
        other = [sum(part["shares"][at] for part in parts if part["shares"][at] > 0) for at in range(len(shares))]
        return {
            **Plot.spec(self),
            "rows": [{"name": f"{row.name}  n {sum(row.counts)}", "url": row.url} for row in self.rows],
            "parts": parts,
            "extent": max([*reach, *other, 1.0]),
            "label_from": 7,
        }

    def _part(self, level: int, shares: list[float], words: list[str], tone: str, weight: float) -> dict[str, Any]:
        return {"name": str(self.levels[level]), "shares": shares, "shown": words, "tone": tone, "weight": weight}

    def key(self) -> list[tuple[str, str]]:
        """Levels in reading order with the class of their swatch; the plot has no room for names in thin parts."""
        half, odd = divmod(len(self.levels), 2)
        found = []
        for at, level in enumerate(self.levels):
            if odd and at == half:
                css = "middle"
            elif at < half:
                css = "worst" if at == 0 else "worse"
            else:
                css = "best" if at == len(self.levels) - 1 else "better"
            found.append((str(level), css))
        return found

    def table(self) -> PlotTable:
        heads = [gettext("Item"), "n", *(str(level) for level in self.levels)]
        rows = []
        for row in self.rows:
            total = sum(row.counts)
            shares = [self._text(100 * count / total) if total else "–" for count in row.counts]
            rows.append([row.name, formats.number(total), *shares])
        return PlotTable(heads, rows)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two values of one unit: before and after, P50 and P90, expected and received."""

    name: str
    start: float
    end: float
    n: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DumbbellPlot(Plot):
    """Did it work? Where did time go? Expected, received? A hollow start, a full end."""

    rows: Sequence[Pair]
    start_label: Text
    end_label: Text

    kind: ClassVar[str] = "dumbbells"

    def height(self) -> int:
        return 76 + ROW_HEIGHT * max(1, len(self.rows))

    def spec(self) -> dict[str, Any]:
        rows = [
            {
                "name": row.name if row.n is None else f"{row.name}  n {formats.number(row.n)}",
                "start": row.start,
                "end": row.end,
                "small": row.n is not None and row.n < SMALL_BELOW,
                "url": row.url,
                "text": f"{row.name}  {self._text(row.start)} → {self._text(row.end)}",
            }
            for row in self.rows
        ]
        labels = {"start_label": str(self.start_label), "end_label": str(self.end_label)}
        return {**Plot.spec(self), "rows": rows, **labels}

    def table(self) -> PlotTable:
        heads = [gettext("Unit"), "n", str(self.start_label), str(self.end_label), gettext("Difference")]
        rows = [
            [
                row.name,
                "–" if row.n is None else formats.number(row.n),
                self._text(row.start),
                self._text(row.end),
                self._text(row.end - row.start),
            ]
            for row in self.rows
        ]
        return PlotTable(heads, rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    name: str
    longitude: float
    latitude: float
    value: Value
    n: int | None = None
    verdict: Verdict = Verdict.NO_CLEAR_CHANGE
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacePlot(Plot):
    """Where? Points on a graticule; no tiles and no borders. The area grows with the base; outliers are named."""

    places: Sequence[Place]

    kind: ClassVar[str] = "places"

    def height(self) -> int:
        return 440

    def spec(self) -> dict[str, Any]:
        longitudes = [place.longitude for place in self.places] or [0.0]
        latitudes = [place.latitude for place in self.places] or [0.0]
        span = max(max(longitudes) - min(longitudes), max(latitudes) - min(latitudes), 0.5)
        step = next(size for size in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60) if span / size <= 8)  # noqa: PLR2004
        most = max((place.n or 1 for place in self.places), default=1)
        return {
            **Plot.spec(self),
            "step": step,
            "longitude": _ends(longitudes, step),
            "latitude": _ends(latitudes, step),
            "points": [
                {
                    "label": place.name,
                    "longitude": place.longitude,
                    "latitude": place.latitude,
                    "size": round(6 + 20 * ((place.n or 1) / most) ** 0.5),
                    "text": self._words(place),
                    "tone": TONES.get(place.verdict, "series-1"),
                    "named": place.verdict in TONES,
                    "small": place.n is not None and place.n < SMALL_BELOW,
                    "url": place.url,
                }
                for place in self.places
            ],
        }

    def _words(self, place: Place) -> str:
        return (
            f"{self._text(place.value)} n {formats.number(place.n)}" if place.n is not None else self._text(place.value)
        )

    def table(self) -> PlotTable:
        heads = [gettext("Place"), gettext("Longitude"), gettext("Latitude"), "n", gettext("Value")]
        rows = [
            [
                place.name,
                f"{place.longitude:.2f}",
                f"{place.latitude:.2f}",
                "–" if place.n is None else formats.number(place.n),
                self._text(place.value),
            ]
            for place in self.places
        ]
        return PlotTable(heads, rows)


def _ends(values: Sequence[float], step: float) -> list[float]:
    low = (min(values) // step) * step
    high = -((-max(values)) // step) * step
    return [round(low, 6), round(high if high > low else low + step, 6)]
