"""Cells become instants: in the import's zone, across clock changes, never on another day."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from zhike.platform.bulk.columns import check
from zhike.platform.bulk.mapping import FieldRule
from zhike.platform.bulk.types import FieldKind, TargetField


def _read(text: str, zone: str, kind: FieldKind = FieldKind.INSTANT) -> object:
    checked = check(pa.array([text]), TargetField("x", "x", kind), FieldRule(), zone=zone, date_order="ymd")
    return checked.bad.get(0, (None,))[0] or checked.column.to_pylist()[0]


@pytest.mark.parametrize(
    ("text", "zone", "instant"),
    [
        ("2026-02-28 08:00:00", "Asia/Shanghai", datetime(2026, 2, 28, 0, 0, tzinfo=UTC)),
        # The clocks of São Paulo went from 24:00 to 01:00: that midnight is the first moment of the same day.
        ("2017-10-15 00:00:00", "America/Sao_Paulo", datetime(2017, 10, 15, 3, 0, tzinfo=UTC)),
        # An hour that came twice is taken as the first of the two.
        ("2026-10-25 02:30:00", "Europe/Berlin", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-02-28T08:00:00+05:30", "Asia/Shanghai", datetime(2026, 2, 28, 2, 30, tzinfo=UTC)),
        ("2026年2月28日 8时5分", "Asia/Shanghai", datetime(2026, 2, 28, 0, 5, tzinfo=UTC)),
        ("２０２６-02-28 08:00", "Asia/Shanghai", datetime(2026, 2, 28, 0, 0, tzinfo=UTC)),
    ],
)
def test_instant__is_read_in_its_zone(text: str, zone: str, instant: datetime) -> None:
    assert _read(text, zone) == instant


@pytest.mark.parametrize("text", ["2026-02-30", "2025-02-29 10:00", "2026-13-01", "now", "2026-01-01 24:30", "0"])
def test_instant__that_does_not_exist_is_refused(text: str) -> None:
    assert _read(text, "Asia/Shanghai") == "not_instant"


def test_numbers__are_exact_or_refused() -> None:
    assert _read("1,234.50", "UTC", FieldKind.DECIMAL) == "1234.50"
    assert _read("1.23456", "UTC", FieldKind.DECIMAL) == "too_precise"
    assert _read("12.0", "UTC", FieldKind.INTEGER) == 12
    assert _read("99999999999999999999", "UTC", FieldKind.INTEGER) == "not_integer"
