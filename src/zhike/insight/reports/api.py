"""Reports for programs: what the pages show, unrounded."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from ninja import Router
from ninja.params.functions import Query

from zhike.insight.metrics.queries import MONTH, one_look
from zhike.insight.metrics.types import Figure
from zhike.insight.reports import queries
from zhike.insight.reports.schemas import CourseOut, EffortOut, StagesOut
from zhike.insight.reports.types import Course
from zhike.platform.api import actor_of

router = Router(tags=["reports"])
MONTH_PATTERN = r"^$|^(19|2[01])\d\d-(0[1-9]|1[0-2])$"
Since: Any = Query("", pattern=MONTH_PATTERN, description="First month (YYYY-MM); all if empty")


@router.get("/reports/latency", response=list[CourseOut], summary="How long it takes, by month")
def get_latency(request: HttpRequest, *, since: str = Since) -> list[dict[str, Any]]:
    """Event to record, answer to visible, to action and to its end, problem to fixed; hours."""
    with one_look():
        return [_course(one) for one in queries.latencies(actor=actor_of(request), since=since)]


@router.get("/reports/effort", response=EffortOut, summary="Effort as customers say it beside the counters")
def get_effort(request: HttpRequest, *, since: str = Since) -> dict[str, Any]:
    """Mean effort, its distribution, repeats, hand-overs and changes of channel by month, and how they correlate."""
    with one_look():
        report = queries.effort(actor=actor_of(request), since=since)
    return {
        "scales": [
            {
                "course": _course(one.course),
                "levels": [{"level": level.value, "n": level.n, "share": level.share} for level in one.levels],
            }
            for one in report.scales
        ],
        "counters": [_course(one) for one in report.counters],
        "links": [
            {
                "one": link.one.id,
                "other": link.other.id,
                "by": link.by,
                "n": link.n,
                "line": asdict(link.line),
                "rank": asdict(link.rank),
            }
            for link in report.links
        ],
    }


@router.get("/reports/stages", response=StagesOut, summary="Stages of the journey: measured or not, and their score")
def get_stages(request: HttpRequest, *, since: str = Since) -> dict[str, Any]:
    """Perceive, try, buy, use, evaluate: what the forms in use ask, and the Score100 of the answers."""
    with one_look():
        report = queries.stages(actor=actor_of(request), since=since)
    return {
        "covered": report.covered,
        "share": report.share,
        "gaps": [stage.value for stage in report.gaps],
        "stages": [
            {
                "stage": line.stage.value,
                "covered": line.is_covered,
                "questions": line.questions,
                "forms": [one.code for one in line.measures],
                **{name: getattr(line, name) for name in ("score", "low", "high", "people", "scores")},
            }
            for line in report.lines
        ],
    }


def _course(course: Course) -> dict[str, Any]:
    metric = course.metric
    return {
        "metric": metric.id,
        "version": metric.version,
        "label": str(metric.label),
        "unit": metric.unit,
        "as_of": course.answer.as_of,
        "total": _month(course.total),
        "months": [_month(figure) for figure in course.months],
    }


def _month(figure: Figure) -> dict[str, Any]:
    names = ("value", "low", "high", "median", "p90", "n", "missing")
    return {
        "month": figure.at.get(MONTH, ""),
        "base": figure.base.value,
        **{name: getattr(figure, name) for name in names},
    }
