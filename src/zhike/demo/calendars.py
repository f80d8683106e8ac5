"""When the invented company works: offices with the announced holidays and make-up days, hubs always, outlets daily."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from zhike.platform.actors import Actor
from zhike.platform.calendars import actions as calendars
from zhike.platform.calendars.rules.reading import read_shifts, week_of
from zhike.platform.calendars.types import CalendarEntry, Labels, Week
from zhike.platform.clock import local_date

ZONE: Final = "Asia/Shanghai"
HISTORY: Final = timedelta(days=366)
HOLIDAYS: Final[Labels] = {
    "zh-hans": "中国法定节假日",
    "zh-hant": "中國法定假日",
    "en": "Public holidays of China",
}
OFFICE, HUB, OUTLET = "office", "hub", "outlet"
_CLOSED, _OFFICE, _ALL_DAY, _SPLIT = (
    read_shifts(text) for text in ("", "08:30-18:00", "00:00-24:00", "08:00-12:00, 13:00-20:00")
)
# Code: names, week, and whether the holidays hold there.
CALENDARS: Final[Mapping[str, tuple[Labels, Week, bool]]] = {
    OFFICE: (
        {"zh-hans": "公司办公时间", "zh-hant": "公司辦公時間", "en": "Office hours"},
        week_of([_OFFICE] * 5 + [_CLOSED] * 2),
        True,
    ),
    HUB: (
        {"zh-hans": "分拨中心24小时", "zh-hant": "轉運中心24小時", "en": "Hubs, day and night"},
        week_of([_ALL_DAY] * 7),
        False,
    ),
    OUTLET: (
        {"zh-hans": "网点营业时间", "zh-hant": "據點營業時間", "en": "Outlet hours"},
        week_of([_SPLIT] * 7),
        False,
    ),
}


def make_calendars(*, actor: Actor, now: datetime) -> dict[str, int]:
    """The calendars by code. Holidays are those announced for the company's history and what is to come."""
    holidays = calendars.create_holiday_set(actor=actor, code="CN", labels=HOLIDAYS, country="CN", now=now)
    calendars.load_holidays(actor=actor, holidays_id=holidays, years=years_of(local_date(now, ZONE)), now=now)
    return {
        code: calendars.create_calendar(
            actor=actor,
            entry=CalendarEntry(
                code=code,
                labels=labels,
                zone=ZONE,
                week=week,
                holidays_id=holidays if has_holidays else None,
                is_default=code == OFFICE,
            ),
            now=now,
        )
        for code, (labels, week, has_holidays) in CALENDARS.items()
    }


def years_of(today: date) -> range:
    """The years that the history touches, and the next one, which may not be announced yet."""
    return range((today - HISTORY).year, today.year + 2)
