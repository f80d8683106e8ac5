"""From counts to the figures of a report: pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

import numpy as np
from django.utils.translation import gettext
from numpy.typing import NDArray

from zhike.insight.metrics.types import Base, Change, base_of
from zhike.insight.reports.types import (
    DriverLine,
    DriverReport,
    FormReport,
    ItemLine,
    Level,
    Predictors,
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
from zhike.methods.drivers import LEAST_ROWS, MOST_EXACT, Drivers
from zhike.methods.drivers import drivers as methods_drivers
from zhike.methods.intervals import nonresponse_bounds
from zhike.methods.ipa import quadrants
from zhike.methods.promoters import compare_nps
from zhike.methods.scales import SCALES, Kind, Scale, score100
from zhike.methods.tarp import MAJOR, MINOR, Outcome, if_solved, staying
from zhike.platform.i18n.labels import pick
from zhike.voice.surveys.types import (
    ASKED,
    POINT_LABELS,
    Disposition,
    FormResult,
    ItemCount,
    ItemKind,
    Matrix,
    Measure,
    ScoredForm,
    SplitCount,
)

SHOWN = {Base.SMALL, Base.SOUND}
# A question that fewer of those who sent the form off have answered is left out of an analysis of drivers.
LEAST_SAID = 0.5
# What is left of a matter beside those before it, as a part of its own spread: below this it repeats them.
ALIKE = 1e-4


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
            _level(value, _word(item.scale, value), counted.counts.get(value, 0), n, shown=is_shown)
            for value in scale.levels
        ]
        if is_shown:
            plain |= _rates(scale, counted.counts)
            plain["change"] = _change(scale, counted.counts, before)
    elif item.choices:
        plain["levels"] = [
            _level(number, pick(text), counted.counts.get(number, 0), n, shown=is_shown)
            for number, text in enumerate(item.choices, start=1)
        ]
    elif item.kind is ItemKind.NUMBER and is_shown and counted.amount_mean is not None:
        plain["mean"] = float(counted.amount_mean)
    return ItemLine(**plain)


def _word(scale: str, value: int) -> str:
    """The point with its word, in the reader's language."""
    return f"{value} {POINT_LABELS[scale].get(value, '')}".strip()


def _level(value: int, label: str, n: int, said: int, *, shown: bool) -> Level:
    return Level(value=value, label=label, n=n, share=100 * n / said if shown and said else None)


def _tally(scale: Scale, counts: Mapping[int, int]) -> methods.Tally:
    return methods.tally_of_counts([counts.get(level, 0) for level in scale.levels], scale)


def _rates(scale: Scale, counts: Mapping[int, int]) -> dict[str, float]:
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
        "dissatisfied": 100 - 100 * float(found.rate),
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


# The seed is part of the definition: the same rows give the same intervals, whoever asks.
SEED, RESAMPLES = 20_260_101, 1_000


def driver_report(form: ScoredForm, by: Predictors, matrix: Matrix, labels: Mapping[str, str]) -> DriverReport:
    """Which predictors the overall answer goes with, by exact shares of the explained variance (methods §2.7)."""
    table = np.array([[np.nan if value is None else float(value) for value in row] for row in matrix.rows], dtype=float)
    plain: dict[str, Any] = {"form": form, "by": by, "n": 0, "rows": len(matrix.rows), "needed": LEAST_ROWS}
    if table.size == 0 or not matrix.keys:
        return DriverReport(**plain, why=gettext("Nobody has answered this form together with anything to explain it."))
    y = score100(table[:, 0], SCALES[matrix.scale])
    x = np.column_stack(
        [
            score100(table[:, at], SCALES[matrix.scales[key]]) if key in matrix.scales else table[:, at]
            for at, key in enumerate(matrix.keys, start=1)
        ]
    )
    # Hardly anybody was asked what few have used: it would take everybody else out of the analysis.
    said = (~np.isnan(x)).mean(axis=0) >= LEAST_SAID
    complete = ~np.isnan(x[:, said]).any(axis=1) & ~np.isnan(y)
    varies = said.copy()
    varies[said] = np.ptp(x[complete][:, said], axis=0) > 0 if complete.any() else False
    varies = _independent(x, complete, varies)
    constant = [labels[key] for key, goes in zip(matrix.keys, varies, strict=True) if not goes]
    keys = [key for key, goes in zip(matrix.keys, varies, strict=True) if goes][:MOST_EXACT]
    plain |= {"n": int(complete.sum()), "constant": constant}
    if not keys:
        return DriverReport(**plain, why=gettext("Nothing that could explain the answers differs between them."))
    chosen = x[:, [matrix.keys.index(key) for key in keys]]
    try:
        found = methods_drivers(chosen, y, rng=np.random.default_rng(SEED), resamples=RESAMPLES, names=keys)
    except ValueError as error:
        return DriverReport(**plain, why=gettext("The figures cannot be worked out: %(why)s") % {"why": error})
    lines, crosshair = _driver_lines(found, keys, labels, is_scored=by is Predictors.ITEMS)
    return DriverReport(
        **{**plain, "n": found.regression.moments.n, "needed": found.regression.moments.needed},
        r2=found.regression.r2,
        r2_low=float(found.r2_limits.low),
        r2_high=float(found.r2_limits.high),
        resamples=found.resamples,
        lines=lines,
        crosshair=crosshair,
    )


def _independent(x: NDArray[np.float64], complete: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of the chosen columns those that say something beyond the ones before them: what is lost is not delivered."""
    kept = chosen.copy()
    basis: list[NDArray[np.float64]] = []
    for at in np.flatnonzero(chosen):
        column = x[complete, at] - x[complete, at].mean()
        rest = column - sum((one * (one @ column) for one in basis), np.zeros_like(column))
        length = float(np.linalg.norm(rest))
        if length <= ALIKE * float(np.linalg.norm(column)):
            kept[at] = False
        else:
            basis.append(rest / length)
    return kept


def _driver_lines(
    found: Drivers, keys: Sequence[str], labels: Mapping[str, str], *, is_scored: bool
) -> tuple[list[DriverLine], tuple[float, float] | None]:
    regression, lmg = found.regression, found.lmg or found.johnson
    grid = None
    if is_scored and len(keys) > 1:
        error = regression.moments.deviations / np.sqrt(regression.moments.n)
        grid = quadrants(regression.moments.means, error, lmg.weight, lmg.error)
    lines = [
        DriverLine(
            key=key,
            label=labels[key],
            r=float(regression.r[at]),
            slope=float(regression.slopes[at]),
            standardised=float(regression.standardised[at]),
            p=float(regression.p_values[at]),
            vif=float(regression.vif[at]),
            share=100 * float(lmg.share[at]),
            low=100 * float(lmg.share_limits.low[at]),
            high=100 * float(lmg.share_limits.high[at]),
            johnson=100 * float(found.johnson.share[at]),
            is_suppressor=bool(regression.suppressors[at]),
            performance=float(regression.moments.means[at]),
            quadrant=grid.quadrants[at] if grid else None,
        )
        for at, key in enumerate(keys)
    ]
    crosshair = (grid.performance, 100 / len(keys)) if grid else None
    return sorted(lines, key=lambda line: -line.share), crosshair


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
