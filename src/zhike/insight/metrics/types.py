"""What a metric is, what may be asked of it, and what a figure says of itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import ibis.expr.types as ir
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.methods.scales import Scale
from zhike.platform.errors import ZhikeError
from zhike.platform.facts import ColumnType
from zhike.platform.parameters.types import Parameter

Text = str | Promise
Condition = Callable[[ir.Table], ir.BooleanValue]
Quantity = Callable[[ir.Table], ir.NumericValue]


class Kind(StrEnum):
    """How rows become one value."""

    RATE = "rate"  # share of rows, in per cent, with its Wilson interval
    PER_THOUSAND = "per_thousand"
    DURATION = "duration"  # in the unit of the metric: mean with t interval, median, P90
    MEAN = "mean"  # in points of the metric's scale, with t interval and the same as 0 to 100
    NET = "net"  # share at one end less share at the other, in points, with its adjusted Wald interval
    WEIGHTED = "weighted"  # share of the weight, in per cent, beside the plain share; Wilson on the effective base
    COUNT = "count"


class Direction(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"
    NONE = "none"


class Base(StrEnum):
    """What the base allows (methods §1.10)."""

    NONE = "none"  # no data, which is not 0
    WITHHELD = "withheld"  # fewer than 10
    SMALL = "small"  # 10 to 29: shown, marked
    SOUND = "sound"


class PeriodKind(StrEnum):
    """Periods of the calendar in which customers stay or leave."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


AS_OF = "_as_of"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WITHHELD_BELOW = 10
SMALL_BELOW = 30


def base_of(n: int) -> Base:
    if n == 0:
        return Base.NONE
    if n < WITHHELD_BELOW:
        return Base.WITHHELD
    return Base.SMALL if n < SMALL_BELOW else Base.SOUND


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One frozen definition. A change of meaning is a new version, never an edit.

    `eligible`: rows that belong to the base; `known`: those of them with an answer (the others are *missing*);
    `hit`: the numerator of a rate; `value`: the length of a duration, the points of a mean; `against`: the other end of
    a net figure; `weight` of a weighted one, known wherever `known` holds. `levels`: the one scale that it is made of.
    `decimals` are those of its table. `time` is the date column that periods and months are taken by. All may ask
    `rows[AS_OF]`, the moment of the data: what is past due then is so of itself.
    """

    id: str
    version: int
    label: Text
    definition: Text
    unit: str
    kind: Kind
    direction: Direction
    fact: str
    grain: Text
    time: str
    source: Text
    eligible: Condition
    known: Condition
    hit: Condition | None = None
    value: Quantity | None = None
    against: Condition | None = None
    weight: Quantity | None = None
    levels: Scale | None = None
    decimals: int = 2
    parameters: tuple[Parameter[Any], ...] = ()
    order: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """Which rows, split by what. `since`/`until` are the first and last month (first of the month), both included.

    `generation` and `at` name a state shown before: its rows, and the moment against which deadlines are held.
    """

    metric: str
    split: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: str = ""
    until: str = ""
    generation: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One value with all that it needs to be believed. `value`, `low`, `high` are None where withheld or no data.

    `hits` of `n` known rows, `missing` eligible rows without an answer. For durations: `value` is the mean,
    `median` and `p90` beside it; `mean` and the sample standard `deviation` for pooling, whatever the base.
    Of a mean on a scale `score` is the same as 0 to 100; of a net figure `against` counts the other end; of a weighted
    one `plain` is the unweighted share and `effective` the base that the weights leave.
    """

    at: Mapping[str, str]
    names: Mapping[str, str]
    n: int
    missing: int
    base: Base
    hits: int | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    median: float | None = None
    p90: float | None = None
    mean: float | None = None
    deviation: float | None = None
    against: int | None = None
    score: float | None = None
    plain: float | None = None
    effective: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "at": dict(self.at),
            "names": dict(self.names),
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "median": self.median,
            "p90": self.p90,
            "hits": self.hits,
            "against": self.against,
            "score": self.score,
            "plain": self.plain,
            "effective": self.effective,
            "n": self.n,
            "missing": self.missing,
            "base": self.base.value,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Figures of one question with their common account: definition, data, time."""

    metric: Metric
    question: Question
    total: Figure
    figures: tuple[Figure, ...]
    generation: int
    as_of: datetime | None
    parameter_versions: Mapping[str, int] = field(default_factory=dict)

    def state(self) -> dict[str, str]:
        """The part of an address that names the state this was made from, so that its rows are those it counted."""
        named = {"generation": str(self.generation)}
        if self.as_of is not None:
            named["at"] = str((self.as_of - EPOCH) // timedelta(microseconds=1))
        return named


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One figure against another: the difference with its interval, and whether it is beyond chance."""

    difference: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveStep:
    """One wave of a figure and how it differs from the wave before; `p` two-sided, for rates and net figures.

    `change` is None for the first wave and where either base is withheld; `is_small`: a base below 30 on either side.
    """

    wave: str
    figure: Figure
    change: Change | None = None
    p: float | None = None
    is_small: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """First and last month, both included."""

    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval; no limits where the base is too small for them."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How durations lie around their mean, in hours."""

    n: int
    median: Estimate
    p90: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedColumn:
    """One column of a fact as its files have it. `label` is what people call it; `figures` by id read it."""

    name: str
    type: ColumnType
    label: str
    is_dimension: bool
    figures: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFact:
    """One fact: one row for each thing of its kind. `scope` is the column that a reader's reach is held against."""

    name: str
    label: str
    scope: str
    columns: tuple[PublishedColumn, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What a file holds: rows of one generation of a fact."""

    fact: str
    generation: int
    as_of: datetime | None
    rows: int


class UnknownFact(ZhikeError):
    code = "unknown_fact"
    status = 404
    message = _("There is no fact %(fact)s.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A figure that is no sum over rows of one fact and has a page of its own; the dictionary tells of it too.

    A change of meaning is a new version, as with metrics. `unit` is empty for plain means and counts.
    """

    id: str
    version: int
    label: Text
    definition: Text
    unit: str
    grain: Text
    time: Text
    interval: Text
    source: Text
    dimensions: Text
    url_name: str
    note: Text = ""
    order: int = 0


class UnknownMetric(ZhikeError):
    code = "unknown_metric"
    status = 404
    message = _("There is no metric %(metric)s.")


class UnknownDimension(ZhikeError):
    code = "unknown_dimension"
    status = 422
    message = _("%(metric)s cannot be split or filtered by %(dimension)s; it can by: %(known)s")


class GenerationGone(ZhikeError):
    code = "generation_gone"
    status = 409
    message = _("The data behind this figure has moved on.")
    kept = _("The figure was right when it was shown.")
    next_step = _("Open the present figure.")


_metrics: dict[str, Metric] = {}


def define(metric: Metric) -> Metric:
    """Register a definition; ids are unique."""
    if metric.id in _metrics:
        message = f"metric {metric.id} is defined twice"
        raise ValueError(message)
    _metrics[metric.id] = metric
    return metric


def metrics() -> dict[str, Metric]:
    """All definitions by id, in the order in which people expect them."""
    return dict(sorted(_metrics.items(), key=lambda item: (item[1].order, item[0])))


def metric_of(metric_id: str) -> Metric:
    """The definition; raises `UnknownMetric`."""
    try:
        return _metrics[metric_id]
    except KeyError:
        raise UnknownMetric(metric=metric_id) from None


_described: dict[str, Described] = {}


def describe(figure: Described) -> Described:
    """Register a figure that has its own page; ids are unique among metrics too."""
    if figure.id in _described or figure.id in _metrics:
        message = f"figure {figure.id} is defined twice"
        raise ValueError(message)
    _described[figure.id] = figure
    return figure


def described() -> dict[str, Described]:
    """All of them by id, in the order in which people expect them."""
    return dict(sorted(_described.items(), key=lambda item: (item[1].order, item[0])))


class Element(StrEnum):
    """The four elements of customer service in logistics (METR-15)."""

    TIME = "time"
    RELIABILITY = "reliability"
    COMMUNICATION = "communication"
    CONVENIENCE = "convenience"


class Cut(StrEnum):
    """For whom or what the four elements are told; the values are dimensions of figures."""

    CUSTOMER = "customer_id"
    OUTLET = "outlet_id"
    MODE = "service_mode"
    REGION = "region"


ELEMENT_LABELS: Final[Mapping[Element, Promise]] = {
    Element.TIME: pgettext_lazy("element of service", "Time"),
    Element.RELIABILITY: pgettext_lazy("element of service", "Reliability"),
    Element.COMMUNICATION: pgettext_lazy("element of service", "Communication"),
    Element.CONVENIENCE: pgettext_lazy("element of service", "Convenience"),
}
CUT_LABELS: Final[Mapping[Cut, Promise]] = {
    Cut.CUSTOMER: _("Customer"),
    Cut.OUTLET: _("Delivery outlet"),
    Cut.MODE: _("Service mode"),
    Cut.REGION: _("Destination region"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One figure of an element. `best` is worth 100 points, `worst` none; between them points lie on a straight line.

    `by`: by which dimension of the figure each cut is made; a cut that is absent cannot be told by this figure.
    """

    element: Element
    metric: str
    best: float | Parameter[Any]
    worst: float | Parameter[Any]
    by: Mapping[Cut, str] = field(hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """A component of one customer, outlet, mode or region: its figure, and what that is worth, 0 to 100.

    `value`, `low`, `high` are None below a base of 10; `question` opens the rows that the figure counted.
    """

    component: Component
    figure: Figure
    question: Question
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementScore:
    """The mean of the components that have a base, with the least of their bases as its own.

    `low` and `high` are the means of the components' limits: they hold however the components hang together.
    """

    element: Element
    points: tuple[Points, ...]
    n: int
    base: Base
    value: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def counted(self) -> int:
        """How many components it is the mean of."""
        return sum(one.value is not None for one in self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementCard:
    """The four elements of one customer, outlet, mode or region, or of all together (`value` is empty)."""

    cut: Cut
    value: str
    name: str
    scores: tuple[ElementScore, ...]

    def score(self, element: Element) -> ElementScore:
        return next(one for one in self.scores if one.element is element)


@dataclass(frozen=True, slots=True, kw_only=True)
class Elements:
    """Cards of one cut with their common account.

    `formulas` say of what each element is made and how, `absent` what belongs to it and is not measured so.
    """

    cut: Cut
    since: str
    until: str
    total: ElementCard
    cards: tuple[ElementCard, ...]
    as_of: datetime | None
    version: int
    source: Text
    formulas: Mapping[Element, str]
    absent: Mapping[Element, tuple[str, ...]]
    parameter_versions: Mapping[str, int] = field(default_factory=dict)


class Whose(StrEnum):
    """Whose rows a tile of a dashboard counts, always within the reader's reach."""

    REACH = "reach"
    MINE = "mine"
    MY_CUSTOMERS = "my_customers"
    MY_KEY_CUSTOMERS = "my_key_customers"
    MY_UNIT = "my_unit"


WHOSE_LABELS: Final[Mapping[Whose, Text]] = {
    Whose.REACH: "",
    Whose.MINE: _("my own"),
    Whose.MY_CUSTOMERS: _("my customers"),
    Whose.MY_KEY_CUSTOMERS: _("my key customers"),
    Whose.MY_UNIT: _("my unit"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure of a dashboard. Of several metrics, each on its own scale, the first is shown that has a base of 10.

    `of_now`: the figure speaks of now, so it has no period and nothing to compare with.
    """

    metrics: tuple[str, ...]
    whose: Whose = Whose.REACH
    of_now: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The figures suited to a role, and to which roles they are shown (METR-23)."""

    code: str
    label: Text
    roles: frozenset[str]
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TileAnswer:
    """A tile filled in: its figure for the period, the months before it, and its change.

    `spans` are the period and the equally long one before it; None where the tile speaks of now.
    """

    tile: Tile
    question: Question
    answer: Answer
    months: tuple[Figure, ...] = ()
    spans: tuple[Span, Span] | None = None
    change: Change | None = None


class UnknownBoard(ZhikeError):
    code = "unknown_board"
    status = 404
    message = _("There is no dashboard %(board)s for you.")
