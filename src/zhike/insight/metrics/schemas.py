"""Shapes of the figures API."""

from datetime import date, datetime

from ninja import Schema
from pydantic import Field


class MetricOut(Schema):
    """One definition of the figure dictionary."""

    id: str
    version: int
    label: str
    definition: str
    unit: str = Field(description="% of the base, h (hours), or nothing for counts")
    kind: str = Field(description="rate, per_thousand, duration, mean, net, weighted or count")
    direction: str
    grain: str
    fact: str
    time: str = Field(description="The date that periods and months are taken by")
    source: str
    dimensions: list[str]


class FigureOut(Schema):
    """A value with its account; value and interval are null where the base is too small or there is no data."""

    at: dict[str, str] = Field(description="The values of the dimensions split by; '' where a row has none")
    names: dict[str, str]
    value: float | None
    low: float | None
    high: float | None
    median: float | None
    p90: float | None
    hits: int | None
    against: int | None = Field(description="Of a net figure: how many stand at the other end")
    score: float | None = Field(description="Of a mean on a scale: the same as 0 to 100")
    plain: float | None = Field(description="Of a weighted rate: the rate without weights")
    effective: float | None = Field(description="Of a weighted rate: the base that the weights leave")
    n: int
    missing: int
    base: str = Field(description="none, withheld (n < 10), small (10–29), sound")


class ChangeOut(Schema):
    """A difference in the figure's own unit (rates: percentage points) with its 95 % interval."""

    difference: float
    low: float
    high: float
    is_clear: bool = Field(description="The interval leaves zero out")


class WaveOut(Schema):
    """One wave against the one before; `change` is null for the first and where a base is withheld."""

    wave: str
    figure: FigureOut
    change: ChangeOut | None
    p: float | None = Field(description="Two-sided, of no change")
    is_small: bool = Field(description="A base below 30 on either side")


class MoveOut(Schema):
    """Customers who were in one state in the first wave and in another, or the same, in the second."""

    before: str
    after: str
    customers: int


class MovesOut(Schema):
    """Customers by state in two waves, and how those moved who answered in both."""

    before: dict[str, int]
    after: dict[str, int]
    moves: list[MoveOut]
    both: int


class StayLineOut(Schema):
    """One period, or one value of the split in it; figures have no value before the period has ended."""

    period: str = Field(description="2026-10, 2026-Q4 or 2026")
    start: date
    is_ended: bool
    value: str
    name: str
    stayed: int
    left: int | None = Field(description="null while the period runs: they may still order")
    retention: FigureOut = Field(description="n customers of the period before; hits those who ordered again")
    churn: FigureOut = Field(description="The same n; hits those who did not: 100 less retention")
    repeat: FigureOut = Field(description="n customers of the period; hits those with two orders or more")
    services: FigureOut = Field(description="Mean number of business lines used, over the same n")
    change: ChangeOut | None = Field(description="Of retention against the period before; null below a base of 30")


class DescribedOut(Schema):
    """What a figure with a page of its own means."""

    id: str
    version: int
    label: str
    definition: str


class StayOut(Schema):
    """Who stays, period after period."""

    figures: list[DescribedOut]
    totals: list[StayLineOut]
    lines: list[StayLineOut]
    first_day: date | None = Field(description="Of the first order on record: its period is not known whole")
    generations: dict[str, int]
    as_of: datetime | None


class StayerOut(Schema):
    """One customer behind a line."""

    number: str
    name: str
    orders_before: int
    orders: int
    services: int
    value_class: str = Field(description="As it stood on the day the period began; '' for not classified")


class StayersOut(Schema):
    """One page of customers, by id; `total` counts all of the line."""

    items: list[StayerOut]
    total: int
    next: str | None


class StateStayOut(Schema):
    """Who of the customers of each state in a wave ordered in the period after it; `start` null without answers."""

    wave: str
    period: str
    start: date | None
    is_ended: bool
    states: dict[str, FigureOut]


class AnswerOut(Schema):
    """Figures of one question."""

    metric: MetricOut
    total: FigureOut
    figures: list[FigureOut]
    beside: str = Field(description="What the figure is never told without, in words; empty where nothing is")
    generation: int
    as_of: datetime | None
    parameter_versions: dict[str, int]


class BoardOut(Schema):
    """A dashboard of a role."""

    code: str
    label: str


class TileOut(AnswerOut):
    """One figure of a dashboard: the answer for the period, its months, its change against the period before."""

    whose: str = Field(description="reach, mine, my_customers, my_key_customers or my_unit")
    filters: dict[str, list[str]] = Field(description="What makes it so; the rows are asked for with the same")
    of_now: bool = Field(description="It speaks of now and has no period")
    months: list[FigureOut]
    change: ChangeOut | None


class BoardTilesOut(BoardOut):
    """A dashboard filled in."""

    since: str
    until: str
    tiles: list[TileOut]


class PointsOut(Schema):
    """One figure of an element and what it is worth, 0 to 100; null below a base of 10."""

    metric: str
    points: float | None
    low: float | None
    high: float | None
    figure: FigureOut


class ElementOut(Schema):
    """The mean of the figures that have a base; `n` is the smallest of their bases."""

    element: str = Field(description="time, reliability, communication or convenience")
    score: float | None
    low: float | None
    high: float | None
    n: int
    base: str = Field(description="none, withheld (n < 10), small (10–29), sound")
    figures: list[PointsOut]


class ElementCardOut(Schema):
    """The four elements of one customer, outlet, mode or region; `value` is empty for all together."""

    value: str
    name: str
    elements: list[ElementOut]


class ElementsOut(Schema):
    """Four elements with their common account."""

    by: str
    version: int
    source: str
    definitions: dict[str, str] = Field(description="By element: its figures and how each becomes points")
    not_measured: dict[str, list[str]] = Field(description="By element: what belongs to it and is not measured so")
    as_of: datetime | None
    parameter_versions: dict[str, int]
    total: ElementCardOut
    cards: list[ElementCardOut]


class RowOut(Schema):
    """One row behind a figure."""

    id: int
    title: str
    url: str
    cells: list[str]


class RowsOut(Schema):
    """One page of rows; `next` is null at the end, `previous` at the beginning."""

    headings: list[str]
    items: list[RowOut]
    next: str | None
    previous: str | None


class ColumnOut(Schema):
    """One column of a fact's file."""

    name: str
    type: str = Field(description="integer, float, decimal (18,4), text, boolean, date or instant (UTC)")
    label: str = Field(description="What people call it; '' for what only figures read")
    is_dimension: bool = Field(description="Figures can be split and filtered by it")
    figures: list[str] = Field(description="The figures whose definition reads it")


class FactOut(Schema):
    """One fact: one row for each thing of its kind, with an id that never changes."""

    name: str
    label: str
    scope: str = Field(description="The column that a reader's reach is held against")
    columns: list[ColumnOut]
