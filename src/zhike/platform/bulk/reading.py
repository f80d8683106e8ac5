"""Files as batches of text columns, with the physical line of every row."""

import codecs
import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO

import pyarrow as pa
from charset_normalizer import from_bytes
from django.utils.translation import gettext_lazy as _
from python_calamine import CalamineError, CalamineWorkbook

from zhike.platform.bulk.types import LINE, REJECT_COLUMNS, BadFile, Rejection

BATCH_ROWS = 50_000
SAMPLE_BYTES = 262_144
MAX_CELL = 1_000_000
# Whole numbers above this are not exact in a spreadsheet.
EXACT_FLOAT = 1e15
# What spreadsheets of Chinese and Western offices save as when they do not save as UTF-8.
OFFICE_ENCODINGS = ("gb18030", "big5", "cp1252")
SHEET_ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods")
csv.field_size_limit(MAX_CELL)


@dataclass(slots=True)
class Batch:
    """Rows as an Arrow table of text columns plus `line`; `broken` rows did not fit the headings."""

    table: pa.Table
    broken: list[Rejection] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return int(self.table.num_rows) + len(self.broken)


@dataclass(frozen=True, slots=True)
class TableFile:
    """One file on disk that holds a table."""

    path: Path
    name: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""

    @property
    def is_sheet(self) -> bool:
        return self.name.lower().endswith(SHEET_ENDINGS)


def headings(file: TableFile) -> list[str]:
    """The column names, as written."""
    if file.is_sheet:
        rows = _sheet_rows(file)
        return _checked([_cell_text(c) for c in rows[0]] if rows else [], file)
    encoding = file.encoding or guess_encoding(file.path)
    with _opened(file, encoding) as text:
        reader = csv.reader(text, delimiter=file.delimiter or guess_delimiter(file, encoding))
        return _checked(next(reader, []), file)


def batches(file: TableFile, *, size: int = BATCH_ROWS) -> Iterator[Batch]:
    """The rows in order; raises `BadFile` when there is no table."""
    yield from _sheet_batches(file, size) if file.is_sheet else _csv_batches(file, size)


def whole(file: TableFile) -> Batch:
    """The whole file in one batch, for lookups."""
    parts = list(batches(file))
    if not parts:
        return Batch(_table(headings(file), [], []))
    return Batch(pa.concat_tables([p.table for p in parts]), [b for p in parts for b in p.broken])


def raw_lines(file: TableFile, lines: set[int]) -> Iterator[tuple[int, list[str]]]:
    """The cells of the rows that start on these lines, as they stand in the file, in order."""
    if file.is_sheet:
        for position, cells in enumerate(_sheet_rows(file)):
            if position + 1 in lines and position > 0:
                yield position + 1, [_cell_text(cell) for cell in cells]
        return
    encoding = file.encoding or guess_encoding(file.path)
    with _opened(file, encoding) as text:
        reader = csv.reader(text, delimiter=file.delimiter or guess_delimiter(file, encoding))
        start = reader.line_num + 1
        for row in reader:
            if start in lines and start > 1:
                yield start, row
            start = reader.line_num + 1


def guess_encoding(path: Path) -> str:
    """UTF-8 when the sample decodes as such, else the best guess among office encodings."""
    with path.open("rb") as source:
        sample = source.read(SAMPLE_BYTES)
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(sample)
    except UnicodeDecodeError:
        best = from_bytes(sample, cp_isolation=list(OFFICE_ENCODINGS)).best()
        return best.encoding if best else OFFICE_ENCODINGS[0]
    return "utf-8"


def guess_delimiter(file: TableFile, encoding: str) -> str:
    """The separator that splits the headings most often."""
    with _opened(file, encoding) as text:
        first = text.readline(SAMPLE_BYTES)
    return max(",;\t|", key=first.count)


def _opened(file: TableFile, encoding: str) -> IO[str]:
    try:
        return file.path.open("r", encoding=encoding, errors="replace", newline="")
    except (LookupError, OSError) as error:
        raise BadFile(_("%(name)s could not be opened: %(error)s"), name=file.name, error=str(error)) from error


def _checked(names: Sequence[str], file: TableFile) -> list[str]:
    cleaned = [name.strip().lstrip("\ufeff") for name in names]
    if not any(cleaned):
        raise BadFile(_("%(name)s has no row of headings."), name=file.name)
    twice = sorted({name for name in cleaned if name and cleaned.count(name) > 1})
    if twice:
        raise BadFile(_("%(name)s has the same heading twice: %(twice)s"), name=file.name, twice=", ".join(twice))
    return [name or f"column {position}" for position, name in enumerate(cleaned, 1)]


def _csv_batches(file: TableFile, size: int) -> Iterator[Batch]:
    encoding = file.encoding or guess_encoding(file.path)
    with _opened(file, encoding) as text:
        reader = csv.reader(text, delimiter=file.delimiter or guess_delimiter(file, encoding))
        try:
            names = _checked(next(reader, []), file)
            while True:
                before = reader.line_num
                rows = list(islice(reader, size))
                if not rows:
                    return
                if reader.line_num - before == len(rows):
                    lines: Sequence[int] = range(before + 1, before + 1 + len(rows))
                else:
                    lines = _line_numbers(before, rows)
                yield _batch(names, rows, lines)
        except csv.Error as error:
            raise BadFile(
                _("%(name)s breaks off at line %(line)s: %(error)s"),
                name=file.name,
                line=reader.line_num,
                error=str(error),
            ) from error


def _line_numbers(before: int, rows: Sequence[Sequence[str]]) -> list[int]:
    """Where each row starts, when some cells hold line breaks."""
    lines, current = [], before + 1
    for row in rows:
        lines.append(current)
        current += 1 + sum(cell.count("\n") for cell in row)
    return lines


def _batch(names: Sequence[str], rows: list[list[str]], lines: Sequence[int]) -> Batch:
    width = len(names)
    if all(n == width for n in map(len, rows)):
        return Batch(_table(names, list(zip(*rows, strict=True)), lines))
    good, good_lines, broken = [], [], []
    for row, line in zip(rows, lines, strict=True):
        if len(row) == width:
            good.append(row)
            good_lines.append(line)
        elif any(cell.strip() for cell in row):
            broken.append(
                Rejection(line, "", "", ",".join(row)[:200], "columns", {"found": len(row), "expected": width})
            )
    return Batch(_table(names, list(zip(*good, strict=True)), good_lines), broken)


def _table(names: Sequence[str], columns: Sequence[Sequence[str]], lines: Sequence[int]) -> pa.Table:
    kept = {
        name: pa.array(column, type=pa.string())
        for name, column in zip(names, columns or [[] for _name in names], strict=True)
        if name not in REJECT_COLUMNS
    }
    return pa.table({**kept, LINE: pa.array(lines, type=pa.int64())})


def from_records(records: Sequence[Mapping[str, object]], names: Sequence[str]) -> Batch:
    """Rows given as JSON objects: the line is the position, from 1."""
    columns = [[_cell_text(record.get(name)) for record in records] for name in names]
    return Batch(_table(names, columns, range(1, len(records) + 1)))


def _sheet_rows(file: TableFile) -> Sequence[Sequence[object]]:
    try:
        with CalamineWorkbook.from_path(str(file.path)) as book:
            sheet = book.get_sheet_by_name(file.sheet) if file.sheet else book.get_sheet_by_index(0)
            return list(sheet.to_python(skip_empty_area=False))
    except (CalamineError, zipfile.BadZipFile, OSError) as error:
        raise BadFile(_("%(name)s could not be opened: %(error)s"), name=file.name, error=str(error)) from error


def _sheet_batches(file: TableFile, size: int) -> Iterator[Batch]:
    rows = _sheet_rows(file)
    names = _checked([_cell_text(cell) for cell in rows[0]] if rows else [], file)
    for start in range(1, len(rows), size):
        part = [[_cell_text(cell) for cell in row] for row in rows[start : start + size]]
        kept = [(row, line) for line, row in enumerate(part, start + 1) if any(row)]
        yield _batch(names, [row for row, _line in kept], [line for _row, line in kept])


def _cell_text(cell: object) -> str:
    """A cell as text; spreadsheets give whole numbers as floats and dates as dates."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT_FLOAT:
        return str(int(cell))
    if hasattr(cell, "isoformat"):
        return str(cell.isoformat())
    return str(cell)


def text_of(content: bytes) -> io.StringIO:
    """Decoded text of a small file such as a mapping."""
    return io.StringIO(content.decode("utf-8-sig"))
