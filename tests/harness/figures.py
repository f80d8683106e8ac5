"""The company's figures of goods as everybody reads them: through the lake, by month, with their bases."""

from typing import Any

from zhike.insight.lake import actions as lake
from zhike.insight.metrics.queries import MONTH, compute
from zhike.insight.metrics.types import Figure, Question, metrics
from zhike.platform import clock
from zhike.platform.actors import system_actor

READER = system_actor("tests.reader")


def figures_of_goods() -> dict[str, list[tuple[Any, ...]]]:
    """Each figure's total, then its months: base, missing, hits, value and interval. Brings the lake up to date."""
    lake.refresh_all(actor=READER, now=clock.now())
    found = {}
    for name in metrics():
        answer = compute(actor=READER, question=Question(name, split=(MONTH,)))
        found[name] = [_plain(figure) for figure in (answer.total, *answer.figures)]
    return found


def _plain(figure: Figure) -> tuple[Any, ...]:
    """Sums of fractions depend on the order in which the engine adds them up, in the last digits."""
    numbers = (None if n is None else round(float(n), 6) for n in (figure.value, figure.low, figure.high))
    return (dict(figure.at), figure.n, figure.missing, figure.hits, figure.base, *numbers)
