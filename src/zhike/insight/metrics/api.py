"""Figures for programs: the dictionary, figures, the rows behind them."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from tempfile import TemporaryFile
from typing import IO, Annotated, Any

from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router
from ninja.params.functions import Query

from zhike.insight.lake import actions as lake
from zhike.insight.lake.types import PARQUET
from zhike.insight.metrics import queries
from zhike.insight.metrics.policies import VIEW_FIGURES
from zhike.insight.metrics.rules.periods import MOST, start_named
from zhike.insight.metrics.rules.readings import beside
from zhike.insight.metrics.schemas import (
    AnswerOut,
    BoardOut,
    BoardTilesOut,
    ElementsOut,
    FactOut,
    MetricOut,
    MovesOut,
    RowsOut,
    StateStayOut,
    StayersOut,
    StayOut,
    WaveOut,
)
from zhike.insight.metrics.types import (
    Answer,
    Change,
    Cut,
    ElementCard,
    Metric,
    PeriodKind,
    Question,
    WaveStep,
    Written,
    described,
    metrics,
)
from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.api import actor_of, decode_cursor, encode_cursor
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid
from zhike.record.customers import queries as customers

_FORTH, _BACK = False, True
USUAL_MONTHS = 3
router = Router(tags=["figures"])
MONTH_PATTERN = r"^(19|2[01])\d\d-(0[1-9]|1[0-2])$"
Months: Any = Query(None, pattern=MONTH_PATTERN, description="First and last month (YYYY-MM), both included")
Filters: Any = Query([], description="dimension:value; several of one dimension mean any of them")
Splits: Any = Query([], description="Dimensions to split by, at most two; month is one")
Generation: Any = Query(None, ge=1, le=2**62)
Wave = Annotated[str, Query(max_length=20, pattern=r"^[^\x00]*$")]
Limit: Any = Query(50, ge=1, le=200)
StaySplit = Annotated[
    str, Query(max_length=20, pattern=r"^[^\x00]*$", description="value_class, industry or region; empty: none")
]
StayName = Annotated[str, Query(max_length=10, pattern=r"^[^\x00]*$", description="2026-10, 2026-Q4 or 2026")]
Value = Annotated[
    str | None,
    Query(max_length=40, pattern=r"^[^\x00]*$", description="One value of the split; '' where none is known"),
]
Counted: Any = Query(0, ge=0, le=MOST, description="How many periods, the running one included; 0: as the page shows")


@router.get("/figures", response=list[MetricOut], summary="The figure dictionary")
def list_metrics(request: HttpRequest) -> list[dict[str, Any]]:
    authorize(actor_of(request), VIEW_FIGURES)
    return [metric_dict(metric) for metric in metrics().values()]


@router.get("/figures/{metric}", response=AnswerOut, summary="One figure, with splits")
def get_figure(
    request: HttpRequest,
    metric: str,
    *,
    split: list[str] = Splits,
    filter: list[str] = Filters,  # noqa: A002 - the name programs expect
    since: str | None = Months,
    until: str | None = Months,
) -> dict[str, Any]:
    """Values are within the asker's reach. Errors: 404 unknown metric, 422 unknown dimension."""
    question = question_of(metric, split, filter, since, until)
    return answer_dict(queries.compute(actor=actor_of(request), question=question))


@router.get("/figures/{metric}/rows", response=RowsOut, summary="The rows behind a figure")
def get_rows(
    request: HttpRequest,
    metric: str,
    *,
    filter: list[str] = Filters,  # noqa: A002
    since: str | None = Months,
    until: str | None = Months,
    hits: bool | None = None,
    generation: int | None = Generation,
    cursor: str = "",
    limit: int = Limit,
) -> dict[str, Any]:
    """`hits` true: the numerator; false: the rest of the base. 409 when the generation is no longer kept."""
    question = question_of(metric, [], filter, since, until, generation=generation)
    after, back = decode_cursor(cursor, int, bool) if cursor else (0, False)
    page = queries.rows_behind(
        actor=actor_of(request), question=question, only_hits=hits, after=after, back=back, limit=limit
    )
    return {
        "headings": list(page.headings),
        "items": [{"id": r.id, "title": r.title, "url": r.url, "cells": list(r.cells)} for r in page.rows],
        "next": encode_cursor(page.next, _FORTH) if page.next is not None else None,
        "previous": encode_cursor(page.previous, _BACK) if page.previous is not None else None,
    }


@router.get("/facts", response=list[FactOut], summary="The facts behind figures, and what their columns mean")
def list_facts(request: HttpRequest) -> list[dict[str, Any]]:
    return [asdict(fact) for fact in queries.published_facts(actor=actor_of(request))]


@router.get("/facts/{fact}/rows.parquet", summary="Every row of a fact within reach, as a Parquet file")
def get_fact(request: HttpRequest, fact: str) -> FileResponse:
    """The present generation; its number and moment stand in the file's metadata. Errors: 403, 404 unknown fact."""
    actor = actor_of(request)
    return parquet(actor, lambda out: queries.write_fact(actor=actor, fact=fact, out=out))


@router.get("/figures/{metric}/rows.parquet", summary="The rows behind a figure, as a Parquet file")
def get_rows_file(
    request: HttpRequest,
    metric: str,
    *,
    filter: list[str] = Filters,  # noqa: A002 - the name programs expect
    since: str | None = Months,
    until: str | None = Months,
    hits: bool | None = None,
    generation: int | None = Generation,
) -> FileResponse:
    """The fact's columns, and in `figure_counts` or `figure_value` what each row adds. 409 as for the rows."""
    actor = actor_of(request)
    question = question_of(metric, [], filter, since, until, generation=generation)
    return parquet(
        actor,
        lambda out: queries.write_behind(actor=actor, question=question, only_hits=hits, out=out),
        query=request.GET.urlencode(),
        name=metric,
    )


def parquet(actor: Actor, write: Callable[[IO[bytes]], Written], *, query: str = "", name: str = "") -> FileResponse:
    """A file written whole before its first byte leaves: a fault is an answer then, never half a file."""
    with ExitStack() as unless_sent:
        out = unless_sent.enter_context(TemporaryFile())
        made = write(out)
        lake.record_fetch(
            actor=actor, fact=made.fact, generation=made.generation, rows=made.rows, query=query, now=clock.now()
        )
        unless_sent.pop_all()
    out.seek(0)
    return FileResponse(
        out,
        as_attachment=True,
        filename=f"{name or made.fact}-{made.generation}.parquet",
        content_type=PARQUET,
        headers={"Cache-Control": "no-store"},
    )


@router.get("/figures/{metric}/waves", response=list[WaveOut], summary="One figure, wave after wave")
def get_waves(
    request: HttpRequest,
    metric: str,
    *,
    filter: list[str] = Filters,  # noqa: A002 - the name programs expect
    since: str | None = Months,
    until: str | None = Months,
) -> list[dict[str, Any]]:
    """In the order in which they were asked. Errors: 404 unknown metric, 422 a metric that has no waves."""
    question = question_of(metric, [], filter, since, until)
    return [_wave_dict(step) for step in queries.wave_steps(actor=actor_of(request), question=question)]


@router.get("/figures/{metric}/moves", response=MovesOut, summary="Customers from state to state between two waves")
def get_moves(
    request: HttpRequest,
    metric: str,
    *,
    before: Wave,
    after: Wave,
    filter: list[str] = Filters,  # noqa: A002 - the name programs expect
) -> dict[str, Any]:
    """Of a mean satisfaction such as csat5_mean. States: dissatisfied, neutral, basically and fully satisfied."""
    question = question_of(metric, [], filter, None, None)
    found = queries.state_moves(actor=actor_of(request), question=question, before=before, after=after)
    return {
        "before": found.before,
        "after": found.after,
        "moves": [{"before": one, "after": other, "customers": n} for (one, other), n in sorted(found.moves.items())],
        "both": found.both,
    }


@router.get("/boards", response=list[BoardOut], summary="The dashboards of one's roles")
def list_boards(request: HttpRequest) -> list[dict[str, Any]]:
    """Programs may read every one."""
    return [{"code": one.code, "label": str(one.label)} for one in queries.my_boards(actor=actor_of(request))]


@router.get("/boards/{code}", response=BoardTilesOut, summary="A dashboard with its figures")
def get_board(
    request: HttpRequest, code: str, *, since: str | None = Months, until: str | None = Months
) -> dict[str, Any]:
    """Without months the last three, this one included. Errors: 404 a dashboard of other roles."""
    actor = actor_of(request)
    last = until or clock.local_date(clock.now(), actor.zone).strftime("%Y-%m")
    first = since or queries.moved(last, 1 - USUAL_MONTHS)
    board, tiles = queries.board_tiles(actor=actor, code=code, since=first, until=last)
    return {
        "code": board.code,
        "label": str(board.label),
        "since": first,
        "until": last,
        "tiles": [
            {
                "whose": one.tile.whose.value,
                "filters": {name: list(values) for name, values in one.question.filters.items()},
                "of_now": one.tile.of_now,
                **answer_dict(one.answer),
                "months": [figure.to_dict() for figure in one.months],
                "change": _change_dict(one.change),
            }
            for one in tiles
        ],
    }


@router.get("/elements", response=ElementsOut, summary="The four elements of service")
def get_elements(
    request: HttpRequest,
    by: Cut,
    *,
    value: Annotated[str, Query(max_length=80, pattern=r"^[^\x00]*$")] = "",
    since: str | None = Months,
    until: str | None = Months,
) -> dict[str, Any]:
    """Time, reliability, communication and convenience, 0 to 100, by customer, outlet, mode or region.

    With `value` those of one of them, in `total`; a list of every customer is given by no one call, so
    `customer_id` asks for one.
    """
    actor, now = actor_of(request), clock.now()
    if by is Cut.CUSTOMER and not value:
        raise Invalid.of("value", "required", _("Name the customer; a list of all of them is not made."))
    if value:
        found = queries.elements_of(actor=actor, cut=by, value=value, since=since or "", until=until or "", now=now)
    else:
        found = queries.elements_by(actor=actor, cut=by, since=since or "", until=until or "", now=now)
    return {
        "by": by.value,
        "version": found.version,
        "source": str(found.source),
        "definitions": {element.value: text for element, text in found.formulas.items()},
        "not_measured": {element.value: list(names) for element, names in found.absent.items()},
        "as_of": found.as_of,
        "parameter_versions": dict(found.parameter_versions),
        "total": _card_dict(found.total),
        "cards": [_card_dict(card) for card in found.cards],
    }


def _card_dict(card: ElementCard) -> dict[str, Any]:
    return {
        "value": card.value,
        "name": card.name,
        "elements": [
            {
                "element": score.element.value,
                "score": score.value,
                "low": score.low,
                "high": score.high,
                "n": score.n,
                "base": score.base.value,
                "figures": [
                    {
                        "metric": one.component.metric,
                        "points": one.value,
                        "low": one.low,
                        "high": one.high,
                        "figure": one.figure.to_dict(),
                    }
                    for one in score.points
                ],
            }
            for score in card.scores
        ],
    }


@router.get("/retention", response=StayOut, summary="Who stays: retention, churn, repeat orders, services by period")
def get_retention(
    request: HttpRequest,
    *,
    period: PeriodKind = PeriodKind.QUARTER,
    split: StaySplit = "",
    count: int = Counted,
) -> dict[str, Any]:
    """Totals by period, oldest first, and the lines of the split. What has not ended has counts and no rates."""
    question = queries.StayQuestion(period=period, split=split, count=count)
    answer = queries.retention(actor=actor_of(request), question=question)
    return {
        "figures": [
            {"id": one.id, "version": one.version, "label": str(one.label), "definition": str(one.definition)}
            for one in described().values()
        ],
        "totals": [_stay_dict(line) for line in answer.totals],
        "lines": [_stay_dict(line) for line in answer.lines],
        "first_day": answer.first_day,
        "generations": dict(answer.generations),
        "as_of": answer.as_of,
    }


@router.get("/retention/customers", response=StayersOut, summary="The customers behind a line of retention")
def get_stayers(
    request: HttpRequest,
    *,
    name: StayName,
    part: queries.Part = queries.Part.LEFT,
    period: PeriodKind = PeriodKind.QUARTER,
    split: StaySplit = "",
    value: Value = None,
    cursor: str = "",
    limit: int = Limit,
) -> dict[str, Any]:
    """Of the period `name` (2026-10, 2026-Q4, 2026), by id; files within reach alone. 422 for a period of no name."""
    start = start_named(period, name)
    if start is None:
        raise Invalid.of("name", "form", _("There is no such period."))
    actor, question = actor_of(request), queries.StayQuestion(period=period, split=split)
    found = queries.stay_customers(actor=actor, question=question, start=start, part=part, value=value)
    after = decode_cursor(cursor, int)[0] if cursor else 0
    ids = [pk for pk in found.ids if pk > after]
    page, traces = ids[:limit], found.of(ids[:limit])
    names = customers.labels(actor=actor, customer_ids=page)
    return {
        "items": [
            {
                "number": names[pk].number,
                "name": names[pk].name,
                "orders_before": traces[pk].before,
                "orders": traces[pk].orders,
                "services": traces[pk].services,
                "value_class": traces[pk].value_class,
            }
            for pk in page
            if pk in names
        ],
        "total": len(found.ids),
        "next": encode_cursor(page[-1]) if len(ids) > limit else None,
    }


@router.get("/figures/{metric}/stay", response=StateStayOut, summary="Who of a wave's customers stays, by state")
def get_state_stay(
    request: HttpRequest,
    metric: str,
    *,
    wave: Wave,
    period: PeriodKind = PeriodKind.QUARTER,
    filter: list[str] = Filters,  # noqa: A002 - the name programs expect
) -> dict[str, Any]:
    """Of a mean satisfaction such as csat5_mean: who ordered in the period after the one of the wave's last answer."""
    question = question_of(metric, [], filter, None, None)
    found = queries.state_retention(actor=actor_of(request), question=question, wave=wave, period=period)
    return {
        "wave": found.wave,
        "period": found.period,
        "start": found.start,
        "is_ended": found.is_ended,
        "states": {name: figure.to_dict() for name, figure in found.states.items()},
    }


def _stay_dict(line: queries.StayLine) -> dict[str, Any]:
    return {
        "period": line.period,
        "start": line.start,
        "is_ended": line.is_ended,
        "value": line.value,
        "name": line.name,
        "stayed": line.stayed,
        "left": line.left,
        "retention": line.retention.to_dict(),
        "churn": line.churn.to_dict(),
        "repeat": line.repeat.to_dict(),
        "services": line.services.to_dict(),
        "change": _change_dict(line.change),
    }


def _change_dict(change: Change | None) -> dict[str, Any] | None:
    if change is None:
        return None
    return {"difference": change.difference, "low": change.low, "high": change.high, "is_clear": change.is_clear}


def _wave_dict(step: WaveStep) -> dict[str, Any]:
    return {
        "wave": step.wave,
        "figure": step.figure.to_dict(),
        "change": _change_dict(step.change),
        "p": step.p,
        "is_small": step.is_small,
    }


def question_of(
    metric: str,
    split: list[str],
    filters: list[str],
    since: str | None,
    until: str | None,
    *,
    generation: int | None = None,
) -> Question:
    """Read the parts of a question; raises Invalid for a filter without a colon or more than two splits."""
    if len(split) > 2:  # noqa: PLR2004 - a table has two edges
        raise Invalid.of("split", "too_many", _("A figure can be split by at most two dimensions."))
    chosen: dict[str, tuple[str, ...]] = {}
    for one in filters:
        dimension, colon, value = one.partition(":")
        if not colon:
            raise Invalid.of("filter", "form", _("A filter has the form dimension:value."))
        chosen[dimension] = (*chosen.get(dimension, ()), value)
    return Question(
        metric=metric,
        split=tuple(dict.fromkeys(split)),
        filters=chosen,
        since=since or "",
        until=until or "",
        generation=generation,
    )


def metric_dict(metric: Metric) -> dict[str, Any]:
    return {
        "id": metric.id,
        "version": metric.version,
        "label": str(metric.label),
        "definition": str(metric.definition),
        "unit": metric.unit,
        "kind": metric.kind.value,
        "direction": metric.direction.value,
        "grain": str(metric.grain),
        "fact": metric.fact,
        "time": metric.time,
        "source": str(metric.source),
        "dimensions": [*queries.dimensions_of(metric), queries.MONTH],
    }


def answer_dict(answer: Answer) -> dict[str, Any]:
    return {
        "metric": metric_dict(answer.metric),
        "total": answer.total.to_dict(),
        "figures": [figure.to_dict() for figure in answer.figures],
        "beside": beside(answer.metric, answer.total),
        "generation": answer.generation,
        "as_of": answer.as_of,
        "parameter_versions": dict(answer.parameter_versions),
    }
