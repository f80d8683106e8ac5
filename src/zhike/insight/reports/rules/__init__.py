"""From counts to the figures of reports: pure."""

from zhike.insight.reports.rules.drivers import driver_report
from zhike.insight.reports.rules.effort import coefficient_of, level_lines, link_of, timed_lines
from zhike.insight.reports.rules.stages import stage_lines
from zhike.insight.reports.rules.surveys import report_of, response_of, split_lines, stay_report, weighted

__all__ = [
    "coefficient_of",
    "driver_report",
    "level_lines",
    "link_of",
    "report_of",
    "response_of",
    "split_lines",
    "stage_lines",
    "stay_report",
    "timed_lines",
    "weighted",
]
