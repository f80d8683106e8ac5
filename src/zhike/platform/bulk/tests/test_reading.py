"""Arrow reads plainly written files and the csv module all others: the rows are the same, and so are their lines."""

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhike.platform.bulk import reading
from zhike.platform.bulk.plain import plain_block, plain_rows
from zhike.platform.bulk.reading import Batch, TableFile, batches
from zhike.platform.bulk.types import BadFile

NAMES = ["一", "b"]
# Pieces of files as they are written, and as they should not be.
PLAIN = st.sampled_from(["a", "沪A", '"c"', '"d\r\ne"', '"f,\ng"', '"""h"', "", " "])
ROWS = st.lists(st.lists(PLAIN, min_size=1, max_size=3).map(",".join), max_size=12).map("\n".join)
ODD = st.lists(st.sampled_from(["a", "é", ",", ",", "\n", "\n", '"', '""', "\r\n", "\r", "\x00", "\ufeff"])).map(
    "".join
)
MANY = settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _account(parts: list[Batch]) -> tuple[list[Any], list[Any]]:
    rows = [tuple(row.values()) for part in parts for row in part.table.to_pylist()]
    broken = [(r.line, r.value, r.params) for part in parts for r in part.broken]
    return rows, sorted(broken, key=lambda b: b[0])


def _by_the_csv_module(file: TableFile) -> tuple[list[Any], list[Any]]:
    with file.path.open(encoding="utf-8", newline="") as text:
        next(csv.reader(text))
        return _account(list(reading._csv_rows(file, NAMES, text, delimiter=",", skipped=1, size=50_000)))


@MANY
@given(body=ROWS | ODD, block=st.sampled_from([5, 20, 4_000]))
def test_batches__are_what_the_csv_module_makes_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, block: int
) -> None:
    monkeypatch.setattr(reading, "BLOCK_CHARS", block)
    path = tmp_path / "a.csv"
    path.write_bytes(f"{','.join(NAMES)}\n{body}".encode())
    file = TableFile(path, "a.csv", encoding="utf-8", delimiter=",")

    assert _account(list(batches(file))) == _by_the_csv_module(file)


def test_plain__takes_quoted_cells_with_line_breaks_and_names_rows_that_do_not_fit() -> None:
    found = plain_block('1,"x\ny"\n2\n"3 ""z""",4\n5,"cut', ",", is_last=False)

    assert found is not None
    block, rest = found
    rows = plain_rows(block, NAMES, 2)
    assert rows is not None
    columns, lines, broken = rows
    assert [column.to_pylist() for column in columns] == [["1", '3 "z"'], ["x\ny", "4"]]
    assert (lines.tolist(), broken, rest) == ([2, 5], [(4, ["2"])], '5,"cut')


@pytest.mark.parametrize("text", ['a"b,c\n', '"a"b,c\n', "a,b\n\nc,d\n", "a,b\rc,d\n", "\ufeffa,b\n", "a,b"])
def test_plain__leaves_whatever_has_two_readings_to_the_csv_module(text: str) -> None:
    assert plain_block(text, ",", is_last=False) is None


def test_batches__a_cell_beyond_every_bound_names_the_line_it_breaks_off_at(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n3," + "x" * 1_000_001 + "\n", encoding="utf-8")

    with pytest.raises(BadFile) as refused:
        list(batches(TableFile(path, "a.csv")))
    assert (refused.value.params["name"], refused.value.params["line"]) == ("a.csv", 3)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_batches__read_office_encodings_in_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.setattr(reading, "BLOCK_CHARS", 50)
    path = tmp_path / "a.csv"
    path.write_bytes(("运单号,收件人\n" + "7304,陈静\n" * 40).encode(encoding))

    parts = list(batches(TableFile(path, "a.csv"), size=3))

    assert max(part.rows for part in parts) == 3
    assert _account(parts) == ([("7304", "陈静", line) for line in range(2, 42)], [])
