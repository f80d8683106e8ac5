"""Cells become instants: in the import's zone, across clock changes, never on another day."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from zhike.platform.bulk.columns import _moments, _parted_instant, check
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


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("9999-12-31", "outside_years"),
        ("９９９９-12-31 23:59:59", "outside_years"),
        ("0001-01-01", "outside_years"),
        ("1899-12-31 10:00", "outside_years"),
        ("2200-01-01T00:00:00Z", "outside_years"),
        ("9999-02-30", None),
        ("0000-01-01", None),
        ("9999-12-31 24:30", None),
    ],
)
def test_dates__that_exist_outside_our_years_are_told_from_those_that_do_not(text: str, code: str | None) -> None:
    assert _read(text, "Asia/Shanghai") == (code or "not_instant")
    if len(text) == 10:
        assert _read(text, "Asia/Shanghai", FieldKind.DATE) == (code or "not_date")


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/Sao_Paulo", "Europe/Berlin"])
def test_instant__written_as_usual_is_the_one_that_taking_it_apart_finds(zone: str) -> None:
    days = [f"{y}-{m:02d}-{d:02d}" for y in (1899, 1900, 2017, 2024, 2199) for m in range(14) for d in range(33)]
    hours = [f"{h:02d}:{m:02d}:{s:02d}" for h, m, s in [(0, 0, 0), (2, 30, 0), (23, 59, 59), (24, 0, 0), (7, 60, 7)]]
    text = pa.array([f"{day}{' T'[n % 2]}{hour}" for n, day in enumerate(days) for hour in hours])

    checked = check(text, TargetField("x", "x", FieldKind.INSTANT), FieldRule(), zone=zone, date_order="ymd")

    assert checked.column.equals(_parted_instant(_moments(text, "ymd"), zone))
    assert set(checked.bad) == {n for n, found in enumerate(checked.column.to_pylist()) if found is None}
    years = {y: datetime(y, 1, 1, tzinfo=UTC) for y in (1900, 2017, 2024, 2199)}
    right = {f"{first + timedelta(days=n):%Y-%m-%d}" for y, first in years.items() for n in range(365 + (y == 2024))}
    known = sum(day in right for day in days)
    assert len(text) - len(checked.bad) == known * 3


def test_numbers__are_exact_or_refused() -> None:
    assert _read("1,234.50", "UTC", FieldKind.DECIMAL) == "1234.50"
    assert _read("1.23456", "UTC", FieldKind.DECIMAL) == "too_precise"
    assert _read("12.0", "UTC", FieldKind.INTEGER) == 12
    assert _read("99999999999999999999", "UTC", FieldKind.INTEGER) == "not_integer"
