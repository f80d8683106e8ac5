"""Plainly written CSV, read by Arrow: text of which it is certain that Arrow and the csv module see the same cells.

Plain means: lines end in LF or CRLF, none is empty, and quotes stand only where they open a cell, close it, or are
doubled inside it. Such text has one reading; whatever is written otherwise is left to the csv module.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

BLOCK_CHARS = 4_000_000
MAX_CELL = 1_000_000
_QUOTE, _LF, _CR = b'"\n\r'


@dataclass(frozen=True, slots=True)
class PlainBlock:
    """Whole rows of a file: their bytes in UTF-8, on which line each row starts (from 0), how many lines they fill."""

    data: bytes
    starts: NDArray[np.int64]
    lines: int
    delimiter: str


def plain_block(part: str, delimiter: str, *, is_last: bool) -> tuple[PlainBlock, str] | None:
    """The whole rows at the beginning of `part` and the text behind them; None where `part` is not plain."""
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n' or part.startswith("\ufeff"):
        return None
    written = part.encode()
    if is_last and written and not written.endswith(b"\n"):
        written += b"\n"
    cells = np.frombuffer(written, np.uint8)
    quotes, ends = np.flatnonzero(cells == _QUOTE), np.flatnonzero(cells == _LF)
    # A line ends its row where every quote before it is closed.
    row_ends = np.flatnonzero(np.searchsorted(quotes, ends) % 2 == 0) if len(quotes) else np.arange(len(ends))
    if not len(row_ends):
        return None
    cut = int(ends[row_ends[-1]]) + 1
    data = written[:cut]
    if (
        (is_last and cut < len(written))
        or _has_odd_lines(data)
        or not _has_plain_quotes(cells[:cut], quotes, delimiter)
    ):
        return None
    starts = np.concatenate([[0], row_ends[:-1] + 1]).astype(np.int64)
    return PlainBlock(data, starts, int(row_ends[-1]) + 1, delimiter), written[cut:].decode()


def _has_odd_lines(data: bytes) -> bool:
    """Whether some line is empty or ends in a bare CR."""
    if b"\r" in data and (data.count(b"\r") != data.count(b"\r\n") or data.startswith(b"\r") or b"\n\r" in data):
        return True
    return data.startswith(b"\n") or b"\n\n" in data


def _has_plain_quotes(cells: NDArray[np.uint8], quotes: NDArray[np.int64], delimiter: str) -> bool:
    """Whether quotes open a cell, close it, or are doubled: then the second of a pair follows the first at once."""
    quotes = quotes[quotes < len(cells)]
    opening, closing = quotes[0::2], quotes[1::2]
    before = np.where(opening > 0, cells[opening - 1], _LF)
    behind = cells[closing + 1]
    edges = [ord(delimiter), _LF, _QUOTE]
    return bool(np.isin(before, edges).all() and np.isin(behind, [*edges, _CR]).all())


def plain_rows(
    block: PlainBlock, names: Sequence[str], line: int
) -> tuple[list[pa.Array], NDArray[np.int64], list[tuple[int, list[str]]]] | None:
    """Columns of text, the line of each row, and the rows that do not fit the headings with theirs.

    `line` is that of the block's first row. None where Arrow finds other rows than the line ends say.
    """
    odd: list[arrow_csv.InvalidRow] = []

    def set_aside(row: arrow_csv.InvalidRow) -> str:
        odd.append(row)
        return "skip"

    keys = [str(position) for position in range(len(names))]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(block.data),
            # Only a single thread tells the number of a row that does not fit.
            arrow_csv.ReadOptions(use_threads=False, block_size=len(block.data) + 1, column_names=keys),
            arrow_csv.ParseOptions(
                delimiter=block.delimiter,
                newlines_in_values=len(block.starts) != block.lines,
                ignore_empty_lines=False,
                invalid_row_handler=set_aside,
            ),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(keys, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows + len(odd) != len(block.starts):
        return None
    columns = [column.combine_chunks() for column in table.columns]
    if any((pc.max(pc.binary_length(column)).as_py() or 0) > MAX_CELL for column in columns):
        return None
    lines = block.starts + line
    broken = [(int(lines[row.number - 1]), _cells(row.text, block.delimiter)) for row in odd]
    return columns, np.delete(lines, [row.number - 1 for row in odd]), broken


def _cells(text: str, delimiter: str) -> list[str]:
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
