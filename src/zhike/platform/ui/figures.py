"""The figure card's words and its sparkline."""

from collections.abc import Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from zhike.platform.ui import formats
from zhike.platform.ui.components import FigureCard, SparkPoint, Trend, Verdict

WIDTH = 240
HEIGHT = 36
MARGIN = 3


def card_context(card: FigureCard) -> dict[str, Any]:
    trend = card.trend
    # The value has as many decimals as tell the ends of its interval apart.
    decimals = formats.decimals_apart(*card.interval, card.decimals) if card.interval else card.decimals
    return {
        "card": card,
        "value": card.text or ("" if card.value is None else formats.number(card.value, decimals)),
        "interval": formats.interval(*card.interval, card.decimals) if card.interval else "",
        "base_words": _base_words(card),
        "trend_words": trend_words(trend) if trend else "",
        "arrow": arrow(trend) if trend else "",
        "spark": sparkline(card.spark, str(card.label)) if _drawable(card.spark) else "",
    }


def _base_words(card: FigureCard) -> str:
    if card.n is None:
        return ""
    words = gettext("n %(n)s") % {"n": formats.number(card.n)}
    if not card.missing:
        return words
    if card.missing_label:
        missing = gettext("%(count)s %(what)s") % {"count": formats.number(card.missing), "what": card.missing_label}
    else:
        missing = ngettext("%(count)s unanswered", "%(count)s unanswered", card.missing) % {
            "count": formats.number(card.missing)
        }
    return gettext("%(base)s, %(missing)s") % {"base": words, "missing": missing}


def arrow(trend: Trend) -> str:
    """Only where the interval of the difference excludes zero; its direction is the figure's own."""
    if trend.verdict not in {Verdict.BETTER, Verdict.WORSE}:
        return ""
    return "▲" if trend.rising else "▼"


def trend_words(trend: Trend) -> str:
    values = {"against": trend.against, "difference": trend.difference}
    match trend.verdict:
        case Verdict.BETTER:
            words = gettext("better than %(against)s") % values
        case Verdict.WORSE:
            words = gettext("worse than %(against)s") % values
        case Verdict.NO_CLEAR_CHANGE if trend.difference:
            # Both in one breath, "13.6 lower" and "no clear change", would contradict each other.
            return gettext("%(difference)s against %(against)s, within chance") % values
        case Verdict.NO_CLEAR_CHANGE:
            words = gettext("no clear change vs %(against)s") % values
        case Verdict.NOT_COMPARABLE:
            return gettext("not comparable with %(against)s") % values
    return f"{trend.difference} {words}" if trend.difference else words


def _drawable(points: Sequence[SparkPoint]) -> bool:
    return sum(point.value is not None for point in points) > 1


def sparkline(points: Sequence[SparkPoint], label: str = "") -> SafeString:
    """An SVG line with its interval band; missing periods leave a gap."""
    ends = [end for p in points for end in (p.value, p.low, p.high) if end is not None]
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0
    step = (WIDTH - 2 * MARGIN) / max(1, len(points) - 1)

    def at(position: int, value: float) -> str:
        y = HEIGHT - MARGIN - (value - low) / span * (HEIGHT - 2 * MARGIN)
        return f"{MARGIN + position * step:.1f},{y:.1f}"

    lines, bands = [], []
    for run in _runs(points):
        line = [at(i, points[i].value or 0.0) for i in run]
        lines.append(f"M{' L'.join(line)}")
        upper = [at(i, high_end) for i in run if (high_end := points[i].high) is not None]
        lower = [at(i, low_end) for i in reversed(run) if (low_end := points[i].low) is not None]
        if upper and lower:
            bands.append(f"M{' L'.join(upper + lower)}Z")
    last = max(i for i, p in enumerate(points) if p.value is not None)
    x, y = at(last, points[last].value or 0.0).split(",")
    return format_html(
        '<svg class="zk-spark" viewBox="0 0 {} {}" role="img" aria-label="{}" preserveAspectRatio="none">'
        '<path class="zk-spark-band" d="{}"></path><path class="zk-spark-line" d="{}"></path>'
        '<path class="zk-spark-end" d="M{},{}h0"></path></svg>',
        WIDTH,
        HEIGHT,
        gettext("Course of %(label)s") % {"label": label},
        "".join(bands),
        "".join(lines),
        x,
        y,
    )


def _runs(points: Sequence[SparkPoint]) -> list[list[int]]:
    """Stretches without a gap."""
    runs: list[list[int]] = [[]]
    for position, point in enumerate(points):
        if point.value is None:
            runs.append([])
        else:
            runs[-1].append(position)
    return [run for run in runs if run]
