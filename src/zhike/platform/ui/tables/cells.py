"""A cell as markup for the page and as a plain value for a sheet."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from unicodedata import east_asian_width

from django.utils.functional import Promise
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from zhike.platform import clock
from zhike.platform.ui import formats, render
from zhike.platform.ui.components import Clock, Mark, Person, Status
from zhike.platform.ui.formats import Ink
from zhike.platform.ui.tables.columns import Column, Kind

# Six Han signs: names of people, cities, states are never cut or broken.
SHORT = 12
Plain = str | int | float | Decimal | bool | date | datetime | None


def cell(column: Column, row: Any, ink: Ink) -> SafeString:  # noqa: ANN401  # a row is whatever the room lists
    value = column.of(row)
    if value is None or (not value and isinstance(value, str | list | tuple)):
        return render.class_letter("") if column.kind is Kind.CLASS else render.NOTHING
    drawn = _DRAW[column.kind](column, row, value, ink)
    if column.url is not None and column.kind is not Kind.WAYBILL:
        drawn = render.link(column.url(row), drawn)
    lang = column.lang_of(row)
    return format_html('<span lang="{}">{}</span>', lang, drawn) if lang else drawn


def _text(column: Column, _row: Any, value: Any, _ink: Ink) -> SafeString:  # noqa: ANN401
    lines = "zk-clamp" if column.lines == 1 else f"zk-clamp zk-clamp-{column.lines}"
    if _width(str(value)) <= SHORT:
        lines = "zk-short"
    return format_html('<span class="{}" title="{}">{}</span>', lines, value, value)


def _width(text: str) -> int:
    """How wide a text is drawn: Han and full-width signs count two."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _number(column: Column, _row: Any, value: Any, _ink: Ink) -> SafeString:  # noqa: ANN401
    return format_html("{}", formats.number(value, column.decimals))


def _percent(column: Column, _row: Any, value: Any, _ink: Ink) -> SafeString:  # noqa: ANN401
    return format_html("{}", formats.percent(value, 1 if column.decimals is None else column.decimals))


def _money(column: Column, row: Any, value: Any, _ink: Ink) -> SafeString:  # noqa: ANN401
    return format_html("{}", formats.money(value, column.currency_of(row), code=column.currency is not None))


def _day(_column: Column, _row: Any, value: date, ink: Ink) -> SafeString:  # noqa: ANN401
    today = clock.local_date(ink.now, ink.zone)
    return format_html('<time datetime="{0}" title="{0}">{1}</time>', value.isoformat(), formats.day(value, today))


def _clock(_column: Column, _row: Any, value: Clock | Iterable[Clock], ink: Ink) -> SafeString:  # noqa: ANN401
    return render.clock_chip(value, ink) if isinstance(value, Clock) else render.clock_chips(value, ink)


def _yes(_column: Column, _row: Any, value: Any, _ink: Ink) -> SafeString:  # noqa: ANN401
    return render.icon("check", pgettext("answer", "Yes")) if value else render.NOTHING


def _markup(_column: Column, _row: Any, value: Any, _ink: Ink) -> SafeString:  # noqa: ANN401
    return format_html("{}", value)


_DRAW: dict[Kind, Callable[[Column, Any, Any, Ink], SafeString]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.PERCENT: _percent,
    Kind.MONEY: _money,
    Kind.TIME: lambda column, row, value, ink: render.when(value, ink, zone=column.zone_of(row)),
    Kind.AGO: lambda column, row, value, ink: render.when(value, ink, zone=column.zone_of(row), relative=True),
    Kind.DAY: _day,
    Kind.DUE: lambda column, row, value, ink: render.due_time(value, ink, column.zone_of(row)),
    Kind.CLOCK: _clock,
    Kind.STATUS: lambda _column, _row, value, _ink: render.status(value),
    Kind.CLASS: lambda _column, _row, value, _ink: render.class_letter(value),
    Kind.MARKS: lambda _column, _row, value, _ink: render.join(render.mark(one) for one in value),
    Kind.PERSON: lambda _column, _row, value, ink: render.person(value, ink),
    Kind.PHONE: lambda _column, _row, value, _ink: render.phone(value),
    Kind.WAYBILL: lambda column, row, value, _ink: render.waybill(value, column.url(row) if column.url else ""),
    Kind.YES: _yes,
    Kind.MARKUP: _markup,
}


def plain(column: Column, row: Any, ink: Ink) -> Plain:  # noqa: ANN401
    """For a sheet: numbers stay numbers, times are wall times of the reader's zone."""
    value = column.plain(row) if column.plain is not None else column.of(row)
    match value:
        case None:
            return None
        case bool():
            return pgettext("answer", "Yes") if value else pgettext("answer", "No")
        case int() | float() | Decimal():
            return value
        case datetime():
            return clock.local(value, column.zone_of(row) or ink.zone).replace(tzinfo=None)
        case date():
            return value
        case SafeString():
            return strip_tags(value)
        case str() | Promise():
            return str(value)
        case _:
            return _plain_component(value, ink)


def _plain_component(value: Any, ink: Ink) -> Plain:  # noqa: ANN401
    match value:
        case Status():
            return str(value.word)
        case Mark():
            return str(value.word)
        case Person():
            return " ".join(str(part) for part in (value.name, value.role, value.unit, value.phone) if part)
        case Clock():
            if value.due is None:
                return gettext("no due time")
            return clock.local(value.due, value.zone or ink.zone).replace(tzinfo=None)
        case _ if isinstance(value, Iterable):
            return gettext(", ").join(str(plain_part) for one in value if (plain_part := _plain_component(one, ink)))
        case _:
            return str(value)
