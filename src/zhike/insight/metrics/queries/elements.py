"""The four elements of customers, outlets, modes and regions, out of the figures that make them (METR-15)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from zhike.insight.lake import queries as lake
from zhike.insight.metrics.policies import VIEW_FIGURES
from zhike.insight.metrics.queries.figures import compute
from zhike.insight.metrics.rules.elements import (
    SOURCE,
    VERSION,
    absent_of,
    components_of,
    ends_of,
    formula_of,
    parameters_of,
    points_of,
    score_of,
)
from zhike.insight.metrics.types import (
    Answer,
    Base,
    Component,
    Cut,
    Element,
    ElementCard,
    Elements,
    Figure,
    Question,
)
from zhike.platform import parameters
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NO_ROWS = Figure(at={}, names={}, n=0, missing=0, base=Base.NONE)


def elements_by(*, actor: Actor, cut: Cut, since: str = "", until: str = "", now: datetime) -> Elements:
    """The four elements of each value of a cut, and of all together, within reach: a question to the lake a figure.

    `since`, `until`: first and last month (YYYY-MM). Values by name; rows that state none are in the total alone.
    """
    authorize(actor, VIEW_FIGURES)
    return _cards(actor, cut, "", Question("", since=since, until=until), now)


def elements_of(*, actor: Actor, cut: Cut, value: str, since: str = "", until: str = "", now: datetime) -> Elements:
    """The four elements of one customer, outlet, mode or region: its card is the total."""
    authorize(actor, VIEW_FIGURES)
    return _cards(actor, cut, value, Question("", since=since, until=until), now)


# zhike: allow query-actor -- it reads definitions, no rows
def element_ends(*, now: datetime) -> Mapping[str, tuple[float, float]]:
    """What is worth 100 points and none, by metric, as the company has set it now."""
    values = {one.key: parameters.value(one, at=now) for one in parameters_of()}
    return {one.metric: ends_of(one, values) for cut in Cut for one in components_of(cut)}


def _cards(actor: Actor, cut: Cut, value: str, asked: Question, now: datetime) -> Elements:
    ends = element_ends(now=now)
    with lake.one_look():
        answers = {one: _ask(actor, one, cut, value, asked) for one in components_of(cut)}
    groups = {} if value else _groups(answers, cut)
    # What is asked of departments too is told for those alone that have goods of this cut.
    of_goods = [found for one, found in groups.items() if one.by[cut] == cut.value]
    names = {key: name for found in of_goods for key, (name, _figure) in found.items()}

    def card(key: str, label: str, figures: Mapping[Component, Figure]) -> ElementCard:
        scores = []
        for element in Element:
            points = [
                points_of(one, figures.get(one, NO_ROWS), _rows_of(answer, one.by[cut], key), ends[one.metric])
                for one, answer in answers.items()
                if one.element is element
            ]
            scores.append(score_of(element, points))
        return ElementCard(cut=cut, value=key, name=label, scores=tuple(scores))

    return Elements(
        cut=cut,
        since=asked.since,
        until=asked.until,
        total=card(value, "", {one: answer.total for one, answer in answers.items()}),
        cards=tuple(
            card(key, label, {one: by_value[key][1] for one, by_value in groups.items() if key in by_value})
            for key, label in sorted(names.items(), key=lambda item: item[1])
        ),
        as_of=min((answer.as_of for answer in answers.values() if answer.as_of is not None), default=None),
        version=VERSION,
        source=SOURCE,
        formulas={element: formula_of(element, cut, ends) for element in Element},
        absent={element: tuple(str(one) for one in absent_of(element, cut)) for element in Element},
        parameter_versions={one.key: parameters.version(one, at=now) for one in parameters_of()},
    )


def _ask(actor: Actor, component: Component, cut: Cut, value: str, asked: Question) -> Answer:
    by = component.by[cut]
    question = Question(
        component.metric,
        split=() if value else (by,),
        filters={by: (value,)} if value else {},
        since=asked.since,
        until=asked.until,
    )
    return compute(actor=actor, question=question)


def _groups(answers: Mapping[Component, Answer], cut: Cut) -> dict[Component, dict[str, tuple[str, Figure]]]:
    """By component, each value of the cut with its name and figure."""
    found: dict[Component, dict[str, tuple[str, Figure]]] = {}
    for one, answer in answers.items():
        by = one.by[cut]
        found[one] = {f.at[by]: (f.names.get(by, f.at[by]), f) for f in answer.figures if f.at[by]}
    return found


def _rows_of(answer: Answer, by: str, key: str) -> Question:
    """The question whose rows are those of this figure, in the state that it was counted in."""
    asked = answer.question
    return Question(
        asked.metric,
        filters={by: (key,)} if key else {},
        since=asked.since,
        until=asked.until,
        generation=answer.generation,
        at=answer.as_of,
    )


# zhike: allow query-actor -- an address, no rows
def rows_query(question: Question) -> str:
    """The query string under which the figures page shows the rows of this question, in the state it was counted in."""
    pairs = [(name, value) for name, value in (("since", question.since), ("until", question.until)) if value]
    pairs += [(name, value) for name, values in question.filters.items() for value in values]
    if question.generation is not None:
        pairs.append(("generation", str(question.generation)))
    if question.at is not None:
        pairs.append(("at", str((question.at - EPOCH) // timedelta(microseconds=1))))
    return f"?{urlencode(pairs)}"


def dimension_name(*, actor: Actor, cut: Cut, value: str) -> str:
    """What a value of a cut is called, where anything of it is within reach; else nothing."""
    authorize(actor, VIEW_FIGURES)
    question = Question("shipments", split=(cut.value,), filters={cut.value: (value,)})
    return next((f.names.get(cut.value, "") for f in compute(actor=actor, question=question).figures), "")
