from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from zhike.platform import audit
from zhike.platform.calendars import actions, queries, rules
from zhike.platform.calendars.actions.calendars import LastHours
from zhike.platform.calendars.models import (
    Calendar,
    CalendarVersion,
    DayOverride,
    HolidayDay,
    HolidaySet,
    HolidayYear,
    WeeklyHours,
)
from zhike.platform.calendars.rules.reading import dump_spec, load_spec, read_shifts
from zhike.platform.calendars.tests.factories import (
    HOUR,
    NOW,
    make_actor,
    make_calendar,
    make_holidays,
    make_week,
)
from zhike.platform.calendars.tests.test_hours import at
from zhike.platform.calendars.types import CalendarEntry, DayKind, LoadReport, Spec, UnknownCountry
from zhike.platform.errors import Forbidden, Invalid, NotFound

pytestmark = pytest.mark.django_db


def spec_of(calendar_id: int) -> Spec:
    return queries.rules_of([calendar_id])[calendar_id].spec


def load(holidays_id: int, *years: int) -> LoadReport:
    return actions.load_holidays(actor=make_actor(), holidays_id=holidays_id, years=years, now=NOW)


def test_load_holidays__golden_37_from_the_announced_days() -> None:
    holidays_id = make_holidays()
    calendar_id = make_calendar(holidays_id=holidays_id)

    report = load(holidays_id, 2026)

    assert report.unknown_years == ()
    assert report.loaded == {2026: 39}
    assert rules.due(spec_of(calendar_id), at("2026-02-13 16:00"), 8 * HOUR) == at("2026-02-14 15:00")
    actions.clear_holiday(actor=make_actor(), holidays_id=holidays_id, day=date(2026, 2, 14), now=NOW)
    assert rules.due(spec_of(calendar_id), at("2026-02-13 16:00"), 8 * HOUR) == at("2026-02-24 15:00")


def test_load_holidays__rows_carry_source_and_day_of_check_in_three_languages() -> None:
    holidays_id = make_holidays()
    report = load(holidays_id, 2026)

    festival = HolidayDay.objects.get(day=date(2026, 2, 17))
    assert festival.labels == {"zh-hans": "春节", "zh-hant": "春節", "en": "Spring Festival"}
    assert (festival.kind, festival.verified_on) == ("closed", date(2026, 3, 2))
    assert festival.source == report.source
    assert report.source.startswith("chinesecalendar ")
    assert HolidayDay.objects.get(day=date(2026, 2, 14)).kind == "makeup"


def test_load_holidays__reports_years_nobody_has_announced() -> None:
    holidays_id = make_holidays()

    report = load(holidays_id, 2026, 2027, 2031)

    assert report.unknown_years == (2027, 2031)
    assert [row.year for row in HolidayYear.objects.all()] == [2026]
    assert not HolidayDay.objects.filter(day__year__gte=2027).exists()
    calendar_id = make_calendar(holidays_id=holidays_id)
    assert queries.rules_of([calendar_id])[calendar_id].workdays.years == frozenset({2026})


def test_load_holidays__of_another_country_only_as_far_as_it_is_announced() -> None:
    taiwan = make_holidays("TW", "TW")

    report = load(taiwan, 2026, 2029)

    assert report.unknown_years == (2029,)
    assert HolidayDay.objects.get(day=date(2026, 10, 10)).labels["zh-hant"] == "國慶日"


def test_load_holidays__never_takes_an_estimate() -> None:
    singapore = make_holidays("SG", "SG")

    with_estimates = actions.load_holidays(
        actor=make_actor(), holidays_id=singapore, years=[2035], now=at("2034-12-01 09:00")
    )

    assert with_estimates.unknown_years == (2035,)
    assert not HolidayDay.objects.exists()


def test_load_holidays__keeps_what_a_person_corrected() -> None:
    holidays_id = make_holidays()
    load(holidays_id, 2026)
    actions.set_holiday(
        actor=make_actor(),
        holidays_id=holidays_id,
        day=date(2026, 2, 24),
        kind=DayKind.CLOSED,
        labels={"zh-hans": "春节"},
        source="国办发明电〔2026〕1号",
        now=NOW,
    )

    report = load(holidays_id, 2026)

    assert report.kept == 1
    assert HolidayDay.objects.get(day=date(2026, 2, 24)).source == "国办发明电〔2026〕1号"
    assert HolidayDay.objects.count() == 40


def test_load_holidays__renews_every_calendar_that_follows_the_list() -> None:
    holidays_id = make_holidays()
    following, free = make_calendar("follows", holidays_id=holidays_id), make_calendar("free")

    load(holidays_id, 2026)
    load(holidays_id, 2026)

    assert Calendar.objects.get(pk=following).version == 2
    assert Calendar.objects.get(pk=free).version == 1
    assert CalendarVersion.objects.filter(calendar_id=following).count() == 2


def test_load_holidays__refuses_years_out_of_range_and_lists_kept_by_hand() -> None:
    by_hand = actions.create_holiday_set(actor=make_actor(), code="own", labels={"en": "Own"}, now=NOW)
    for holidays_id, years in ((make_holidays(), []), (make_holidays("CN2"), [1999]), (by_hand, [2026])):
        with pytest.raises(Invalid):
            load(holidays_id, *years)


def test_create_holiday_set__knows_weekends_and_refuses_unknown_countries() -> None:
    make_holidays("SA", "SA")

    assert HolidaySet.objects.get(code="SA").weekend == [4, 5]
    with pytest.raises(UnknownCountry):
        make_holidays("XX", "XX")
    with pytest.raises(Invalid):
        actions.create_holiday_set(actor=make_actor(), code="none", labels={"en": "None"}, weekend=range(7), now=NOW)


def test_set_override__beats_week_and_holidays() -> None:
    holidays_id = make_holidays()
    load(holidays_id, 2026)
    calendar_id = make_calendar(holidays_id=holidays_id)

    for day, kind, shifts in (
        (date(2026, 2, 17), DayKind.SPECIAL, read_shifts("10:00-16:00")),
        (date(2026, 2, 14), DayKind.CLOSED, read_shifts("10:00-16:00")),
        (date(2026, 3, 7), DayKind.MAKEUP, ()),
    ):
        actions.set_override(
            actor=make_actor(), calendar_id=calendar_id, day=day, kind=kind, shifts=shifts, name="", now=NOW
        )

    spec = spec_of(calendar_id)
    assert rules.hours_of(spec, date(2026, 2, 17)) == read_shifts("10:00-16:00")
    assert rules.hours_of(spec, date(2026, 2, 14)) == ()
    assert rules.hours_of(spec, date(2026, 3, 7)) == read_shifts("09:00-18:00")
    actions.clear_override(actor=make_actor(), calendar_id=calendar_id, day=date(2026, 2, 17), now=NOW)
    assert rules.hours_of(spec_of(calendar_id), date(2026, 2, 17)) == ()


def test_set_hours__begin_on_a_day_and_leave_what_was() -> None:
    calendar_id = make_calendar()
    summer = make_week("08:00-12:00, 14:00-18:00")

    actions.set_hours(actor=make_actor(), calendar_id=calendar_id, valid_from=date(2026, 5, 1), week=summer, now=NOW)

    spec = spec_of(calendar_id)
    assert rules.hours_of(spec, date(2026, 4, 30)) == read_shifts("09:00-18:00")
    assert rules.hours_of(spec, date(2026, 5, 1)) == read_shifts("08:00-12:00, 14:00-18:00")
    actions.remove_hours(actor=make_actor(), calendar_id=calendar_id, valid_from=date(2026, 5, 1), now=NOW)
    assert rules.hours_of(spec_of(calendar_id), date(2026, 5, 1)) == read_shifts("09:00-18:00")
    with pytest.raises(LastHours):
        actions.remove_hours(actor=make_actor(), calendar_id=calendar_id, valid_from=date(2000, 1, 1), now=NOW)


def test_change_calendar__tells_before_and_after_and_moves_the_default() -> None:
    first, second = make_calendar("first", is_default=True), make_calendar("second")
    row = Calendar.objects.get(pk=second)

    actions.change_calendar(
        actor=make_actor("9"),
        calendar_id=second,
        labels=row.labels,
        zone="Asia/Taipei",
        holidays_id=None,
        makeup_weekday=4,
        is_default=True,
        is_active=True,
        now=NOW,
    )

    assert queries.default_calendar_id() == second
    assert not Calendar.objects.get(pk=first).is_default
    assert spec_of(second).zone == "Asia/Taipei"
    changed, _opened = audit.history(actor=make_actor(), subject=("calendar", second))
    assert changed.before == {"zone": "Asia/Shanghai", "makeup_weekday": 0, "is_default": False}
    assert changed.after == {"zone": "Asia/Taipei", "makeup_weekday": 4, "is_default": True}
    with pytest.raises(Invalid):
        actions.change_calendar(
            actor=make_actor(),
            calendar_id=second,
            labels=row.labels,
            zone="Asia/Taipei",
            holidays_id=None,
            makeup_weekday=4,
            is_default=False,
            is_active=True,
            now=NOW,
        )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "Big Office"}, "code"),
        ({"labels": {}}, "labels"),
        ({"zone": "Asia/Beijing"}, "zone"),
        ({"holidays_id": 99}, "holidays_id"),
        ({"makeup_weekday": 7}, "makeup_weekday"),
    ],
)
def test_create_calendar__names_what_is_wrong(wrong: dict[str, Any], field: str) -> None:
    entry: dict[str, Any] = {"code": "office", "labels": {"en": "Office"}, "zone": "UTC", "week": make_week(), **wrong}

    with pytest.raises(Invalid) as caught:
        actions.create_calendar(actor=make_actor(), entry=CalendarEntry(**entry), now=NOW)

    assert set(caught.value.fields) == {field}
    assert not Calendar.objects.exists()


def test_actions__need_the_right() -> None:
    calendar_id = make_calendar()
    viewer = make_actor("8", rights=frozenset({"calendars.view"}))

    with pytest.raises(Forbidden):
        actions.set_hours(actor=viewer, calendar_id=calendar_id, valid_from=date(2026, 5, 1), week=make_week(), now=NOW)
    assert WeeklyHours.objects.count() == 1
    [denied, _opened] = audit.history(actor=make_actor(), subject=("calendar", calendar_id))
    assert (denied.type, denied.actor_id) == ("audit.denied", "8")


def test_actions__unknown_calendar() -> None:
    with pytest.raises(NotFound):
        actions.set_hours(actor=make_actor(), calendar_id=1, valid_from=date(2026, 5, 1), week=make_week(), now=NOW)


def test_get_calendar__shows_every_day_of_the_year() -> None:
    holidays_id = make_holidays()
    load(holidays_id, 2026)
    calendar_id = make_calendar(holidays_id=holidays_id)

    found = queries.get_calendar(actor=make_actor(), calendar_id=calendar_id, year=2026, today=date(2026, 3, 2))

    cells = {cell.day: cell for cell in found.cells}
    assert len(cells) == 365
    assert cells[date(2026, 2, 17)].kind is DayKind.CLOSED
    assert cells[date(2026, 2, 17)].labels["zh-hans"] == "春节"
    assert cells[date(2026, 2, 14)].shifts == read_shifts("09:00-18:00")
    assert found.is_announced
    later = queries.get_calendar(actor=make_actor(), calendar_id=calendar_id, year=2027, today=date(2026, 3, 2))
    assert not later.is_announced


def test_list_calendars__company_first() -> None:
    make_calendar("alpha")
    make_calendar("zulu", is_default=True)

    assert [row.code for row in queries.list_calendars(actor=make_actor(), today=date(2026, 3, 2))] == ["zulu", "alpha"]


def test_spec__survives_storage() -> None:
    holidays_id = make_holidays()
    load(holidays_id, 2025, 2026)
    spec = spec_of(make_calendar(holidays_id=holidays_id, week=make_week("22:00-06:00", "00:00-24:00")))

    assert load_spec(dump_spec(spec)) == spec


def test_version__cannot_be_changed_or_removed() -> None:
    make_calendar()

    for change in (lambda: CalendarVersion.objects.update(version=9), CalendarVersion.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def rows() -> dict[str, Any]:
    holidays = HolidaySet.objects.get(pk=make_holidays())
    return {"holidays": holidays, "calendar": Calendar.objects.get(pk=make_calendar(is_default=True))}


def holiday(**more: Any) -> HolidayDay:
    given = {"day": date(2026, 1, 1), "kind": "closed", "labels": {}, "source": "s", "verified_on": date(2026, 1, 1)}
    return HolidayDay(**{**given, **more})


def override(**more: Any) -> DayOverride:
    return DayOverride(**{"day": date(2026, 1, 1), "kind": "closed", "shifts": [], **more})


@pytest.mark.parametrize(
    ("constraint", "make"),
    [
        ("calendars_holiday_day_kind", lambda r: [holiday(holidays=r["holidays"], kind="special")]),
        ("calendars_holiday_day_has_source", lambda r: [holiday(holidays=r["holidays"], source="")]),
        (
            "calendars_holiday_day_once",
            lambda r: [holiday(holidays=r["holidays"]), holiday(holidays=r["holidays"])],
        ),
        ("calendars_override_hours", lambda r: [override(calendar=r["calendar"], kind="half")]),
        ("calendars_override_hours", lambda r: [override(calendar=r["calendar"], kind="special")]),
        ("calendars_override_hours", lambda r: [override(calendar=r["calendar"], shifts=[[0, 60]])]),
        ("calendars_override_once", lambda r: [override(calendar=r["calendar"]), override(calendar=r["calendar"])]),
        (
            "calendars_holiday_year_has_source",
            lambda r: [HolidayYear(holidays=r["holidays"], year=2026, source="", verified_on=date(2026, 1, 1))],
        ),
        (
            "calendars_holiday_year_once",
            lambda r: [
                HolidayYear(holidays=r["holidays"], year=2026, source="s", verified_on=date(2026, 1, 1))
                for _twice in range(2)
            ],
        ),
        ("calendars_holiday_set_once", lambda _r: [HolidaySet(code="CN", labels={})]),
        ("calendars_code_once", lambda _r: [Calendar(code="office", labels={}, zone="UTC")]),
        ("calendars_default_single", lambda _r: [Calendar(code="b", labels={}, zone="UTC", is_default=True)]),
        ("calendars_makeup_weekday_range", lambda _r: [Calendar(code="b", labels={}, zone="UTC", makeup_weekday=7)]),
        (
            "calendars_default_is_active",
            lambda _r: [Calendar(code="b", labels={}, zone="UTC", is_default=True, is_active=False)],
        ),
        (
            "calendars_hours_begin_once",
            lambda r: [WeeklyHours(calendar=r["calendar"], valid_from=date(2000, 1, 1), week=[])],
        ),
        (
            "calendars_version_once",
            lambda r: [CalendarVersion(calendar=r["calendar"], version=1, spec={}, at=NOW)],
        ),
    ],
)
def test_constraints(constraint: str, make: Callable[[dict[str, Any]], list[Any]]) -> None:
    found = make(rows())

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        type(found[0]).objects.bulk_create(found)
