"""Money: exact decimals with a currency; conversions that carry their rate, its day and its source."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import get_currency_precision
from moneyed import CURRENCIES, Money, get_currency

# What `DecimalField(max_digits=18, decimal_places=4)` holds.
MAX_DECIMALS = 4
LIMIT = Decimal(10) ** 14
_PLAIN = re.compile(r"([+-]?)(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d+))?", re.ASCII)
_SIGNS = str.maketrans({"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-", "\N{FULLWIDTH YEN SIGN}": "¥", "\N{YEN SIGN}": "¥"})


class NotMoney(ValueError):
    """`code` says why: unknown_currency, not_an_amount, other_currency, too_many_decimals, too_large."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of `base` is worth `rate` units of `quote`, as published by `source` for `day`."""

    base: str
    quote: str
    rate: Decimal
    day: date
    source: str

    def __post_init__(self) -> None:
        for currency in (self.base, self.quote):
            minor_digits(currency)
        if not self.rate.is_finite() or self.rate <= 0 or not self.source.strip():
            message = "a rate is positive and names its source"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Converted:
    """An amount in another currency beside what it came from."""

    money: Money
    original: Money
    rate: Rate


def is_currency(code: str) -> bool:
    """Whether this is the ISO 4217 code of a currency, e.g. `CNY` or `XDR`."""
    return code in CURRENCIES


def minor_digits(currency: str) -> int:
    """Decimals in which the currency is paid: 2 for CNY, 0 for JPY. Raises NotMoney."""
    if not is_currency(currency):
        raise NotMoney("unknown_currency")
    return get_currency_precision(currency)


def parse(text: str, currency: str) -> Decimal:
    """The exact amount that a person wrote: `1,234.50`, `¥1,234.50`, `CNY 1234.5`, full-width digits too.

    Nothing is rounded and nothing guessed: `1.234,50`, `1,23` and another currency's sign raise NotMoney.
    """
    minor_digits(currency)
    plain = unicodedata.normalize("NFKC", text).translate(_SIGNS)
    plain = _without_sign(re.sub(r"\s+", "", plain), currency)
    found = _PLAIN.fullmatch(plain)
    if found is None:
        raise NotMoney("not_an_amount")
    sign, whole, decimals = found.groups()
    amount = Decimal(f"{sign}{whole.replace(',', '')}.{decimals or '0'}")
    if decimals and len(decimals.rstrip("0")) > MAX_DECIMALS:
        raise NotMoney("too_many_decimals")
    if abs(amount) >= LIMIT:
        raise NotMoney("too_large")
    return amount


def quantise(amount: Decimal, currency: str) -> Decimal:
    """The amount as it can be paid, rounded half up: 2 decimals for CNY, none for JPY."""
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), rounding=ROUND_HALF_UP)


def of(amount: Decimal, currency: str) -> Money:
    """Money from the two columns of a row."""
    minor_digits(currency)
    return Money(amount, get_currency(currency))


def totals(amounts: Iterable[Money]) -> list[Money]:
    """One sum for each currency, by code: amounts of different currencies are never added."""
    sums: dict[str, Decimal] = {}
    for money in amounts:
        sums[money.currency.code] = sums.get(money.currency.code, Decimal(0)) + money.amount
    return [of(amount, code) for code, amount in sorted(sums.items())]


def convert(money: Money, rate: Rate) -> Converted:
    """The amount at this rate in either direction, rounded to what can be paid."""
    code = money.currency.code
    if code == rate.base:
        return Converted(of(quantise(money.amount * rate.rate, rate.quote), rate.quote), money, rate)
    if code == rate.quote:
        return Converted(of(quantise(money.amount / rate.rate, rate.base), rate.base), money, rate)
    raise NotMoney("other_currency")


def _without_sign(text: str, currency: str) -> str:
    """The text without the sign or code of its own currency."""
    signs = {"CNY": ("¥", "元", "RMB"), "USD": ("$", "US$"), "EUR": ("€",), "GBP": ("£",)}
    signs |= {"HKD": ("HK$",), "TWD": ("NT$",), "JPY": ("JP¥", "¥", "円")}
    for sign in sorted((currency, *signs.get(currency, ())), key=len, reverse=True):
        bare = text.removeprefix("-")
        if bare.startswith(sign):
            return ("-" if bare != text else "") + bare.removeprefix(sign)
        if text.endswith(sign):
            return text.removesuffix(sign)
    return text
