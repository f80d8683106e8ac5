"""A report as a workbook: questions, recipients and comments, numbers as numbers."""

from collections.abc import Sequence
from io import BytesIO

import xlsxwriter
from django.utils.translation import gettext
from xlsxwriter.format import Format

from zhike.insight.reports.pages import lines
from zhike.insight.reports.types import SurveyReport
from zhike.platform.ui import formats
from zhike.voice.surveys.types import AUDIENCE_LABELS, COMMENT_DEED_LABELS


def workbook(report: SurveyReport, *, zone: str) -> bytes:
    """The workbook; instants are written out in `zone`."""
    rows = list(lines.rows_of(report))
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    columns = lines.columns(report)
    _page(
        book,
        gettext("Questions"),
        bold,
        [str(column.label) for column in columns],
        [[column.of(row) for column in columns] for row in rows],
    )
    names = [str(AUDIENCE_LABELS[form.audience]) for form in report.forms]
    _page(
        book,
        gettext("Recipients"),
        bold,
        [gettext("What became of them"), *names, gettext("Together")],
        [[name, *counts, total] for name, counts, total in lines.fates_of(report)],
    )
    heads = [gettext("Question"), gettext("Comment"), gettext("Strong"), gettext("What was done"), gettext("Written")]
    _page(
        book,
        gettext("Comments"),
        bold,
        heads,
        [
            [
                one.item_key,
                one.text,
                gettext("yes") if one.strong else "",
                str(COMMENT_DEED_LABELS.get(one.deed, "")),
                formats.absolute(one.written_at, zone),
            ]
            for one in report.comments
        ],
    )
    book.close()
    return out.getvalue()


def _page(
    book: xlsxwriter.Workbook, name: str, bold: Format, heads: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    page = book.add_worksheet(name[:31])
    for at, head in enumerate(heads):
        page.set_column(at, at, 18)
        page.write_string(0, at, head, bold)
    page.freeze_panes(1, 1)
    for line, row in enumerate(rows, start=1):
        for at, value in enumerate(row):
            if isinstance(value, int | float):
                page.write_number(line, at, value)
            elif value is not None:
                page.write_string(line, at, str(value))
