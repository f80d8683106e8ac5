from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from zhike.platform.ui import formats
from zhike.platform.ui.components import FigureCard
from zhike.platform.ui.figures import card_context
from zhike.platform.ui.formats import Ink
from zhike.platform.ui.forms import narrow

NOW = datetime(2025, 11, 21, 6, 5, tzinfo=UTC)  # 14:05 in Shanghai
INK = Ink(NOW, "Asia/Shanghai")


@pytest.mark.parametrize(
    ("instant", "chinese", "english"),
    [
        (NOW, "14:05", "14:05"),
        (NOW - timedelta(days=1), "11-20 14:05", "20 Nov 14:05"),
        (datetime(2024, 12, 31, 15, 59, tzinfo=UTC), "2024-12-31", "31 Dec 2024"),
        (datetime(2024, 12, 31, 16, 0, tzinfo=UTC), "01-01 00:00", "1 Jan 00:00"),
    ],
)
def test_moment__shows_as_much_as_is_needed(instant: datetime, chinese: str, english: str) -> None:
    with translation.override("zh-hans"):
        assert formats.moment(instant, INK) == chinese
    with translation.override("en"):
        assert formats.moment(instant, INK) == english


def test_until__a_coming_instant_in_the_house_format_with_its_offset_where_clocks_differ() -> None:
    coming = datetime(2025, 11, 22, 1, tzinfo=UTC)
    with translation.override("zh-hans"):
        assert formats.until(coming, INK, "Asia/Shanghai") == "11-22 09:00"
        assert formats.until(coming, INK, "Asia/Tokyo") == "11-22 10:00 UTC+9"
    with translation.override("en"):
        assert formats.until(coming, INK, "Asia/Shanghai") == "22 Nov 09:00"


def test_deadline__midnight_is_the_end_of_the_day_before() -> None:
    with translation.override("zh-hans"):
        assert formats.deadline(datetime(2025, 11, 21, 16, tzinfo=UTC), INK) == "24:00"
        assert formats.deadline(datetime(2025, 11, 22, 16, tzinfo=UTC), INK) == "11-22 24:00"


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(hours=24), "20 Nov 14:05"),
        (-timedelta(minutes=3), "14:08"),
    ],
)
def test_ago__is_relative_only_within_a_day(passed: timedelta, expected: str) -> None:
    with translation.override("en"):
        assert formats.ago(NOW - passed, INK) == expected


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (timedelta(minutes=38, seconds=59), "38m"),
        (timedelta(hours=1, minutes=12), "1h 12m"),
        (timedelta(hours=2), "2h"),
        (timedelta(days=2, hours=3, minutes=59), "2d 3h"),
        (timedelta(days=9), "9d"),
        (-timedelta(minutes=5), "5m"),
    ],
)
def test_duration__in_minutes_and_two_units(span: timedelta, expected: str) -> None:
    with translation.override("en"):
        assert formats.duration(span) == expected


def test_money__true_minus_and_code() -> None:
    assert formats.money(Decimal("1234.5"), "CNY") == "¥1,234.50"
    assert formats.money(Decimal("-1234.5"), "CNY") == "−¥1,234.50"
    assert formats.money(Decimal("-1234.5"), "USD", code=True) == "USD −1,234.50"
    assert formats.money(1234, "JPY") == "JP¥1,234"


def test_short_money__speaks_the_readers_units() -> None:
    with translation.override("zh-hans"):
        assert formats.short_money(12_345_678, "CNY") == "¥1,234.6万"
        assert formats.short_money(123_456_789, "CNY") == "¥1.2亿"
    with translation.override("zh-hant"):
        assert formats.short_money(12_345_678, "CNY") == "¥1,234.6萬"
    with translation.override("en"):
        assert formats.short_money(-12_345_678, "CNY") == "−¥12.3M"


def test_number__rounds_half_up_and_never_writes_minus_zero() -> None:
    assert formats.number(Decimal("6.5765"), 3) == "6.577"
    assert formats.number(Decimal("-0.04"), 1) == "0.0"
    assert formats.number(-1234567) == "−1,234,567"
    assert formats.percent(Decimal(191) / Decimal(2904), 3) == "6.577 %"


def test_zone__is_foreign_only_when_its_clock_differs() -> None:
    assert formats.is_foreign(NOW, "America/Sao_Paulo", INK)
    assert not formats.is_foreign(NOW, "Asia/Taipei", INK)
    assert formats.offset(NOW, "America/Sao_Paulo") == "UTC−3"
    assert formats.offset(NOW, "Asia/Kolkata") == "UTC+5:30"


def test_waybill__keeps_the_last_four() -> None:
    assert formats.waybill("73041182992100045517") == "73041182992…5517"
    assert formats.waybill("730411829921") == "730411829921"


def test_day__names_the_year_only_when_it_is_another() -> None:
    with translation.override("en"):
        assert formats.day(date(2025, 1, 2), date(2025, 11, 21)) == "2 Jan"
        assert formats.day(date(2024, 1, 2), date(2025, 11, 21)) == "2 Jan 2024"


def test_narrow__changes_full_width_digits_and_leaves_han() -> None:
    assert narrow("１３８\u3000１２３４") == "138 1234"
    assert narrow("中外运（上海）") == "中外运(上海)"
    assert narrow("客户，您好。") == "客户,您好。"


@pytest.mark.parametrize(
    ("low", "high", "least", "written"),
    [
        (93.1, 95.6, 1, "93.1–95.6"),
        (0.08, 0.13, 1, "0.08–0.13"),
        (0.0731, 0.0739, 1, "0.073–0.074"),
        (99.99, 100.0, 2, "99.99–100.00"),
        (-1.04, 2.0, 1, "−1.0 to 2.0"),
        (100.0, 100.0, 1, ""),
    ],
)
def test_interval__has_as_many_decimals_as_tell_its_ends_apart(
    low: float, high: float, least: int, written: str
) -> None:
    with translation.override("en"):
        assert formats.interval(low, high, least) == written


def test_card__its_value_has_the_decimals_of_its_interval() -> None:
    card = FigureCard(label="Lost", value=0.1004, unit="%", interval=(0.0803, 0.1256), n=9_000)
    shown = card_context(card)
    assert (shown["value"], shown["interval"]) == ("0.10", "0.08–0.13")
    alike = card_context(FigureCard(label="Lost", value=0, unit="%", interval=(0.0, 0.0), n=9_000))
    assert (alike["value"], alike["interval"]) == ("0.0", "")


@pytest.mark.parametrize(
    ("value", "shown"),
    [("16.00", "16"), ("2.50", "2.5"), ("0.3333", "0.33"), ("120", "120"), ("0.00", "0"), ("1E+2", "100")],
)
def test_bare__leaves_out_zeros_that_say_nothing(value: str, shown: str) -> None:
    assert formats.number(formats.bare(Decimal(value)) or 0) == shown


def test_days__both_ends_say_their_year_where_one_is_of_another() -> None:
    today = date(2026, 11, 29)
    with translation.override("zh-hans"):
        assert formats.days(date(2026, 9, 11), date(2027, 9, 11), today) == "2026-09-11 – 2027-09-11"
        assert formats.days(date(2026, 9, 11), date(2026, 12, 31), today) == "09-11 – 12-31"
        assert formats.days(date(2025, 1, 1), date(2025, 12, 31), today) == "2025-01-01 – 2025-12-31"
        assert formats.days(date(2026, 9, 11), None, today) == "09-11"
    with translation.override("en"):
        assert formats.days(date(2026, 9, 11), date(2027, 9, 11), today) == "11 Sep 2026 – 11 Sep 2027"
