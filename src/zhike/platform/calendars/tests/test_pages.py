from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from zhike.platform import clock
from zhike.platform.calendars import actions, queries, rules
from zhike.platform.calendars.models import Calendar, Clock, DayOverride, HolidayDay, HolidaySet, WeeklyHours
from zhike.platform.calendars.pages.views import FIRST_YEAR, LAST_YEAR
from zhike.platform.calendars.rules.reading import read_shifts
from zhike.platform.calendars.tests.factories import (
    NOW,
    make_actor,
    make_calendar,
    make_holidays,
    make_request,
    make_week,
    start,
)
from zhike.platform.calendars.tests.pages import ask, text_of
from zhike.platform.errors import Forbidden, Invalid, NotFound

pytestmark = pytest.mark.django_db
VIEWER = frozenset({"calendars.view"})
FROM: dict[str, Any] = {"from": "2000-01-01"}
WEEK: dict[str, Any] = {f"day_{weekday}": "09:00-12:00, 13:30-18:00" if weekday < 5 else "" for weekday in range(7)}


@pytest.fixture(autouse=True)
def _english() -> Any:  # noqa: ANN401 - a generator fixture
    with translation.override("en"):
        yield


def address(name: str, *args: object) -> str:
    return reverse(f"calendars:{name}", args=args)


def page(view: str, /, *args: object, rights: frozenset[str] | None = None, **data: Any) -> str:
    actor = make_actor() if rights is None else make_actor(rights=rights)
    response = ask(actor, address(view, *args), data)
    assert response.status_code == 200
    return text_of(response)


def send(view: str, /, *args: object, expected: int = 302, by: str = "7", **data: Any) -> str:
    response = ask(make_actor(by), address(view, *args), data, post=True)
    assert response.status_code == expected, text_of(response)
    return text_of(response)


def test_list__shows_hours_zone_and_announced_years(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    holidays_id = make_holidays()
    actions.load_holidays(actor=make_actor(), holidays_id=holidays_id, years=[2026], now=NOW)
    make_calendar(holidays_id=holidays_id, is_default=True)

    with django_assert_max_num_queries(12):
        html = page("list")

    assert "Monday – Friday" in html
    assert "09:00–18:00" in html
    assert "2026" in html
    assert "New calendar" in html
    assert "New calendar" not in page("list", rights=VIEWER)


def test_list__says_what_to_do_when_there_is_nothing() -> None:
    assert "No calendar yet" in page("list")


def test_page__shows_the_year_and_costs_few_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    holidays_id = make_holidays()
    actions.load_holidays(actor=make_actor(), holidays_id=holidays_id, years=[2026], now=NOW)
    calendar_id = make_calendar(holidays_id=holidays_id)

    with django_assert_max_num_queries(12):
        html = page("page", calendar_id, year="2026")

    assert html.count("zk-cal-month") == 12
    assert 'title="2026-02-14, Saturday, 09:00–18:00, Spring Festival"' in html
    assert 'title="2026-02-17, Tuesday, closed, Spring Festival"' in html
    assert "are not announced or not loaded" in page("page", calendar_id, year="2027")


def test_page__answers_what_is_due_both_ways() -> None:
    holidays_id = make_holidays()
    actions.load_holidays(actor=make_actor(), holidays_id=holidays_id, years=[2026], now=NOW)
    calendar_id = make_calendar(holidays_id=holidays_id)

    html = page("page", calendar_id, year="2026", start="2026-02-13T16:00", hours="8", days="7")

    assert "14 Feb 15:00" in html
    assert "20 Feb 24:00" in html
    assert "24 Feb 24:00" in html


@pytest.mark.parametrize(
    "wrong",
    [{"start": "soon", "hours": "1"}, {"start": "2026-02-13T16:00"}, {"start": "1815-06-18T11:00", "hours": "1"}],
)
def test_page__refuses_questions_without_sense(wrong: dict[str, str]) -> None:
    response = ask(make_actor(), address("page", make_calendar()), wrong)

    assert response.status_code == 422


@pytest.mark.parametrize(
    ("asked", "shown"), [("0", FIRST_YEAR), ("9999", LAST_YEAR), ("99999", None), ("x", None), ("²", None)]
)
def test_page__takes_any_year_that_is_asked_for(asked: str, shown: int | None) -> None:
    assert f"<b>{shown or clock.now().year}</b>" in page("page", make_calendar(), year=asked)


def test_page__of_nothing() -> None:
    with pytest.raises(NotFound):
        page("page", 99)


def test_new__opens_a_calendar() -> None:
    holidays_id = make_holidays()
    assert "09:00–18:00" in page("new")

    entry: dict[str, Any] = {"code": "desk", "label_en": "Desk", "zone": "Asia/Shanghai", "holidays_id": holidays_id}
    send("new", **entry, makeup_weekday=4, is_default="on", **WEEK)

    row = Calendar.objects.get()
    assert (row.code, row.labels, row.makeup_weekday, row.is_default) == ("desk", {"en": "Desk"}, 4, True)
    week = queries.rules_of([row.pk])[row.pk].spec
    assert rules.hours_of(week, date(2026, 3, 2)) == read_shifts("09:00-12:00, 13:30-18:00")


def test_new__keeps_what_was_typed_and_says_what_is_wrong() -> None:
    html = send(
        "new", expected=422, code="Desk!", zone="Asia/Shanghai", makeup_weekday=0, **{**WEEK, "day_2": "9 to 5"}
    )

    assert "9to5 is not a time like 09:00-18:00." in html
    assert 'value="Desk!"' in html
    assert not Calendar.objects.exists()
    html = send("new", expected=422, code="Desk!", zone="Asia/Shanghai", makeup_weekday=0, **WEEK)
    assert "A code has lower-case letters" in html
    assert "Please give a name." in html


def test_edit__changes_everything_but_the_hours() -> None:
    calendar_id = make_calendar()
    assert "Office" in page("edit", calendar_id)

    send("edit", calendar_id, label_zh_hans="客服", zone="Asia/Taipei", makeup_weekday=0, is_active="on")

    row = Calendar.objects.get()
    assert (row.labels, row.zone, row.version) == ({"zh-hans": "客服"}, "Asia/Taipei", 2)


def test_hours__from_a_day_on_and_removed() -> None:
    calendar_id = make_calendar()
    assert "09:00–18:00" in page("hours", calendar_id, **FROM)

    send("hours", calendar_id, valid_from="2026-05-01", **WEEK)
    assert WeeklyHours.objects.count() == 2
    send("hours_remove", calendar_id, valid_from="2026-05-01")
    assert WeeklyHours.objects.count() == 1


def test_day__made_different_and_like_the_others_again() -> None:
    calendar_id = make_calendar()
    page("day", calendar_id, day="2026-11-11")

    send("day", calendar_id, day="2026-11-11", kind="special", shifts="08:00-22:00", name="双十一")
    row = DayOverride.objects.get()
    assert (row.day, row.kind, row.shifts, row.name) == (date(2026, 11, 11), "special", [[480, 1320]], "双十一")
    assert "双十一" in page("day", calendar_id, day="2026-11-11")
    send("day", calendar_id, expected=422, day="2026-11-12", kind="special")
    send("day_clear", calendar_id, day="2026-11-11")
    assert not DayOverride.objects.exists()


def test_holidays__opened_loaded_corrected_and_cleared() -> None:
    send("holidays_new", code="CN", country="cn", label_zh_hans="中国大陆")
    row = HolidaySet.objects.get()
    assert row.country == "CN"

    send("holidays_load", row.pk, first=2026, last=2027)
    assert HolidayDay.objects.count() == 39
    assert "chinesecalendar" in page("holidays", row.pk, year="2026")
    assert "Nobody has announced 2027" in page("holidays", row.pk, year="2027")
    send("holidays", row.pk, day="2026-02-24", kind="closed", label_zh_hans="春节", source="Notice")
    assert HolidayDay.objects.get(day=date(2026, 2, 24)).is_edited
    send("holiday_clear", row.pk, day="2026-02-24")
    assert HolidayDay.objects.count() == 39
    with pytest.raises(Invalid):
        send("holidays_load", row.pk, first="x", last=2027)


def test_holidays__unknown_country_is_named() -> None:
    html = send("holidays_new", expected=422, code="XX", country="XX", label_en="Nowhere")

    assert "No holidays are known for the country or region XX." in html


def test_recompute__shows_old_and_new_before_it_is_done() -> None:
    calendar_id = make_calendar()
    assert "Nothing to do" in page("recompute", calendar_id)
    start(make_request(calendar_id, hours=8))
    actions.set_hours(
        actor=make_actor(), calendar_id=calendar_id, valid_from=date(2026, 3, 1), week=make_week("09:00-10:00"), now=NOW
    )
    assert "1 open clock still measures" in page("page", calendar_id, year="2026")
    html = page("recompute", calendar_id)
    assert "Due then" in html

    assert "another person who may recompute clocks decides" in html
    assert 'name="reason"' not in html
    with pytest.raises(Forbidden):
        send("recompute", calendar_id, reason="Shorter hours")

    other = text_of(ask(make_actor("8"), address("recompute", calendar_id), {}))
    assert "another person" not in other
    send("recompute", calendar_id, expected=422, by="8", reason="")
    before = Clock.objects.get().due_at
    send("recompute", calendar_id, by="8", reason="Shorter hours")

    after = Clock.objects.get().due_at
    assert before is not None
    assert after is not None
    assert before < after


@pytest.mark.parametrize("name", ["new", "edit", "hours", "day", "holidays_new", "recompute"])
def test_forms__are_shut_to_viewers(name: str) -> None:
    args = () if name in {"new", "holidays_new"} else (make_calendar(),)

    with pytest.raises(Forbidden):
        page(name, *args, rights=VIEWER)
    assert HolidaySet.objects.count() == 0
