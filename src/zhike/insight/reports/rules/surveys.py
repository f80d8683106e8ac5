"""From counts to the figures of a report: pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

import numpy as np

from zhike.insight.metrics.types import Base, Change, base_of
from zhike.insight.reports.types import (
    FormReport,
    ItemLine,
    Level,
    Response,
    SectionReport,
    SplitLine,
    StayLine,
    StayReport,
    UnitScore,
    Weighted,
)
from zhike.methods import satisfaction as methods
from zhike.methods.comparisons import compare_rates
from zhike.methods.intervals import nonresponse_bounds
from zhike.methods.promoters import compare_nps
from zhike.methods.scales import SCALES, Kind, Scale
from zhike.methods.tarp import MAJOR, MINOR, Outcome, if_solved, staying
from zhike.platform.i18n.labels import pick
from zhike.voice.surveys.types import (
    ASKED,
    POINT_LABELS,
    Disposition,
    FormResult,
    ItemCount,
    ItemKind,
    Measure,
    SplitCount,
)

SHOWN = {Base.SMALL, Base.SOUND}


def report_of(result: FormResult, before: FormResult | None, names: Mapping[int, str]) -> FormReport:
    """One form's report; `before` is the same form a wave ago, `names` those of departments."""
    earlier = {one.item.key: one for one in before.items} if before else {}
    lines = {one.item.key: line_of(one, result.submitted, earlier.get(one.item.key)) for one in result.items}
    sections = [
        _section(section.titles, [lines[item.key] for item in section.items]) for section in result.form.sections
    ]
    overall = next((line for line in lines.values() if line.item.measure is Measure.OVERALL), None)
    return FormReport(
        form=result.form,
        audience=result.audience,
        response=response_of([result.fates], overall),
        sections=sections,
        units=_units(lines.values(), names),
    )


def line_of(counted: ItemCount, submitted: int, before: ItemCount | None) -> ItemLine:
    """One question: rates for scales, shares for choices, counts for texts."""
    item, n = counted.item, counted.said
    plain: dict[str, Any] = {
        "item": item,
        "n": n,
        "skipped": counted.skipped,
        "unasked": max(submitted - n - counted.skipped, 0),
        "share": 100 * n / submitted if submitted else None,
        "base": base_of(n),
        "texts": counted.texts,
    }
    is_shown = base_of(n) in SHOWN
    if item.kind is ItemKind.SCALE:
        scale = SCALES[item.scale]
        plain["levels"] = [
            level_of(value, word_of(item.scale, value), counted.counts.get(value, 0), n, shown=is_shown)
            for value in scale.levels
        ]
        if is_shown:
            plain |= _rates(scale, counted.counts)
            plain["change"] = _change(scale, counted.counts, before)
    elif item.choices:
        plain["levels"] = [
            level_of(number, pick(text), counted.counts.get(number, 0), n, shown=is_shown)
            for number, text in enumerate(item.choices, start=1)
        ]
    elif item.kind is ItemKind.NUMBER and is_shown and counted.amount_mean is not None:
        plain["mean"] = float(counted.amount_mean)
    return ItemLine(**plain)


def word_of(scale: str, value: int) -> str:
    """The point with its word, in the reader's language."""
    return f"{value} {POINT_LABELS[scale].get(value, '')}".strip()


def level_of(value: int, label: str, n: int, said: int, *, shown: bool) -> Level:
    return Level(value=value, label=label, n=n, share=100 * n / said if shown and said else None)


def _tally(scale: Scale, counts: Mapping[int, int]) -> methods.Tally:
    return methods.tally_of_counts([counts.get(level, 0) for level in scale.levels], scale)


def _rates(scale: Scale, counts: Mapping[int, int]) -> dict[str, float | None]:
    tally = _tally(scale, counts)
    if scale.kind is Kind.RECOMMENDATION:
        said = methods.recommendation(tally)
        return {
            "rate": float(said.nps),
            "low": float(said.interval.low),
            "high": float(said.interval.high),
            "dissatisfied": 100 * float(said.detractors),
            "top": 100 * float(said.promoters),
        }
    if scale.kind is Kind.EFFORT:
        felt = methods.effort(tally)
        return {
            "rate": 100 * float(felt.easy),
            "low": 100 * float(felt.interval.low),
            "high": 100 * float(felt.interval.high),
            "dissatisfied": 100 * float(felt.hard),
            "mean": float(felt.mean),
            "score": float(felt.score),
        }
    found = methods.satisfaction(tally)
    # The complement, not the lowest levels alone: whoever is not satisfied is counted as such (SURV-07).
    return {
        "rate": 100 * float(found.rate),
        "low": 100 * float(found.interval.low),
        "high": 100 * float(found.interval.high),
        # Who says no to a question of fact is not dissatisfied.
        "dissatisfied": None if scale.kind is Kind.YES_NO else 100 - 100 * float(found.rate),
        "top": 100 * float(found.top),
        "mean": float(found.mean),
        "score": float(found.score),
    }


def _change(scale: Scale, counts: Mapping[int, int], before: ItemCount | None) -> Change | None:
    """Against the wave before, on the same scale, with both bases large enough."""
    if before is None or before.item.scale != scale.id or base_of(before.said) not in SHOWN:
        return None
    if scale.kind is Kind.RECOMMENDATION:
        found = compare_nps(_thirds(scale, counts), _thirds(scale, before.counts))
        return Change(difference=float(found.difference), low=float(found.low), high=float(found.high))
    hits, n = _hits(scale, counts)
    hits_before, n_before = _hits(scale, before.counts)
    rates = compare_rates(hits, n, hits_before, n_before)
    return Change(
        difference=100 * float(rates.difference),
        low=100 * float(rates.interval.low),
        high=100 * float(rates.interval.high),
    )


def _hits(scale: Scale, counts: Mapping[int, int]) -> tuple[int, int]:
    return sum(counts.get(level, 0) for level in scale.satisfied), sum(counts.values())


def _thirds(scale: Scale, counts: Mapping[int, int]) -> tuple[int, int, int]:
    promoters, n = _hits(scale, counts)
    detractors = sum(counts.get(level, 0) for level in scale.dissatisfied)
    return promoters, n - promoters - detractors, detractors


def _section(titles: Mapping[str, str], lines: Sequence[ItemLine]) -> SectionReport:
    rates = _satisfied(lines)
    return SectionReport(titles=titles, lines=lines, mean=fmean(rates) if rates else None, rated=len(rates))


def _satisfied(lines: Iterable[ItemLine]) -> list[float]:
    """Rates of satisfaction; recommendation and effort are not among them."""
    return [
        line.rate
        for line in lines
        if line.rate is not None and line.item.scale and SCALES[line.item.scale].kind is Kind.SATISFACTION
    ]


def _units(lines: Iterable[ItemLine], names: Mapping[int, str]) -> list[UnitScore]:
    by_unit: dict[int, list[ItemLine]] = defaultdict(list)
    for line in lines:
        if line.item.unit_id is not None:
            by_unit[line.item.unit_id].append(line)
    scores = []
    for unit_id, own in by_unit.items():
        rates = _satisfied(own)
        mean = fmean(rates) if rates else None
        scores.append(UnitScore(unit_id=unit_id, name=names.get(unit_id, ""), mean=mean, items=len(rates)))
    return sorted(scores, key=lambda one: (one.mean is None, one.mean or 0.0, one.name))


def response_of(parts: Sequence[Mapping[Disposition, int]], overall: ItemLine | None) -> Response:
    """Of everybody who was really asked. With the overall result also what the silent could have made of it."""
    fates: dict[Disposition, int] = defaultdict(int)
    for part in parts:
        for fate, n in part.items():
            fates[fate] += n
    asked = sum(n for fate, n in fates.items() if fate in ASKED)
    answered = fates[Disposition.ANSWERED]
    low = high = None
    if overall is not None and overall.rate is not None and asked >= overall.n > 0:
        hits = round(overall.rate * overall.n / 100)
        bounds = nonresponse_bounds(hits, overall.n, asked - overall.n)
        low, high = 100 * float(bounds.low), 100 * float(bounds.high)
    return Response(
        fates=dict(fates),
        asked=asked,
        answered=answered,
        rate=100 * answered / asked if asked else None,
        refused=fates[Disposition.REFUSED],
        unscored=fates[Disposition.UNSCORED],
        complaints=fates[Disposition.COMPLAINT],
        low=low,
        high=high,
    )


def split_lines(counts: Sequence[SplitCount], scales: Mapping[str, str]) -> list[SplitLine]:
    """By value of a dimension; `scales` says on which scale each form asks its overall question."""
    lines = []
    for one in counts:
        scale = SCALES.get(scales.get(one.audience, ""))
        if scale is None:
            continue
        n = sum(one.counts.values())
        rates = _rates(scale, one.counts) if base_of(n) in SHOWN else {}
        lines.append(
            SplitLine(
                value=one.value,
                name=one.value,
                audience=one.audience,
                n=n,
                base=base_of(n),
                rate=rates.get("rate"),
                low=rates.get("low"),
                high=rates.get("high"),
            )
        )
    return sorted(lines, key=lambda line: (line.audience, -line.n, line.value))


def weighted(answers: Sequence[tuple[str, int, float | None]], scales: Mapping[str, str]) -> list[Weighted]:
    """By form: the rate by value beside the plain one, where enough customers have a value."""
    found = []
    for audience in sorted({one for one, _value, _worth in answers}):
        scale = SCALES.get(scales.get(audience, ""))
        own = [(value, worth) for one, value, worth in answers if one == audience]
        known = sum(worth is not None for _value, worth in own)
        if scale is None or base_of(known) not in SHOWN:
            continue
        worths = np.array([np.nan if worth is None else worth for _value, worth in own])
        if not np.nansum(worths) > 0:
            continue
        rates = methods.value_weighted_rate([value for value, _worth in own], worths, scale)
        found.append(
            Weighted(
                audience=audience,
                n=known,
                unvalued=len(own) - known,
                plain=100 * float(rates.plain),
                rate=100 * float(rates.rate),
                low=100 * float(rates.interval.low),
                high=100 * float(rates.interval.high),
            )
        )
    return found


def stay_report(people: Mapping[Outcome, int], *, still_open: int) -> StayReport:
    """Each outcome at the ends of the two published tables: a large loss and a small one."""
    lines = [
        StayLine(
            outcome=outcome,
            n=people.get(outcome, 0),
            share_low=100 * MAJOR[outcome].value,
            share_high=100 * MINOR[outcome].value,
            low=people.get(outcome, 0) * MAJOR[outcome].value,
            high=people.get(outcome, 0) * MINOR[outcome].value,
        )
        for outcome in Outcome
    ]
    return StayReport(lines=lines, total=staying(people), more=if_solved(people), open=still_open)
