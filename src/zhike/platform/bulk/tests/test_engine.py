"""From files to staged, typed rows: every row accounted for, every bad cell named."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from zhike.platform.actors import Actor, system_actor
from zhike.platform.authz import Right
from zhike.platform.bulk import types
from zhike.platform.bulk.engine import RunContext, run_batch, run_files
from zhike.platform.bulk.mapping import mapping_of, parse_toml
from zhike.platform.bulk.reading import TableFile, from_records, headings, raw_lines
from zhike.platform.bulk.types import BadFile, BadMapping, Counts, FieldKind, Staged, Target, TargetField

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TOY = Right("bulktest.load", "Load toys")
LOADED: list[tuple[object, ...]] = []


def load_toys(*, actor: Actor, staged: Staged, now: datetime) -> Counts:
    """Refuses code `banned`, counts a repeated number as duplicate, keeps the rest in a list."""
    staged.reject("s.code = 'banned'", field_name="code", code="banned")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT ON (number) number, due, amount, code, region FROM {staged.table} ORDER BY number, line"  # noqa: S608 - a name of the engine
        )
        rows = cursor.fetchall()
        cursor.execute(f"SELECT count(*) FROM {staged.table}")  # noqa: S608
        (left,) = cursor.fetchone() or (0,)
    LOADED.extend(rows)
    return Counts(created=len(rows), duplicate=left - len(rows))


@pytest.fixture(autouse=True)
def toy_target() -> Iterator[None]:
    LOADED.clear()
    types.register(
        Target(
            key="toys",
            label="Toys",
            right=TOY,
            load=load_toys,
            fields=(
                TargetField("number", "Number", required=True, max_length=12),
                TargetField("due", "Due", FieldKind.INSTANT),
                TargetField("amount", "Amount", FieldKind.DECIMAL, minimum=0),
                TargetField("code", "Code", FieldKind.CODE, choices={"ok": "Fine", "banned": "Banned"}),
                TargetField("region", "Region"),
            ),
            reasons={"banned": "must not come in"},
        )
    )
    yield
    types._targets.pop("toys")


MAPPING = """
name = "toys"
zone = "Asia/Shanghai"
mode = "backfill"
[sources]
toys = "toys.csv"
parts = "parts.csv"
places = "places.csv"
[[steps]]
target = "toys"
source = "toys"
lookups = [
  { name = "part", source = "parts", on = { toy = "id" }, order_by = "seq" },
  { name = "place", source = "places", on = { place = "part.place" } },
]
[steps.fields]
number = "id"
due = "due at"
amount = "amount"
code = { column = "state", values = { good = "ok", bad = "banned" } }
region = "place.region"
"""


def _files(
    folder: Path, toys: str, parts: str = "toy,seq,place\n", places: str = "place,region\n"
) -> dict[str, TableFile]:
    found = {}
    for name, text in (("toys", toys), ("parts", parts), ("places", places)):
        path = folder / f"{name}.csv"
        path.write_bytes(text.encode())
        found[name] = TableFile(path, f"{name}.csv")
    return found


def _context() -> RunContext:
    return RunContext(actor=system_actor("test"), mapping=parse_toml(MAPPING), now=NOW, source_label="test")


@pytest.mark.django_db
def test_run__names_each_bad_cell_and_keeps_the_good_rows(tmp_path: Path) -> None:
    files = _files(
        tmp_path,
        "id,due at,amount,state\n"
        "A1,2026-02-28 08:00:00,1.50,good\n"
        "A2,2026-13-02,2,good\n"
        'A3,2026-02-28,x,"go\nod"\n'
        "A4,2026-02-28,1,bad\n"
        "A1,2026-02-28,1,good\n"
        ",2026-02-28,1,good\n"
        "A7,2026-02-28\n"
        "\n"
        "A8,2026-02-28 24:30:00,-1,good",
    )

    (result,) = run_files(_context(), files)

    assert result.read == 8
    assert result.counts == Counts(created=1, duplicate=1)
    assert result.rejected == 6
    assert [(r.line, r.field, r.column, r.value, r.code) for r in result.rejections] == [
        (3, "due", "due at", "2026-13-02", "not_instant"),
        (4, "amount", "amount", "x", "not_decimal"),
        (4, "code", "state", "go\nod", "unknown_code"),
        (6, "code", "state", "banned", "banned"),
        (8, "number", "id", "", "required"),
        (9, "", "", "A7,2026-02-28", "columns"),
        (11, "amount", "amount", "-1", "too_small"),
        (11, "due", "due at", "2026-02-28 24:30:00", "not_instant"),
    ]
    assert LOADED[0][0] == "A1"
    assert LOADED[0][1] == datetime(2026, 2, 28, 0, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_run__joins_the_first_row_of_a_lookup_by_number(tmp_path: Path) -> None:
    files = _files(
        tmp_path,
        "id,due at,amount,state\nA1,,,good\nA2,,,good\nA3,,,good\n",
        "toy,seq,place\nA1,10,north\nA1,9,south\nA3,1,nowhere\n",
        "place,region\nnorth,N\nsouth,S\n",
    )

    (result,) = run_files(_context(), files)

    assert result.counts.created == 3
    assert [(row[0], row[4]) for row in LOADED] == [("A1", "S"), ("A2", None), ("A3", None)]


@pytest.mark.django_db
def test_run__names_cut_rows_of_lookups_and_counts_rows_without_partner(tmp_path: Path) -> None:
    files = _files(
        tmp_path,
        "id,due at,amount,state\nA1,,,good\nA2,,,good\nA3,,,good\nA4,,,good\n",
        "toy,seq,place\nA1,1,north\nA3,1,nowhere\nA4,1",
        "place,region\nnorth,N\nsou",
    )

    (result,) = run_files(_context(), files)

    assert (result.read, result.counts.created, result.rejected) == (4, 4, 0)
    part, place = result.joins
    # A2 stands nowhere, the row of A4 is cut off; both then have no place either, which is not counted twice.
    assert (part.source, part.read, part.rejected, part.unmatched, part.first_line) == ("parts", 3, 1, 2, 3)
    assert [(r.line, r.value, r.code) for r in part.rejections] == [(4, "A4,1", "columns")]
    assert (place.source, place.read, place.rejected, place.unmatched, place.first_line) == ("places", 2, 1, 1, 4)
    assert [(r.line, r.value, r.code) for r in place.rejections] == [(3, "sou", "columns")]


@pytest.mark.django_db
def test_run__names_a_row_with_a_nul_and_keeps_the_others(tmp_path: Path) -> None:
    files = _files(tmp_path, "id,due at,amount,state\nA1,,,good\nA\x002,,,good\nA3,,,good\n")

    (result,) = run_files(_context(), files)

    assert (result.read, result.counts.created, result.rejected) == (3, 2, 1)
    assert [(r.line, r.column, r.code) for r in result.rejections] == [(3, "id", "damaged")]


@pytest.mark.django_db
def test_run__dry_keeps_nothing_but_the_account(tmp_path: Path) -> None:
    files = _files(tmp_path, "id,due at,amount,state\nA1,,,good\nA2,,,worse\n")

    (result,) = run_files(_context(), files, dry=True)

    assert (result.read, result.counts.created, result.rejected) == (2, 1, 1)


@pytest.mark.django_db
def test_run__refuses_a_column_that_is_not_there(tmp_path: Path) -> None:
    files = _files(tmp_path, "id,due,amount,state\nA1,,,good\n")

    with pytest.raises(BadMapping) as refused:
        run_files(_context(), files)
    assert (refused.value.params["file"], refused.value.params["column"]) == ("toys.csv", "due at")


@pytest.mark.django_db
def test_run__survives_a_file_cut_inside_quotes(tmp_path: Path) -> None:
    files = _files(tmp_path, 'id,due at,amount,state\nA1,,,good\nA2,,,"go')

    (result,) = run_files(_context(), files)

    assert (result.read, result.counts.created, result.rejected) == (2, 1, 1)


@pytest.mark.django_db
def test_run_batch__takes_records_and_reports_positions() -> None:
    mapping = mapping_of(
        {
            "zone": "UTC",
            "mode": "live",
            "sources": {"toys": ""},
            "steps": [{"target": "toys", "source": "toys", "fields": {"number": "number", "amount": "amount"}}],
        }
    )
    context = RunContext(actor=system_actor("test"), mapping=mapping, now=NOW, source_label="api")

    result = run_batch(context, from_records([{"number": "B1", "amount": 2.5}, {"amount": None}], ["number", "amount"]))

    assert (result.read, result.counts.created) == (2, 1)
    assert [(r.line, r.field, r.code) for r in result.rejections] == [(2, "number", "required")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_headings__are_read_in_common_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(("运单号;收件人;承诺送达时间\n" + "7304;陈静;2026-01-01\n" * 40).encode(encoding))

    assert headings(TableFile(path, "a.csv")) == ["运单号", "收件人", "承诺送达时间"]


def test_headings__refuse_a_file_without_any(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"")

    with pytest.raises(BadFile) as refused:
        headings(TableFile(path, "a.csv"))
    assert refused.value.params == {"name": "a.csv"}


def test_raw_lines__gives_back_rows_as_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'a,b\n1,"x\ny"\n2,z\n3\n')

    assert list(raw_lines(TableFile(path, "a.csv"), {2, 5})) == [(2, ["1", "x\ny"]), (5, ["3"])]


def test_mapping__round_trips_through_plain_values() -> None:
    mapping = parse_toml(MAPPING)

    assert mapping_of(mapping.to_dict()) == mapping
