"""A report as the sheets of a workbook: questions, recipients, splits and comments, numbers as numbers."""

from collections.abc import Callable, Sequence
from operator import itemgetter

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.insight.reports.pages import lines
from zhike.insight.reports.types import SurveyReport
from zhike.platform.ui.tables import Column, Kind
from zhike.platform.ui.tables.export import Sheet
from zhike.voice.surveys.types import AUDIENCE_LABELS, COMMENT_DEED_LABELS, Said


def sheets(report: SurveyReport) -> Sequence[Sheet]:
    """What the page says, in four sheets."""
    fates = [
        Column("0", _("What became of them"), value=itemgetter(0)),
        *(
            Column(form.audience, AUDIENCE_LABELS[form.audience], Kind.NUMBER, value=_by_form(place))
            for place, form in enumerate(report.forms)
        ),
        Column("2", _("Together"), Kind.NUMBER, value=itemgetter(2)),
    ]
    said = [
        Column("item_key", _("Question")),
        Column("text", _("Comment")),
        Column("strong", _("Strong"), Kind.YES),
        Column("deed", _("What was done"), value=_deed),
        Column("written_at", _("Written"), Kind.TIME),
    ]
    split = [
        Column("0", pgettext_lazy("report", "Split"), value=itemgetter(0)),
        Column("name", _("Line"), value=lambda row: row[1].name or row[1].value),
        Column("audience", _("Form"), value=lambda row: str(AUDIENCE_LABELS[row[1].audience])),
        Column("rate", _("Overall, satisfied, %"), Kind.NUMBER, value=lambda row: row[1].rate, decimals=2),
        Column("low", _("95 % interval, from"), Kind.NUMBER, value=lambda row: row[1].low, decimals=2),
        Column("high", _("95 % interval, to"), Kind.NUMBER, value=lambda row: row[1].high, decimals=2),
        Column("n", "n", Kind.NUMBER, value=lambda row: row[1].n),
    ]
    splits = [(str(lines.SPLIT_LABELS[by]), one) for by, found in report.rest.splits.items() for one in found]
    return [
        Sheet(str(_("Questions")), lines.columns(report), list(lines.rows_of(report))),
        Sheet(str(_("Recipients")), fates, lines.fates_of(report)),
        Sheet(str(_("Splits")), split, splits),
        Sheet(str(_("Comments")), said, report.rest.comments),
    ]


def _by_form(place: int) -> Callable[[tuple[str, list[int], int]], int]:
    return lambda row: row[1][place]


def _deed(said: Said) -> str:
    return str(COMMENT_DEED_LABELS.get(said.deed, ""))
