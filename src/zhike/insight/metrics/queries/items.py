"""What each question of a form says, and what their sections say together (SURV-07)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from zhike.insight.metrics.queries.figures import compute, dimensions_of
from zhike.insight.metrics.types import Answer, Figure, Question, metric_of
from zhike.platform.actors import Actor

ITEM, SECTION = "question", "section"
ANSWERED = "survey_answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionMean:
    """Mean of the rates of a section's questions, each counted alike; None where none is shown.

    `withheld`: questions whose base is too small to be shown, left out of the mean. No interval: the same people
    answered all of them, so the rates do not vary apart.
    """

    section: str
    rates: int
    withheld: int
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRates:
    """The figure of each question, by section and key, and the means of their sections; `whole` over all of them.

    `respondents` sent off an answer at all: a question asked of some only has its share of them (SURV-25).
    """

    answer: Answer
    respondents: int
    sections: tuple[SectionMean, ...]
    whole: SectionMean

    def share(self, figure: Figure) -> float | None:
        """Who answered this question, in per cent of all who answered anything."""
        return 100.0 * figure.n / self.respondents if self.respondents else None


def item_rates(*, actor: Actor, question: Question) -> ItemRates:
    """The rates of one figure of questions (`csat4_items`) by section and question, and their plain means."""
    answer = compute(actor=actor, question=replace(question, split=(SECTION, ITEM)))
    by_section: dict[str, list[Figure]] = {}
    for figure in answer.figures:
        by_section.setdefault(figure.at[SECTION], []).append(figure)
    return ItemRates(
        answer=answer,
        respondents=compute(actor=actor, question=_of_people(question)).total.n,
        sections=tuple(_mean(section, found) for section, found in by_section.items()),
        whole=_mean("", answer.figures),
    )


def _of_people(question: Question) -> Question:
    """The same filters on people instead of scores, as far as people have them."""
    known = dimensions_of(metric_of(ANSWERED))
    filters = {name: values for name, values in question.filters.items() if name in known}
    return Question(ANSWERED, filters=filters, since=question.since, until=question.until)


def _mean(section: str, figures: Sequence[Figure]) -> SectionMean:
    shown = [figure.value for figure in figures if figure.value is not None]
    return SectionMean(
        section=section,
        rates=len(shown),
        withheld=len(figures) - len(shown),
        value=sum(shown) / len(shown) if shown else None,
    )
