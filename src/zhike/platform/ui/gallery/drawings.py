"""One plot of each kind for the gallery."""

from django.utils.translation import gettext as _

from zhike.platform.ui import plots
from zhike.platform.ui.components import (
    Verdict,
)

ODD_ONE = 33
OUTLETS = ("浦东", "虹桥", "南沙保税港区冷链仓储配送分拨中心", "São Paulo Centro", "北四环", "天河")


def plot_samples() -> list[plots.Plot]:
    return [course(), *compared(), *others()]


def course() -> plots.Plot:
    months = [f"{n:02}" for n in range(1, 13)]
    values = [88.1, 89.4, 90.2, 89.9, 91.5, 92.0, 91.8, 92.6, 93.4, 93.1, 93.8, 94.1]
    other = [91.0, 90.1, 90.8, 88.9, 87.5, 88.0, 86.8, 87.6, 86.4, 86.1, None, 85.1]
    return plots.LinePlot(
        title=_("Delivered on time, by month"),
        note=_("2026, all lines; bands are 95 % intervals"),
        unit="%",
        name="on-time",
        x=months,
        series=[
            plots.Series(
                name="华东", values=values, low=[v - 1.2 for v in values], high=[v + 1.1 for v in values], n=2904
            ),
            plots.Series(
                name="São Paulo",
                values=other,
                low=[v and v - 3 for v in other],
                high=[v and v + 2.8 for v in other],
                n=191,
            ),
        ],
        previous=[v - 2.5 for v in values],
        previous_label="2025",
        target=95.0,
        target_label=_("target"),
        marks=[("07", "v2")],
    )


def compared() -> list[plots.Plot]:
    """Up to 30 units, and beyond."""
    rows = [
        plots.Unit(name=name, value=93 - 2.1 * n, low=91 - 2.4 * n, high=94.5 - 1.7 * n, n=214 - 38 * n, url="#unit")
        for n, name in enumerate(OUTLETS)
    ]
    many = [
        plots.Unit(
            name=f"{OUTLETS[n % 6][:4]}{n}",
            value=max(0, 7 + ((n * 37) % 11 - 5) * (160 / (40 + n * 12)) + (6 if n == ODD_ONE else 0)),
            n=20 + n * 12,
            verdict=Verdict.WORSE if n == ODD_ONE else Verdict.NO_CLEAR_CHANGE,
            url="#unit",
        )
        for n in range(40)
    ]
    limits = [
        plots.Limit(n, max(0, 7 - 50 / n**0.5), 7 + 50 / n**0.5, max(0, 7 - 79 / n**0.5), 7 + 79 / n**0.5)
        for n in range(20, 520, 10)
    ]
    return [
        plots.DotPlot(title=_("On time, by outlet"), unit="%", rows=rows, reference=90.2, reference_label=_("all")),
        plots.FunnelPlot(
            title=_("Damaged per 1,000, by outlet"), rows=many, reference=7.0, reference_label=_("all"), limits=limits
        ),
    ]


def others() -> list[plots.Plot]:
    levels = [_("very dissatisfied"), _("dissatisfied"), _("neutral"), _("satisfied"), _("very satisfied")]
    verdicts = [Verdict.WORSE, Verdict.NO_CLEAR_CHANGE, Verdict.NO_CLEAR_CHANGE, Verdict.BETTER]
    return [
        plots.DivergingPlot(
            title=_("What was answered"),
            unit="%",
            decimals=0,
            levels=levels,
            rows=[
                plots.Counts(_("Pick-up on time"), (3, 7, 21, 80, 45)),
                plots.Counts(_("Information"), (12, 20, 30, 25, 13)),
                plots.Counts(_("Manner of the courier"), (0, 1, 3, 9, 11)),
            ],
        ),
        plots.DumbbellPlot(
            title=_("Hours from pick-up to delivery"),
            unit="h",
            start_label="P50",
            end_label="P90",
            rows=[plots.Pair(name, 20 + 3 * n, 41 + 9 * n, n=500 - 95 * n) for n, name in enumerate(OUTLETS)],
        ),
        plots.BarPlot(
            title=_("Where they dropped out"),
            decimals=0,
            rows=[
                plots.Unit(name=_("sent"), value=56),
                plots.Unit(name=_("opened"), value=51),
                plots.Unit(name=_("answered"), value=43),
            ],
        ),
        plots.PlacePlot(
            title=_("Late, by place"),
            unit="%",
            places=[
                plots.Place(
                    name=name,
                    longitude=113 + n * 1.7,
                    latitude=23 + (n * 5) % 9,
                    value=4 + n,
                    n=300 - 50 * n,
                    verdict=verdicts[n % 4],
                )
                for n, name in enumerate(OUTLETS)
            ],
        ),
    ]
