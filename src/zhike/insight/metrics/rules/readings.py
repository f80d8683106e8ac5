"""What a figure is never told without: its other ways of being read, in words."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.insight.metrics.types import Figure, Kind, Metric
from zhike.platform.ui import formats

# METR-04: from 50 good, from 70 a strongly loyal base.
GOOD, STRONGLY_LOYAL = 50, 70
INTENTION = _("It states an intention and supplements the satisfaction rate.")


def beside(metric: Metric, total: Figure) -> str:
    """What a figure is never shown without: its other ways of being read, in words."""
    if total.value is None:
        return ""
    if metric.kind is Kind.NET:
        return " ".join((_parts_of(total), reading(total.value), str(INTENTION)))
    if metric.kind is Kind.MEAN and total.score is not None:
        return gettext("%(score)s of 100 (Score100)") % {"score": formats.number(total.score, 1)}
    if metric.kind is Kind.WEIGHTED and total.plain is not None:
        values = {
            "plain": formats.number(total.plain, metric.decimals),
            "effective": formats.number(total.effective or 0.0, 0),
        }
        return gettext("%(plain)s %% without weights; effective base %(effective)s") % values
    if metric.kind is Kind.RATE and metric.levels is not None:
        return gettext("The rest: %(rest)s %%") % {"rest": formats.number(100 - total.value, metric.decimals)}
    return ""


def _parts_of(total: Figure) -> str:
    high, low = total.hits or 0, total.against or 0
    shares = {"high": high, "middle": total.n - high - low, "low": low}
    texts = {name: formats.number(100 * count / total.n, 1) for name, count in shares.items()}
    return gettext("Promoters %(high)s %%, passives %(middle)s %%, detractors %(low)s %%.") % texts


def reading(value: float) -> str:
    """How a net promoter score is read (METR-04); the limits are those of the source."""
    if value >= STRONGLY_LOYAL:
        return gettext("From 70: a strongly loyal base.")
    if value >= GOOD:
        return gettext("50 to 70: good.")
    return gettext("Below 50: not yet good.")
