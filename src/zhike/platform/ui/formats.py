"""How figures, money, times and numbers are written; the same in pages, tables, exports and cards."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import get_currency_precision
from django.utils import translation
from django.utils.translation import gettext, ngettext

from zhike.platform import clock
from zhike.platform.i18n.zones import zone_name

MINUS = "−"
EN_DASH = "–"
MOST_DECIMALS = 4
SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$", "TWD": "NT$", "JPY": "JP¥"}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WAN = Decimal(10_000)
YI = Decimal(100_000_000)
THOUSAND = Decimal(1_000)
MILLION = Decimal(1_000_000)
DAY = timedelta(days=1)
HOUR_SECONDS = 3600
MINUTE_SECONDS = 60
DAY_SECONDS = 86_400

Number = int | float | Decimal


@dataclass(frozen=True, slots=True)
class Ink:
    """For whom something is written: the instant of writing and the reader's zone."""

    now: datetime
    zone: str


def is_chinese() -> bool:
    return (translation.get_language() or "").startswith("zh")


def number(value: Number, decimals: int | None = None) -> str:
    """Grouped by thousands, rounded half up, with a true minus. Without `decimals` as many as the value has."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    if not exact.is_finite():
        return "–"
    if decimals is not None:
        exact = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    if exact.is_zero():
        exact = abs(exact)
    text = f"{exact:,f}"
    return f"{MINUS}{text[1:]}" if text.startswith("-") else text


def bare(value: Decimal | None, most: int = 2) -> Decimal | None:
    """Rounded half up to `most` decimals, without zeros that say nothing: `16`, `2.5`."""
    if value is None:
        return None
    rounded = value.quantize(Decimal(1).scaleb(-most), rounding=ROUND_HALF_UP)
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded.normalize()


def decimals_apart(low: Number, high: Number, least: int = 1) -> int:
    """So many decimals, `least` or more, that two ends which differ do not read alike; `least` where none would do."""
    enough = (more for more in range(least, MOST_DECIMALS + 1) if number(low, more) != number(high, more))
    return next(enough, least)


def interval(low: Number, high: Number, least: int = 1) -> str:
    """`0.08–0.13`, `−1.0 to 2.0`; empty where both ends read alike with every decimal we write."""
    decimals = decimals_apart(low, high, least)
    ends = {"low": number(low, decimals), "high": number(high, decimals)}
    if ends["low"] == ends["high"]:
        return ""
    if ends["low"].startswith(MINUS):
        return gettext("%(low)s to %(high)s") % ends
    return f"{ends['low']}{EN_DASH}{ends['high']}"


def percent(share: Number, decimals: int = 1) -> str:
    """A share between 0 and 1 as per cent: `6.6 %`."""
    return f"{number(Decimal(str(share)) * 100, decimals)} %"


def money(amount: Number, currency: str, *, code: bool = False) -> str:
    """`¥1,234.50`; `code` writes `CNY 1,234.50`, for lists that mix currencies."""
    text = number(abs(Decimal(str(amount))), get_currency_precision(currency))
    sign = MINUS if amount < 0 else ""
    symbol = SYMBOLS.get(currency)
    if code or symbol is None:
        return f"{currency} {sign}{text}"
    return f"{sign}{symbol}{text}"


def short_money(amount: Number, currency: str) -> str:
    """For cards only: 万 and 亿 in Chinese, k and M in English, one decimal."""
    exact = Decimal(str(amount))
    steps = ((YI, "亿"), (WAN, "万")) if is_chinese() else ((MILLION, "M"), (THOUSAND, "k"))
    if translation.get_language() == "zh-hant":
        steps = ((YI, "億"), (WAN, "萬"))
    for size, word in steps:
        if abs(exact) >= size:
            sign = MINUS if exact < 0 else ""
            return f"{sign}{SYMBOLS.get(currency, currency + ' ')}{number(abs(exact) / size, 1)}{word}"
    return money(exact, currency)


def day(value: date, today: date) -> str:
    """`11-21` in this year, else `2025-11-21`; English `21 Nov`, `21 Nov 2025`."""
    if is_chinese():
        return f"{value:%m-%d}" if value.year == today.year else f"{value:%Y-%m-%d}"
    short = f"{value.day} {MONTHS[value.month - 1]}"
    return short if value.year == today.year else f"{short} {value.year}"


def days(since: date, until: date | None, today: date) -> str:
    """From a day to a day, both included: `09-11 – 12-31`; both with their year where one is of another year."""
    if until is None:
        return day(since, today)
    if since.year == until.year:
        return f"{day(since, today)} {EN_DASH} {day(until, today)}"
    # Any day of a year that neither is of makes both say theirs.
    far = date.max
    return f"{day(since, far)} {EN_DASH} {day(until, far)}"


def moment(instant: datetime, ink: Ink, zone: str = "") -> str:
    """Today `14:05`, this year `11-21 14:05`, older `2025-11-21`; English `21 Nov 14:05`, `21 Nov 2025`."""
    wall = clock.local(instant, zone or ink.zone)
    today = clock.local_date(ink.now, zone or ink.zone)
    if wall.date() == today:
        return f"{wall:%H:%M}"
    if wall.year == today.year:
        return f"{day(wall.date(), today)} {wall:%H:%M}"
    return day(wall.date(), today)


def absolute(instant: datetime, zone: str) -> str:
    """Everything: `2025-11-21 14:05:33 China Time UTC+8`."""
    return f"{clock.local(instant, zone):%Y-%m-%d %H:%M:%S} {zone_words(zone, instant)}"


def zone_words(zone: str, at: datetime) -> str:
    """A zone by its name in the reader's language and its offset then: `China Time UTC+8`; no zone at all as it is."""
    if not clock.is_zone(zone):
        return zone
    return f"{zone_name(zone)} {offset(at, zone)}".strip()


def deadline(due: datetime, ink: Ink, zone: str = "") -> str:
    """A due instant; midnight is 24:00 of the day that ends then."""
    on, at = clock.deadline_parts(due, zone or ink.zone)
    today = clock.local_date(ink.now, zone or ink.zone)
    return at if on == today else f"{day(on, today)} {at}"


def until(instant: datetime, ink: Ink, zone: str = "") -> str:
    """A coming instant within a sentence: `09:00`, `11-29 09:00`; with its offset where the reader's clock differs."""
    said = moment(instant, ink, zone)
    return f"{said} {offset(instant, zone)}" if is_foreign(instant, zone, ink) else said


def offset(instant: datetime, zone: str) -> str:
    """`UTC+8`, `UTC−3:30`."""
    found = clock.local(instant, zone).utcoffset() or timedelta()
    minutes = int(found.total_seconds() // MINUTE_SECONDS)
    sign = MINUS if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def is_foreign(instant: datetime, zone: str, ink: Ink) -> bool:
    """Whether clocks there show another time than the reader's."""
    return bool(zone) and clock.local(instant, zone).utcoffset() != clock.local(instant, ink.zone).utcoffset()


def duration(span: timedelta) -> str:
    """In minutes, never seconds: `38m`, `1h 12m`, `2d 3h`; the largest two units."""
    seconds = max(0, int(abs(span).total_seconds()))
    days, rest = divmod(seconds, DAY_SECONDS)
    hours, rest = divmod(rest, HOUR_SECONDS)
    values = {"days": days, "hours": hours, "minutes": rest // MINUTE_SECONDS}
    if days and hours:
        return gettext("%(days)sd %(hours)sh") % values
    if days:
        return gettext("%(days)sd") % values
    if hours and values["minutes"]:
        return gettext("%(hours)sh %(minutes)sm") % values
    if hours:
        return gettext("%(hours)sh") % values
    return gettext("%(minutes)sm") % values


def ago(instant: datetime, ink: Ink, zone: str = "") -> str:
    """Relative within the last 24 hours, else absolute."""
    passed = ink.now - instant
    if not timedelta() <= passed < DAY:
        return moment(instant, ink, zone)
    if passed < timedelta(minutes=1):
        return gettext("just now")
    if passed < timedelta(hours=1):
        count = int(passed.total_seconds() // MINUTE_SECONDS)
        return ngettext("%(count)s minute ago", "%(count)s minutes ago", count) % {"count": count}
    count = int(passed.total_seconds() // HOUR_SECONDS)
    return ngettext("%(count)s hour ago", "%(count)s hours ago", count) % {"count": count}


def waybill(text: str, most: int = 16) -> str:
    """Shortened in the middle, the last four kept."""
    return text if len(text) <= most else f"{text[: most - 5]}…{text[-4:]}"
