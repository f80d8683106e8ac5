"""The dashboard of a role filled in, from one state of the lake (METR-23)."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from zhike.insight.lake import queries as lake
from zhike.insight.metrics.policies import VIEW_FIGURES
from zhike.insight.metrics.queries.changes import change_of, compare, moved, pooled, spans_of
from zhike.insight.metrics.queries.figures import MONTH, compute
from zhike.insight.metrics.queries.kept import ListKey, kept_values
from zhike.insight.metrics.queries.making import made
from zhike.insight.metrics.rules.boards import BOARDS, MOST_UNITS, boards_of, filters_of
from zhike.insight.metrics.types import (
    WITHHELD_BELOW,
    Answer,
    Board,
    Change,
    Figure,
    Kind,
    Metric,
    Question,
    Tile,
    TileAnswer,
    UnknownBoard,
    Whose,
    metric_of,
)
from zhike.platform.actors import Actor, ActorKind
from zhike.platform.authz import authorize
from zhike.record.organization import queries as organization

SPARK_MONTHS = 12
SCORES = "survey_scores"


def my_boards(*, actor: Actor) -> tuple[Board, ...]:
    """The dashboards of the actor's roles; programs, which have none, may read every one."""
    authorize(actor, VIEW_FIGURES)
    return BOARDS if actor.kind in {ActorKind.API_KEY, ActorKind.SYSTEM} else boards_of(actor.roles)


def board_tiles(*, actor: Actor, code: str, since: str, until: str) -> tuple[Board, list[TileAnswer]]:
    """A dashboard with its tiles for the months `since` to `until`, both included. Raises UnknownBoard."""
    board = next((one for one in my_boards(actor=actor) if one.code == code), None)
    if board is None:
        raise UnknownBoard(board=code)
    units = _units(actor) if any(tile.whose is Whose.MY_UNIT for tile in board.tiles) else ()
    with lake.one_look():
        return board, [_filled(actor, tile, since, until, units) for tile in board.tiles]


def _units(actor: Actor) -> Collection[int] | None:
    """The actor's own unit with all below it; None where they are too many to be listed."""
    if actor.unit_id is None:
        return ()
    own = organization.subtree(actor=actor, unit_id=actor.unit_id)
    rows = organization.unit_rows(actor=actor).filter(tree_no__range=(own.no, own.end)).order_by("tree_no")
    found = list(rows.values_list("pk", flat=True)[: MOST_UNITS + 1])
    return None if len(found) > MOST_UNITS else found


def _filled(actor: Actor, tile: Tile, since: str, until: str, units: Collection[int] | None) -> TileAnswer:
    """The first metric of the tile that has a base; where none has, the one with most answers."""
    best: TileAnswer | None = None
    for metric in _on_scales_in_use(actor, tile):
        filters = filters_of(tile, metric_of(metric).fact, staff_id=actor.staff_id, unit_ids=units)
        if tile.of_now:
            found = _now(actor, tile, Question(metric, filters=filters))
        else:
            found = _course(actor, tile, Question(metric, filters=filters, since=since, until=until))
        if best is None or found.answer.total.n > best.answer.total.n:
            best = found
        if best.answer.total.n >= WITHHELD_BELOW:
            break
    if best is None:
        message = "a tile has at least one metric"
        raise ValueError(message)
    return best if best.spans is None else replace(best, change=_change(actor, best))


def _on_scales_in_use(actor: Actor, tile: Tile) -> Sequence[str]:
    """The tile's metrics on scales that anybody has answered on; the first where there is none."""
    if len(tile.metrics) == 1:
        return tile.metrics
    state = lake.current(SCORES)

    def read() -> tuple[str, ...]:
        rows = lake.table(actor=actor, state=state)
        return tuple(rows.filter(rows["is_sent_off"])["scale"].value_counts().to_pyarrow()["scale"].to_pylist())

    used = kept_values(ListKey(SCORES, "scale", "", actor.reach, lake.files_of(state)), read)
    levels = {metric: metric_of(metric).levels for metric in tile.metrics}
    return [name for name, scale in levels.items() if scale is not None and scale.id in used] or tile.metrics[:1]


def _now(actor: Actor, tile: Tile, question: Question) -> TileAnswer:
    answer = compute(actor=actor, question=question)
    return TileAnswer(tile=tile, question=_state(question, answer), answer=answer)


def _course(actor: Actor, tile: Tile, question: Question) -> TileAnswer:
    """The months of a tile, and its figure: out of them where counts make it, else asked for by itself."""
    spans = spans_of(question, [question.until])
    start = min(moved(question.until, 1 - SPARK_MONTHS), spans[1].since if spans else question.since)
    course = compute(actor=actor, question=replace(question, split=(MONTH,), since=start))
    months = tuple(one for one in course.figures if one.at[MONTH])
    own = [one for one in months if question.since <= one.at[MONTH] <= question.until]
    stated = _state(question, course)
    total = _whole(course.metric, own) or compute(actor=actor, question=stated).total
    answer = replace(course, question=question, total=total, figures=())
    return TileAnswer(tile=tile, question=stated, answer=answer, months=months, spans=spans)


def _whole(metric: Metric, months: Sequence[Figure]) -> Figure | None:
    """The figure of several months together where it can be made of theirs: medians and weights cannot."""
    if metric.kind in {Kind.DURATION, Kind.WEIGHTED}:
        return None
    whole = pooled(months)
    record = {
        "n": whole.n,
        "missing": whole.missing,
        "hits": whole.hits,
        "against": whole.against,
        "mean": whole.mean,
        "spread": whole.deviation,
    }
    return made(metric, (), [record])[0]


def _state(question: Question, answer: Answer) -> Question:
    """The question in the state that the answer was made from."""
    return replace(question, generation=answer.generation, at=answer.as_of)


def _change(actor: Actor, found: TileAnswer) -> Change | None:
    kind, spans = found.answer.metric.kind, found.spans
    if spans is None or kind is Kind.COUNT:
        return None
    if kind is Kind.WEIGHTED:
        # What weights leave of a base cannot be put together out of months.
        return change_of(actor=actor, question=found.question, spans=spans)
    now, before = (pooled([one for one in found.months if span.since <= one.at[MONTH] <= span.until]) for span in spans)
    return compare(kind, now, before)
