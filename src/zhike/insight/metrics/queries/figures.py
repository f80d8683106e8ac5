"""Asking the lake: figures with base, missing and interval, and the rows behind them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final, NamedTuple

import ibis
import ibis.expr.types as ir
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from zhike.insight.lake import queries as lake
from zhike.insight.lake.types import Generation
from zhike.insight.metrics.policies import VIEW_FIGURES
from zhike.insight.metrics.queries import making, plans
from zhike.insight.metrics.queries.kept import Counted, Key, ListKey, kept, kept_values, key_of
from zhike.insight.metrics.types import (
    AS_OF,
    Answer,
    Figure,
    GenerationGone,
    Metric,
    Question,
    UnknownDimension,
    metric_of,
)
from zhike.platform import clock, facts, parameters
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.facts import Row

MONTH = "month"
CUSTOMERS = "customers"
# What the customer's file says now, for every fact about customers.
OF_CUSTOMER: Final[Mapping[str, facts.Column]] = {
    "customer_owner_id": facts.Column(
        "customer_owner_id", facts.ColumnType.INTEGER, dimension=True, label=_("Responsible for the customer")
    ),
    "customer_class": facts.Column(
        "customer_class", facts.ColumnType.TEXT, dimension=True, label=_("Value class of the customer now")
    ),
}
MOST_GROUPS = 5_000
NO = ibis.literal(value=False)
INSTANT = "timestamp('UTC')"


def compute(*, actor: Actor, question: Question) -> Answer:
    """The figures of one question, within the actor's reach, from one generation of the lake.

    Raises UnknownMetric, UnknownDimension, GenerationGone.
    """
    authorize(actor, VIEW_FIGURES)
    metric = metric_of(question.metric)
    check_dimensions(metric, question)
    state = state_of(metric, question)

    def count() -> Counted:
        return making.counted(
            metric,
            question.split,
            lambda split: _records(actor, metric, question, state, split),
            most=MOST_GROUPS,
        )

    return answered(metric, question, state, kept(question_key(actor, metric, question, state), count))


def _records(
    actor: Actor, metric: Metric, question: Question, state: Generation, split: Sequence[str]
) -> list[dict[str, Any]]:
    """The records of the question, whole or split; put into SQL once for every state of the files."""
    states = [state, *([lake.current(CUSTOMERS)] if _asks_owner(question) and state.fact != CUSTOMERS else [])]
    if not all(one.files() for one in states):
        rows = measured(metric, asked_rows(actor, metric, question, state), state, day_of(actor, state))
        return list(summed(metric, rows, split).to_pyarrow().to_pylist())
    slots, given = _slots(actor, question, state)
    standing = lake.stand(actor=actor, states=states)

    def build() -> ir.Table:
        rows = standing[state.fact]
        if len(states) > 1:
            rows = _with_files(rows, standing[CUSTOMERS])
        rows = filtered(metric, replace(question, filters=slots), rows, by_slots=True)
        as_of = None if state.as_of is None else ibis.literal(plans.slot("as_of")).cast(INSTANT)
        today = None if state.as_of is None else ibis.literal(plans.slot("today")).cast("date")
        return summed(metric, _measured(metric, rows, as_of, today), split)

    key = (
        metric.id,
        metric.version,
        tuple(split),
        tuple((name, values) for name, values in slots.items()),
        (bool(question.since), bool(question.until), state.as_of is None),
        actor.reach,
    )
    return plans.records(key, given, build)


def _slots(actor: Actor, question: Question, state: Generation) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """The filters with a slot for each value, and what is filled in: values, period, the moment of the data."""
    given: dict[str, str] = {}
    slots: dict[str, tuple[str, ...]] = {}
    for name, values in question.filters.items():
        held = []
        for value in values:
            place = f"f{len(given)}"
            given[place] = value
            held.append(plans.slot(place) if value else "")
        slots[name] = tuple(held)
    if question.since:
        given["since"] = f"{question.since}-01"
    if question.until:
        given["until"] = _next_month(question.until).isoformat()
    if state.as_of is not None:
        given["as_of"] = state.as_of.isoformat()
        given["today"] = clock.local_date(state.as_of, actor.zone).isoformat()
    return slots, given


def summed(metric: Metric, rows: ir.Table, split: Sequence[str]) -> ir.Table:
    """Counts and sums of measured rows: of them all, or of each group of the split."""
    return making.summed(metric, rows, {name: _group_key(metric, rows, name) for name in split}, most=MOST_GROUPS)


def question_key(actor: Actor, metric: Metric, question: Question, state: Generation) -> Key:
    """Under what the figures of this question are kept."""
    beside = frozenset(lake.files_of(lake.current(CUSTOMERS))) if _asks_owner(question) else frozenset()
    return key_of(
        metric,
        question,
        actor.reach,
        state,
        today=day_of(actor, state),
        beside=beside,
        rows=lambda: lake.table(actor=actor, state=state),
    )


def answered(metric: Metric, question: Question, state: Generation, counted: Counted) -> Answer:
    """Counted figures with their account and names."""
    total, split = counted
    # zhike: allow clock-edge -- the parameter versions named are those of the moment of asking; no figure depends on it
    now = clock.now()
    return Answer(
        metric=metric,
        question=question,
        total=total[0],
        figures=_named(split),
        generation=state.number,
        as_of=state.as_of,
        parameter_versions={p.key: parameters.version(p, at=now) for p in metric.parameters},
    )


# zhike: allow query-actor -- it reads the definition, no rows
def dimensions_of(metric: Metric) -> Mapping[str, facts.Column]:
    """What the metric can be split and filtered by, besides `month`.

    Whatever is of a customer can also be asked by who answers for the customer, and how it is classed, now.
    """
    found = {c.name: c for c in facts.published()[metric.fact].dimensions()}
    return {**found, **OF_CUSTOMER} if "customer_id" in found and CUSTOMERS in facts.published() else found


def dimension_values(*, actor: Actor, metric_id: str, dimension: str) -> list[tuple[str, str]]:
    """The values of a dimension within reach, with their names, most rows first; at most 500."""
    authorize(actor, VIEW_FIGURES)
    metric = metric_of(metric_id)
    check_dimensions(metric, Question(metric_id, split=(dimension,)))
    state = lake.current(metric.fact)
    question = Question(metric_id, split=(dimension,))

    def read() -> tuple[str, ...]:
        rows = asked_rows(actor, metric, question, state)
        key = key_by(metric, rows, dimension).name("value")
        counted = rows.group_by(key).aggregate(n=ibis._.count()).order_by(ibis.desc("n")).limit(500)
        return tuple(str(v) for v in counted.to_pyarrow()["value"].to_pylist() if v not in {None, ""})

    time = metric.time if dimension == MONTH else ""
    files = lake.files_of(state) | (lake.files_of(lake.current(CUSTOMERS)) if _asks_owner(question) else set())
    values = kept_values(ListKey(metric.fact, dimension, time, actor.reach, files), read)
    names = facts.names_of(dimension, values)
    return [(value, names.get(value, value)) for value in values]


class RowsPage(NamedTuple):
    """Rows behind a figure, with the ids to go on after and back before; None where the list ends.

    `values` are what rows add to a duration, in the metric's unit, by id.
    """

    headings: Sequence[str]
    rows: Sequence[Row]
    next: int | None
    previous: int | None
    values: Mapping[int, float | None]


def rows_behind(
    *,
    actor: Actor,
    question: Question,
    only_hits: bool | None = None,
    after: int = 0,
    back: bool = False,
    limit: int = 50,
) -> RowsPage:
    """One page of the rows behind a figure, by id, after the id `after` or, going `back`, before it.

    `only_hits`: True the numerator, False the rest of the base, None the whole base. The last cell of each row says
    what the row adds to the figure.
    """
    authorize(actor, VIEW_FIGURES)
    metric = metric_of(question.metric)
    rows = base_rows(actor, metric, question, only_hits)
    rows = rows.filter(rows["id"] < after if back else rows["id"] > after)
    own = _own(metric)
    order = ibis.desc("id") if back else "id"
    page = rows.select("id", *([own] if own else [])).order_by(order).limit(limit + 1).to_pyarrow().to_pylist()
    beyond, page = len(page) > limit, page[:limit][:: -1 if back else 1]
    ids = [record["id"] for record in page]
    headings, found = _opened(actor, metric, page)
    has_next, has_previous = (True, beyond) if back else (beyond, after > 0)
    return RowsPage(
        headings,
        found,
        (ids[-1] if ids else after - 1) if has_next else None,
        (ids[0] if ids else after + 1) if has_previous else None,
        _values(page),
    )


class NewestRows(NamedTuple):
    """Rows behind a figure, newest first; `next` is the row to go on after, None where the list ends."""

    headings: Sequence[str]
    rows: Sequence[Row]
    next: int | None
    values: Mapping[int, float | None]


def newest_rows(
    *, actor: Actor, question: Question, only_hits: bool | None = None, after: int | None = None, limit: int = 50
) -> NewestRows:
    """One page of the rows behind a figure, newest first, after the row with the id `after`.

    A row that the generation no longer has begins anew at the top.
    """
    authorize(actor, VIEW_FIGURES)
    metric = metric_of(question.metric)
    rows = base_rows(actor, metric, question, only_hits)
    if after is not None and (last := rows.filter(rows["id"] == after).select("_day").to_pyarrow().to_pylist()):
        day = ibis.literal(last[0]["_day"], "date")
        rows = rows.filter((rows["_day"] < day) | ((rows["_day"] == day) & (rows["id"] < after)))
    page = _newest(metric, rows).limit(limit + 1).to_pyarrow().to_pylist()
    beyond, page = len(page) > limit, page[:limit]
    headings, found = _opened(actor, metric, page)
    return NewestRows(headings, found, page[-1]["id"] if beyond else None, _values(page))


def count_rows(*, actor: Actor, question: Question, only_hits: bool | None = None, most: int) -> int:
    """How many rows are behind a figure, counted up to `most`."""
    authorize(actor, VIEW_FIGURES)
    rows = base_rows(actor, metric_of(question.metric), question, only_hits)
    return int(rows.limit(most).count().to_pyarrow().as_py())


def all_rows(
    *, actor: Actor, question: Question, only_hits: bool | None = None, size: int = 500
) -> Iterator[NewestRows]:
    """Every row behind a figure, newest first, a page at a time; which they are is settled before the first page."""
    authorize(actor, VIEW_FIGURES)
    metric = metric_of(question.metric)
    records = _newest(metric, base_rows(actor, metric, question, only_hits)).to_pyarrow().to_pylist()

    def pages() -> Iterator[NewestRows]:
        for start in range(0, len(records), size):
            page = records[start : start + size]
            headings, found = _opened(actor, metric, page)
            yield NewestRows(headings, found, None, _values(page))

    return pages()


def base_rows(actor: Actor, metric: Metric, question: Question, only_hits: bool | None) -> ir.Table:  # noqa: FBT001 - as asked
    """The rows of the base, its numerator or the rest, with the day each belongs to; one without a day is oldest."""
    check_dimensions(metric, question)
    state = state_of(metric, question)
    rows = measured(metric, asked_rows(actor, metric, question, state), state, day_of(actor, state))
    rows = rows.filter(rows["_known"])
    if only_hits is not None and metric.hit is not None:
        rows = rows.filter(rows["_hit"] if only_hits else ~rows["_hit"])
    return rows.mutate(_day=rows[metric.time].cast("date").fill_null(ibis.literal(date.min, "date")))


def _newest(metric: Metric, rows: ir.Table) -> ir.Table:
    own = _own(metric)
    return rows.select("id", "_day", *([own] if own else [])).order_by([ibis.desc("_day"), ibis.desc("id")])


def _own(metric: Metric) -> str | None:
    """The column that says what a row adds to the figure."""
    return "_value" if metric.value is not None else "_hit" if metric.hit is not None else None


def _values(page: Sequence[Mapping[str, Any]]) -> dict[int, float | None]:
    return {record["id"]: record["_value"] for record in page if "_value" in record}


def _opened(actor: Actor, metric: Metric, page: Sequence[Mapping[str, Any]]) -> tuple[Sequence[str], Sequence[Row]]:
    """The rows of a page as their room shows them, in the order of the page; last what each adds to the figure."""
    headings, found = facts.rows_of(metric.fact, actor=actor, ids=[record["id"] for record in page])
    place = {record["id"]: position for position, record in enumerate(page)}
    found = sorted(found, key=lambda row: place[row.id])
    own = _own(metric)
    if own is None:
        return headings, found
    return [*headings, str(metric.label)], [
        replace(row, cells=(*row.cells, _cell(page[place[row.id]][own]))) for row in found
    ]


def _cell(value: float | bool | None) -> str:  # noqa: FBT001 - what the row adds to the figure, of either kind
    """What one row adds to the figure: its hours, or whether it counts."""
    if isinstance(value, bool):
        return pgettext("answer", "Yes") if value else pgettext("answer", "No")
    return "" if value is None else f"{value:,.1f}"


def state_of(metric: Metric, question: Question) -> Generation:
    """The generation asked for, else the present one, seen at the moment asked for."""
    if question.generation is None:
        found: Generation | None = lake.current(metric.fact)
    else:
        found = lake.generation(metric.fact, question.generation)
    if found is None:
        raise GenerationGone
    return replace(found, as_of=question.at) if question.at is not None else found


def check_dimensions(metric: Metric, question: Question) -> None:
    known = {*dimensions_of(metric), MONTH}
    for dimension in (*question.split, *question.filters):
        if dimension not in known:
            raise UnknownDimension(metric=metric.id, dimension=dimension, known=", ".join(sorted(known)))


def _asks_owner(question: Question) -> bool:
    """Whether the question asks for what stands in the customer's file alone."""
    return any(name in OF_CUSTOMER for name in (*question.split, *question.filters))


def asked_rows(actor: Actor, metric: Metric, question: Question, state: Generation) -> ir.Table:
    """The rows that the question's filters and period leave, within reach."""
    return filtered(metric, question, table_of(actor, question, state))


def table_of(actor: Actor, question: Question, state: Generation) -> ir.Table:
    """The fact's rows within reach, with what the customer's file says now where the question asks for it."""
    own = facts.published()[state.fact].dimensions()
    if not _asks_owner(question) or not any(column.name == "customer_id" for column in own):
        return lake.table(actor=actor, state=state)
    rows, files = lake.tables(actor=actor, states=[state, lake.current(CUSTOMERS)])
    return _with_files(rows, files)


def _with_files(rows: ir.Table, files: ir.Table) -> ir.Table:
    said = files.select(_file="id", customer_owner_id="owner_id", customer_class="customer_class")
    return rows.left_join(said, rows["customer_id"] == said["_file"]).drop("_file")


def key_by(metric: Metric, rows: ir.Table, dimension: str) -> ir.Value:
    if dimension == MONTH:
        return rows[metric.time].strftime("%Y-%m")
    return rows[dimension].cast("string")


def _group_key(metric: Metric, rows: ir.Table, dimension: str) -> ir.Value:
    """What rows are grouped by; a month by its first day, which costs less than its name for each row."""
    return rows[metric.time].truncate("M") if dimension == MONTH else key_by(metric, rows, dimension)


def filtered(metric: Metric, question: Question, rows: ir.Table, *, by_slots: bool = False) -> ir.Table:
    """The rows that filters and period leave; `by_slots`: the period's ends are filled in later."""
    for dimension, values in question.filters.items():
        key = key_by(metric, rows, dimension)
        rows = rows.filter(key.isin(list(values)) | (key.isnull() if "" in values else ibis.literal(value=False)))
    if question.since:
        first = ibis.date(date.fromisoformat(f"{question.since}-01"))
        rows = rows.filter(rows[metric.time] >= (ibis.literal(plans.slot("since")).cast("date") if by_slots else first))
    if question.until:
        after = ibis.date(_next_month(question.until))
        rows = rows.filter(rows[metric.time] < (ibis.literal(plans.slot("until")).cast("date") if by_slots else after))
    return rows


def _next_month(month: str) -> date:
    year, number = (int(part) for part in month.split("-"))
    return date(year + number // 12, number % 12 + 1, 1)


def day_of(actor: Actor, state: Generation) -> date | None:
    """The day of the data where the asker is; None before the first refresh."""
    return None if state.as_of is None else clock.local_date(state.as_of, actor.zone)


def measured(metric: Metric, rows: ir.Table, state: Generation, today: date | None) -> ir.Table:
    """The rows of the base with what each adds to it. What is promised for a later day is in no base yet."""
    as_of = None if state.as_of is None else ibis.literal(state.as_of, INSTANT)
    return _measured(metric, rows, as_of, None if today is None else ibis.date(today))


def _measured(metric: Metric, rows: ir.Table, as_of: ir.Value | None, today: ir.Value | None) -> ir.Table:
    if today is not None:
        day = rows[metric.time]
        rows = rows.filter(day.isnull() | (day <= today))
    rows = rows.mutate(**{AS_OF: ibis.null(INSTANT) if as_of is None else as_of})
    # As it stands: only a condition without a cover is passed on to the reader of the files.
    rows = rows.filter(metric.eligible(rows))
    added: dict[str, ir.Value] = {"_known": metric.known(rows).fill_null(NO)}
    if metric.hit is not None:
        added["_hit"] = metric.hit(rows).fill_null(NO)
    if metric.against is not None:
        added["_against"] = metric.against(rows).fill_null(NO)
    if metric.weight is not None:
        added["_weight"] = metric.weight(rows).cast("float64")
    if metric.value is not None:
        added["_value"] = metric.value(rows).cast("float64")
    return rows.mutate(**added)


def _named(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """Names of the dimensions' values, one look-up a dimension."""
    names: dict[str, Mapping[str, str]] = {}
    for dimension in {name for figure in figures for name in figure.at if name != MONTH}:
        values = sorted({figure.at[dimension] for figure in figures if figure.at[dimension]})
        names[dimension] = facts.names_of(dimension, values)
    return tuple(
        replace(figure, names={d: names.get(d, {}).get(v, v) for d, v in figure.at.items()}) for figure in figures
    )
