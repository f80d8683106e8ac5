"""Exactly the filtered list as CSV or XLSX, streamed; never a formula, whatever a customer typed."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any
from urllib.parse import quote

import xlsxwriter
from django.conf import settings
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from zhike.platform.ui.formats import Ink
from zhike.platform.ui.tables.cells import Plain, plain
from zhike.platform.ui.tables.columns import Column, Kind

BOM = "\ufeff"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BATCH = 500
# As many letters as a spreadsheet takes for a tab.
MOST_TAB = 31


class _Echo:
    """A file that hands each written line back to the generator."""

    def write(self, text: str) -> str:
        return text


def safe_text(text: str) -> str:
    """A cell that a spreadsheet would run as a formula begins with an apostrophe instead."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def csv_value(value: Plain) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}"
        case date():
            return value.isoformat()
        case bool() | int() | float():
            return str(value)
        case Decimal():
            return f"{value:f}"
        case _:
            return safe_text(value)


def lines(columns: Sequence[Column], rows: Iterable[Any], ink: Ink) -> Iterator[str]:
    """CSV with a byte order mark (spreadsheets then read it as UTF-8), by batches of lines."""
    writer = csv.writer(_Echo())
    batch = [BOM, writer.writerow([safe_text(str(column.label)) for column in columns])]
    for row in rows:
        batch.append(writer.writerow([csv_value(plain(column, row, ink)) for column in columns]))
        if len(batch) >= BATCH:
            yield "".join(batch)
            batch = []
    yield "".join(batch)


def spoken(parts: Iterator[str], language: str) -> Iterator[str]:
    """The parts as `language` says them: they are written after the request, whose language is then over."""
    while True:
        with translation.override(language):
            part = next(parts, None)
        if part is None:
            return
        yield part


def _disposition(name: str) -> str:
    return f"attachment; filename*=UTF-8''{quote(name)}"


def as_csv(columns: Sequence[Column], rows: Iterable[Any], ink: Ink, name: str) -> HttpResponseBase:
    parts = spoken(lines(columns, rows, ink), translation.get_language() or settings.LANGUAGE_CODE)
    response = StreamingHttpResponse(parts, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = _disposition(f"{name}.csv")
    return response


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook; `name` is what its tab says."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Any]


def write_xlsx(out: IO[bytes], columns: Sequence[Column], rows: Iterable[Any], ink: Ink) -> int:
    """Write a workbook of one sheet, a row at a time in constant memory; gives the number of rows."""
    return write_book(out, [Sheet("", columns, rows)], ink)


def write_book(out: IO[bytes], sheets: Sequence[Sheet], ink: Ink) -> int:
    """Write the sheets one after the other, a row at a time in constant memory; gives the number of rows."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
    book = xlsxwriter.Workbook(out, options)
    inks = {
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "amount": book.add_format({"num_format": "#,##0.00"}),
    }
    count = sum(_write_sheet(book.add_worksheet(one.name[:MOST_TAB] or None), one, ink, inks) for one in sheets)
    book.close()
    return count


def _write_sheet(page: Worksheet, sheet: Sheet, ink: Ink, inks: Mapping[str, Format]) -> int:
    for position, column in enumerate(sheet.columns):
        page.set_column(position, position, 18)
        page.write_string(0, position, str(column.label), inks["head"])
    page.freeze_panes(1, 1)
    count = 0
    for count, row in enumerate(sheet.rows, start=1):
        for position, column in enumerate(sheet.columns):
            value = plain(column, row, ink)
            if isinstance(value, datetime):
                page.write_datetime(count, position, value, inks["moment"])
            elif isinstance(value, date):
                page.write_datetime(count, position, datetime(value.year, value.month, value.day), inks["day"])  # noqa: DTZ001
            elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
                page.write_number(count, position, value, inks["amount"] if column.kind is Kind.MONEY else None)
            elif value is not None:
                page.write_string(count, position, str(value))
    return count


def as_xlsx(columns: Sequence[Column], rows: Iterable[Any], ink: Ink, name: str) -> HttpResponseBase:
    return as_book([Sheet("", columns, rows)], ink, name)


def as_book(sheets: Sequence[Sheet], ink: Ink, name: str) -> HttpResponseBase:
    out = TemporaryFile()  # noqa: SIM115  # the response closes it when it has been sent
    write_book(out, sheets, ink)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
