from datetime import datetime
from typing import Any

import pytest
from ninja.testing import TestClient

from zhike.platform.calendars.api import router
from zhike.platform.calendars.tests.factories import make_actor
from zhike.platform.calendars.tests.test_hours import at
from zhike.platform.errors import Invalid

pytestmark = pytest.mark.django_db
WEEK = ["09:00-12:00, 13:30-18:00"] * 5 + ["", ""]


def ask(method: str, path: str, **more: Any) -> Any:  # noqa: ANN401 - parsed JSON
    answer = TestClient(router).request(method, path, actor=make_actor(), **more)
    assert answer.status_code < 300, answer.content
    return answer.json() if answer.content else None


def opened(**more: Any) -> int:
    entry = {"code": "office", "labels": {"en": "Office", "xx": "?"}, "zone": "Asia/Shanghai", "week": WEEK, **more}
    made: int = ask("POST", "/calendars", json=entry)["id"]
    return made


def test_calendar__opened_read_and_changed() -> None:
    calendar_id = opened()
    ask("PUT", f"/calendars/{calendar_id}/days/2026-03-07", json={"kind": "makeup", "name": "盘点"})
    ask("PUT", f"/calendars/{calendar_id}/hours/2026-05-01", json={"week": ["08:00-20:00"] * 7})

    found = ask("GET", f"/calendars/{calendar_id}?year=2026")
    assert found["labels"] == {"en": "Office"}
    assert [period["valid_from"] for period in found["periods"]] == ["2000-01-01", "2026-05-01"]
    assert found["periods"][0]["week"][0] == "09:00–12:00, 13:30–18:00"
    assert [(day["day"], day["kind"], day["hours"]) for day in found["days"]] == [
        ("2026-03-07", "makeup", "09:00–12:00, 13:30–18:00")
    ]
    ask("DELETE", f"/calendars/{calendar_id}/days/2026-03-07")
    ask("DELETE", f"/calendars/{calendar_id}/hours/2026-05-01")
    assert ask("GET", f"/calendars/{calendar_id}?year=2026")["days"] == []


def test_calendar__change_of_everything_but_hours() -> None:
    calendar_id = opened()
    ask("PUT", f"/calendars/{calendar_id}", json={"labels": {"en": "Desk"}, "zone": "Asia/Taipei", "is_default": True})

    [row] = ask("GET", "/calendars")
    assert (row["zone"], row["is_default"], row["labels"]) == ("Asia/Taipei", True, {"en": "Desk"})


def test_due__both_ways() -> None:
    calendar_id = opened()

    found = ask("GET", f"/calendars/{calendar_id}/due?start=2026-03-02T11:00:00%2B08:00&hours=2.5&statutory_days=7")

    assert datetime.fromisoformat(found["due_at"]) == at("2026-03-02 15:00")
    assert (found["statutory"]["due_date"], found["statutory"]["rolled_date"]) == ("2026-03-09", "2026-03-09")
    assert found["statutory"]["unknown_years"] == [2026]


def test_holidays__opened_loaded_and_corrected() -> None:
    holidays_id = ask("POST", "/holidays", json={"code": "CN", "labels": {"en": "China"}, "country": "CN"})["id"]

    report = ask("POST", f"/holidays/{holidays_id}/load", json={"years": [2026, 2027]})
    assert (report["loaded"], report["unknown_years"]) == ({"2026": 39}, [2027])
    ask(
        "PUT",
        f"/holidays/{holidays_id}/days/2026-02-24",
        json={"kind": "closed", "labels": {"zh-hans": "春节"}, "source": "Notice"},
    )
    ask("DELETE", f"/holidays/{holidays_id}/days/2026-01-01")
    days = {day["day"]: day for day in ask("GET", f"/holidays/{holidays_id}?year=2026")["days"]}
    assert "2026-01-01" not in days
    assert (days["2026-02-24"]["is_edited"], days["2026-02-24"]["source"]) == (True, "Notice")
    [row] = ask("GET", "/holidays")
    assert [(year["year"], year["days"]) for year in row["years"]] == [(2026, 39)]


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        (
            "POST",
            "/calendars",
            {"code": "b", "labels": {"en": "B"}, "zone": "UTC", "week": ["9-5", *WEEK[1:]]},
            "week.0",
        ),
        ("PUT", "/calendars/{id}/days/2026-03-07", {"kind": "half"}, "kind"),
        ("PUT", "/calendars/{id}/days/1026-03-07", {"kind": "closed"}, "day"),
        ("PUT", "/calendars/{id}/days/2026-03-07", {"kind": "special"}, "shifts"),
        ("PUT", "/calendars/{id}/hours/9999-12-31", {"week": WEEK}, "valid_from"),
    ],
)
def test_refusals__name_the_field(method: str, path: str, body: dict[str, Any], field: str) -> None:
    calendar_id = opened()
    with pytest.raises(Invalid) as caught:
        ask(method, path.format(id=calendar_id), json=body)

    assert set(caught.value.fields) == {field}
