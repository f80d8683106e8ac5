"""Holidays as the libraries know them: chinesecalendar for China with its make-up workdays, holidays for the rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version

import holidays
from chinese_calendar import Holiday, constants

from zhike.platform.calendars.types import DayKind, UnknownCountry

CHINA = "CN"
# Governments announce the coming year; what lies beyond is a library's guess.
YEARS_AHEAD = 1
FIRST_YEAR = 2000
_OUR_LANGUAGES = {"en": ("en_US", "en_HK", "en_GB"), "zh-hans": ("zh_CN",), "zh-hant": ("zh_TW", "zh_HK")}
_HANT = {
    "new_years_day": "元旦",
    "spring_festival": "春節",
    "tomb_sweeping_day": "清明節",
    "labour_day": "勞動節",
    "dragon_boat_festival": "端午節",
    "national_day": "國慶節",
    "mid_autumn_festival": "中秋節",
    "anti_fascist_70th_day": "抗日戰爭勝利70週年紀念日",
}


@dataclass(frozen=True, slots=True)
class FoundDay:
    day: date
    kind: DayKind
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FoundYear:
    """The days of one announced year."""

    year: int
    days: tuple[FoundDay, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Found:
    """What the library knows of the years asked for, and which of them it does not."""

    years: tuple[FoundYear, ...]
    unknown: tuple[int, ...]


def find(country: str, subdivision: str, years: Iterable[int], today: date) -> Found:
    """Holidays of the years, from the library that knows this country best. Raises UnknownCountry."""
    wanted = sorted(set(years))
    found = [_china(year) if country == CHINA else _elsewhere(country, subdivision, year, today) for year in wanted]
    return Found(
        years=tuple(year for year in found if year is not None),
        unknown=tuple(year for year, known in zip(wanted, found, strict=True) if known is None),
    )


def weekend_of(country: str, subdivision: str = "") -> frozenset[int]:
    """The weekly days off of a country, 0 for Monday."""
    return frozenset({5, 6}) if country == CHINA else frozenset(_library(country, subdivision, 2026, "").weekend)


def is_country(country: str, subdivision: str = "") -> bool:
    known = holidays.list_supported_countries(include_aliases=False)
    return country in known and (not subdivision or subdivision in known[country])


def _china(year: int) -> FoundYear | None:
    if not any(day.year == year for day in constants.holidays):
        return None
    tables = ((constants.holidays, DayKind.CLOSED), (constants.workdays, DayKind.MAKEUP))
    days = [
        FoundDay(day, kind, _china_labels(name))
        for table, kind in tables
        for day, name in table.items()
        if day.year == year
    ]
    return FoundYear(year, tuple(sorted(days, key=lambda found: found.day)), _source("chinesecalendar"))


def _china_labels(name: str) -> dict[str, str]:
    holiday = Holiday(name)
    return {"zh-hans": holiday.chinese, "zh-hant": _HANT.get(holiday.name, holiday.chinese), "en": name}


def _elsewhere(country: str, subdivision: str, year: int, today: date) -> FoundYear | None:
    default = _library(country, subdivision, year, "")
    if not max(FIRST_YEAR, default.start_year) <= year <= min(default.end_year, today.year + YEARS_AHEAD):
        return None
    texts = {
        ours: dict(_library(country, subdivision, year, language))
        for ours, candidates in _OUR_LANGUAGES.items()
        for language in candidates[:1]
        if language in default.supported_languages
    }
    english = texts.get("en", dict(default))
    if any(_is_estimate(name) for name in english.values()):
        return None
    days = [
        FoundDay(
            day, DayKind.CLOSED, {ours: names[day] for ours, names in texts.items() if day in names} or {"en": name}
        )
        for day, name in default.items()
        if day.year == year
    ]
    days += [
        FoundDay(day, DayKind.MAKEUP, {"zh-hans": "调休上班", "zh-hant": "補班", "en": "Make-up workday"})
        for day in default.weekend_workdays
        if day.year == year
    ]
    return FoundYear(year, tuple(sorted(days, key=lambda found: found.day)), _source("holidays"))


def _is_estimate(name: str) -> bool:
    return "(estimated)" in name


def _library(country: str, subdivision: str, year: int, language: str) -> holidays.HolidayBase:
    if not is_country(country, subdivision):
        raise UnknownCountry(country=f"{country} {subdivision}".strip()[:20])
    return holidays.country_holidays(country, subdiv=subdivision or None, years=year, language=language or None)


def _source(library: str) -> str:
    return f"{library} {version(library)}"
