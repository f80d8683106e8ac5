from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.platform import money

AMOUNTS = st.decimals(min_value=-(10**13), max_value=10**13, places=4, allow_nan=False)
SDR = money.Rate("XDR", "CNY", Decimal("9.5"), date(2026, 11, 20), "IMF")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1234.5", "1234.5"),
        ("1,234.50", "1234.50"),
        ("¥1,234.50", "1234.50"),
        ("￥1，234．50", "1234.50"),
        ("−¥12", "-12"),
        ("¥−12", "-12"),
        ("CNY 0.0001", "0.0001"),
        ("88元", "88"),
        ("1.230000", "1.23"),
    ],
)
def test_parse__reads_what_people_write(text: str, expected: str) -> None:
    assert money.parse(text, "CNY") == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_an_amount"),
        ("1.234,50", "not_an_amount"),
        ("1,23", "not_an_amount"),
        ("$5", "not_an_amount"),
        ("1e5", "not_an_amount"),
        ("NaN", "not_an_amount"),
        ("--5", "not_an_amount"),
        ("-¥-5", "not_an_amount"),
        ("0.00001", "too_many_decimals"),
        ("100000000000000", "too_large"),
    ],
)
def test_parse__guesses_nothing(text: str, code: str) -> None:
    with pytest.raises(money.NotMoney) as caught:
        money.parse(text, "CNY")

    assert caught.value.code == code


@given(amount=AMOUNTS)
def test_parse__gives_back_every_amount_exactly(amount: Decimal) -> None:
    assert money.parse(f"{amount:,f}", "CNY") == amount


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [("1.005", "CNY", "1.01"), ("-1.005", "CNY", "-1.01"), ("1.5", "JPY", "2"), ("1.0005", "KWD", "1.001")],
)
def test_quantise__rounds_half_up_to_what_can_be_paid(amount: str, currency: str, expected: str) -> None:
    assert str(money.quantise(Decimal(amount), currency)) == expected


def test_unknown_currency__is_refused() -> None:
    for use in (lambda: money.parse("1", "XYZ"), lambda: money.of(Decimal(1), "cny")):
        with pytest.raises(money.NotMoney, match="unknown_currency"):
            use()


def test_totals__never_add_two_currencies() -> None:
    amounts = [money.of(Decimal("1.10"), "CNY"), money.of(Decimal(5), "USD"), money.of(Decimal("2.20"), "CNY")]

    assert money.totals(amounts) == [money.of(Decimal("3.30"), "CNY"), money.of(Decimal(5), "USD")]


def test_convert__carries_rate_day_and_source() -> None:
    converted = money.convert(money.of(Decimal("8.33"), "XDR"), SDR)

    assert converted.money == money.of(Decimal("79.14"), "CNY")
    assert (converted.rate.day, converted.rate.source) == (date(2026, 11, 20), "IMF")
    assert money.convert(money.of(Decimal(95), "CNY"), SDR).money == money.of(Decimal(10), "XDR")


def test_convert__refuses_a_rate_of_other_currencies() -> None:
    with pytest.raises(money.NotMoney, match="other_currency"):
        money.convert(money.of(Decimal(1), "USD"), SDR)


@pytest.mark.parametrize(("rate", "source"), [("0", "IMF"), ("-1", "IMF"), ("NaN", "IMF"), ("1", " ")])
def test_rate__is_positive_and_has_a_source(rate: str, source: str) -> None:
    with pytest.raises(ValueError, match="source"):
        money.Rate("USD", "CNY", Decimal(rate), date(2026, 1, 1), source)
