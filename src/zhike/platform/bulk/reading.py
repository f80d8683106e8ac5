"""Files as batches of text columns, with the physical line of every row."""

import codecs
import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
from charset_normalizer import from_bytes
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray
from python_calamine import CalamineError, CalamineWorkbook

from zhike.platform.bulk.plain import BLOCK_CHARS, MAX_CELL, plain_block, plain_rows
from zhike.platform.bulk.types import LINE, REJECT_COLUMNS, BadFile, Rejection

BATCH_ROWS = 50_000
SAMPLE_BYTES = 262_144
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
    """Arrow reads what is plainly written; from the first block that is not, the csv module reads the rest."""
    encoding = file.encoding or guess_encoding(file.path)
    delimiter = file.delimiter or guess_delimiter(file, encoding)
    with _opened(file, encoding) as text:
        header = csv.reader(text, delimiter=delimiter)
        try:
            names = _checked(next(header, []), file)
        except csv.Error as error:
            raise _broken_off(file, header.line_num, error) from error
        line, kept = header.line_num + 1, ""
        while True:
            read = text.read(BLOCK_CHARS)
            part = kept + read
            found = plain_block(part, delimiter, is_last=len(read) < BLOCK_CHARS)
            rows = plain_rows(found[0], names, line) if found else None
            if found is None or rows is None:
                break
            yield from _plain_batches(names, *rows, size)
            line, kept = line + found[0].lines, found[1]
        rest = chain(io.StringIO(part + text.readline(), newline=""), text)
        yield from _csv_rows(file, names, rest, delimiter=delimiter, skipped=line - 1, size=size)


def _plain_batches(
    names: Sequence[str],
    columns: Sequence[pa.Array],
    lines: Sequence[int] | NDArray[np.int64],
    broken: Sequence[tuple[int, list[str]]],
    size: int,
) -> Iterator[Batch]:
    table = _table(names, columns, lines)
    unfit = [rejection for line, row in broken if (rejection := _unfit(row, line, len(names)))]
    for start in range(0, max(table.num_rows, 1), size):
        yield Batch(table.slice(start, size), unfit if start == 0 else [])


def _csv_rows(
    file: TableFile, names: Sequence[str], text: Iterable[str], *, delimiter: str, skipped: int, size: int
) -> Iterator[Batch]:
    """Whatever the csv module makes of the text; `skipped` lines of the file stand before it."""
    reader = csv.reader(text, delimiter=delimiter)
    try:
        while True:
            before = skipped + reader.line_num
            rows = list(islice(reader, size))
            if not rows:
                return
            if skipped + reader.line_num - before == len(rows):
                lines: Sequence[int] = range(before + 1, before + 1 + len(rows))
            else:
                lines = _line_numbers(before, rows)
            yield _batch(names, rows, lines)
    except csv.Error as error:
        raise _broken_off(file, skipped + reader.line_num, error) from error


def _broken_off(file: TableFile, line: int, error: csv.Error) -> BadFile:
    return BadFile(_("%(name)s breaks off at line %(line)s: %(error)s"), name=file.name, line=line, error=str(error))


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
        elif rejection := _unfit(row, line, width):
            broken.append(rejection)
    return Batch(_table(names, list(zip(*good, strict=True)), good_lines), broken)


def _unfit(row: Sequence[str], line: int, width: int) -> Rejection | None:
    """Why a row is refused that has more or fewer cells than there are headings; an empty one is none at all."""
    if not any(cell.strip() for cell in row):
        return None
    return Rejection(line, "", "", ",".join(row)[:200], "columns", {"found": len(row), "expected": width})


def _table(
    names: Sequence[str], columns: Sequence[Sequence[str] | pa.Array], lines: Sequence[int] | NDArray[np.int64]
) -> pa.Table:
    kept = {
        name: column if isinstance(column, pa.Array) else pa.array(column, type=pa.string())
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
