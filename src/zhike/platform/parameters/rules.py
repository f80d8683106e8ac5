"""Values of parameters: to and from storage, from what people type, to what people read."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from django.utils.dateparse import parse_duration
from django.utils.duration import duration_iso_string
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from zhike.platform.clock import is_zone
from zhike.platform.errors import FieldError
from zhike.platform.i18n.zones import zone_name
from zhike.platform.parameters.types import Parameter

T = TypeVar("T")
Stored = bool | int | str
MAX_TEXT = 400
MAX_INTEGER = 2**53
MAX_DURATION = timedelta(days=36_500)

_UNITS = {
    "d": 86_400,
    "day": 86_400,
    "days": 86_400,
    "天": 86_400,
    "日": 86_400,
    "h": 3_600,
    "hour": 3_600,
    "hours": 3_600,
    "小时": 3_600,
    "小時": 3_600,
    "min": 60,
    "minute": 60,
    "minutes": 60,
    "分钟": 60,
    "分鐘": 60,
    "分": 60,
    "s": 1,
    "second": 1,
    "seconds": 1,
    "秒": 1,
}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([^\W\d_]+)")
_TRUE = frozenset({"true", "1", "yes", "on", "是"})
_FALSE = frozenset({"false", "0", "no", "off", "否", ""})


class Unreadable(Exception):
    """What was typed is not a value of this kind."""

    def __init__(self, error: FieldError) -> None:
        self.error = error
        super().__init__(error.code)


def encode(value: object) -> Stored:
    """The value as exact JSON."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    if isinstance(value, date):
        return value.isoformat()
    message = f"a parameter cannot hold a {type(value).__name__}"
    raise TypeError(message)


def decode(parameter: Parameter[T], stored: Stored) -> T:
    """The value back from storage, of exactly the parameter's kind."""
    kind: Any = parameter.kind
    found: Any
    if kind is timedelta:
        found = parse_duration(str(stored))
    elif kind is date:
        found = date.fromisoformat(str(stored))
    else:
        found = kind(stored)
    if type(found) is not kind:
        message = f"{parameter.key}: {stored!r} is not a {kind.__name__}"
        raise ValueError(message)
    return found  # type: ignore[no-any-return]


def read(parameter: Parameter[T], typed: object) -> T:
    """The value a person or program sent, as text or as JSON. Raises `Unreadable`; bounds are checked by `problems`."""
    if type(typed) is parameter.kind and not isinstance(typed, str | int | Decimal):
        return typed
    shown = f"{typed:f}" if isinstance(typed, Decimal) else str(typed)
    text = unicodedata.normalize("NFKC", shown).strip()
    found: Any = _readers[_reader_of(parameter.kind)](text)
    if issubclass(parameter.kind, StrEnum):
        found = next((option for option in parameter.options() if option == text), None)
        if found is None:
            raise Unreadable(_not_a_choice())
    return found  # type: ignore[no-any-return]


def problems(parameter: Parameter[T], value: T) -> list[FieldError]:
    """Why the value is not allowed; empty when it is."""
    options = parameter.options()
    if options and value not in options:
        return [_not_a_choice()]
    found: list[FieldError] = []
    ordered: Any = value
    if parameter.minimum is not None and ordered < parameter.minimum:
        limit = display(parameter, parameter.minimum)
        found.append(FieldError("too_small", _("The smallest allowed value is %(limit)s."), {"limit": limit}))
    if parameter.maximum is not None and ordered > parameter.maximum:
        limit = display(parameter, parameter.maximum)
        found.append(FieldError("too_large", _("The largest allowed value is %(limit)s."), {"limit": limit}))
    return found


def display(parameter: Parameter[Any], value: object) -> str:
    """The value as people read it, with its unit."""
    text = bare(parameter, value)
    counted = type(value) in {int, Decimal} and value not in parameter.options()
    return f"{text} {parameter.unit}" if counted and str(parameter.unit) else text


def bare(parameter: Parameter[Any], value: object) -> str:
    """The value as people read it, without its unit."""
    label = parameter.options().get(value)
    if label is not None:
        return str(label)
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, Decimal):
        return f"{value:,f}"
    if isinstance(value, str) and "/" in value and is_zone(value):
        return zone_name(value) or value
    # A whole number without a unit is a name, such as a port.
    return f"{value:,}" if isinstance(value, int) and str(parameter.unit) else str(value)


def has_own_unit(parameter: Parameter[Any]) -> bool:
    """Whether values are written with a unit of their own, as durations are."""
    return parameter.kind is timedelta or bool(parameter.options())


def limits(parameter: Parameter[Any]) -> list[str]:
    """The bounds in words; empty where there are none."""
    found: list[str] = []
    if parameter.minimum is not None:
        found.append(gettext("at least %(limit)s") % {"limit": bare(parameter, parameter.minimum)})
    if parameter.maximum is not None:
        found.append(gettext("at most %(limit)s") % {"limit": bare(parameter, parameter.maximum)})
    return found


def editable(value: object) -> str:
    """The value as an input field holds it: `read` gives the same value back in any language."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, timedelta):
        return " ".join(f"{count} {unit}" for count, unit in _parts(value)) or "0 s"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def duration_text(value: timedelta) -> str:
    """A span in whole units, e.g. `2 days 4 h`."""
    words = {
        "d": lambda n: ngettext("%(count)s day", "%(count)s days", n) % {"count": n},
        "h": lambda n: gettext("%(count)s h") % {"count": n},
        "min": lambda n: gettext("%(count)s min") % {"count": n},
        "s": lambda n: gettext("%(count)s s") % {"count": n},
    }
    return " ".join(words[unit](count) for count, unit in _parts(value)) or words["min"](0)


def in_effect(valid_from: Sequence[datetime], at: datetime) -> int | None:
    """Position of the last instant not after `at`; None when the default still holds. Expects ascending order."""
    found = None
    for position, instant in enumerate(valid_from):
        if instant > at:
            break
        found = position
    return found


def _parts(value: timedelta) -> list[tuple[int, str]]:
    # A budget of 24 or 48 hours is meant in hours; only beyond that do days read better.
    seconds = int(value.total_seconds())
    days = seconds // 86_400 if seconds > 172_800 and seconds % 86_400 == 0 else 0  # noqa: PLR2004 - two days
    rest = seconds - days * 86_400
    counts = [(days, "d"), (rest // 3_600, "h"), (rest % 3_600 // 60, "min"), (rest % 60, "s")]
    return [(count, unit) for count, unit in counts if count]


def _not_a_choice() -> FieldError:
    return FieldError("not_a_choice", _("This is not one of the possible values."))


def _unreadable(code: str, message: str | Promise) -> Unreadable:
    return Unreadable(FieldError(code, message))


def _read_bool(text: str) -> bool:
    lowered = text.lower()
    if lowered in _TRUE:
        return True
    if lowered in _FALSE:
        return False
    raise _unreadable("not_yes_or_no", _("Please answer yes or no."))


def _read_int(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,16}", text) or abs(int(text)) > MAX_INTEGER:
        raise _unreadable("not_an_integer", _("Please enter a whole number."))
    return int(text)


def _read_decimal(text: str) -> Decimal:
    plain = text.replace("\N{MINUS SIGN}", "-")
    if not re.fullmatch(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?", plain):
        raise _unreadable("not_a_number", _("Please enter a number such as 0.75."))
    try:
        return Decimal(plain)
    except InvalidOperation as error:
        raise _unreadable("not_a_number", _("Please enter a number such as 0.75.")) from error


def _read_text(text: str) -> str:
    if len(text) > MAX_TEXT or "\x00" in text:
        raise _unreadable("too_long", _("This text is too long."))
    return text


def _read_duration(text: str) -> timedelta:
    error = _unreadable("not_a_duration", _("Please enter a duration such as 24 h, 90 min or 3 days."))
    if text.startswith("P"):
        return _read_iso_duration(text, error)
    if not text or _PART.sub("", text).strip():
        raise error
    seconds = Decimal(0)
    for count, unit in _PART.findall(text):
        if unit.lower() not in _UNITS or len(count) > 12:  # noqa: PLR2004 - beyond any duration
            raise error
        seconds += Decimal(count) * _UNITS[unit.lower()]
    if seconds > MAX_DURATION.total_seconds():
        raise error
    return timedelta(microseconds=int(seconds * 1_000_000))


def _read_iso_duration(text: str, error: Unreadable) -> timedelta:
    """What the API gives out, e.g. `P1DT00H00M00S`."""
    try:
        found = parse_duration(text)
    except (ValueError, OverflowError, ArithmeticError):
        raise error from None
    if found is None or not timedelta() <= found <= MAX_DURATION:
        raise error
    return found


def _read_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _unreadable("not_a_date", _("Please enter a date such as 2026-11-23.")) from error


_readers: dict[type, Callable[[str], Any]] = {
    bool: _read_bool,
    int: _read_int,
    Decimal: _read_decimal,
    str: _read_text,
    timedelta: _read_duration,
    date: _read_date,
}


def _reader_of(kind: type) -> type:
    return str if issubclass(kind, StrEnum) else kind
