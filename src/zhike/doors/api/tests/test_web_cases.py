"""A company's own app brings a customer's message and reads its public state."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from zhike.doors.api import actions
from zhike.platform import clock
from zhike.platform.actors import system_actor
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.record.organization.tests import factories as organization
from zhike.service.cases.models import Case

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"
MATTER = {
    "kind": "complaint",
    "category": "damaged",
    "text": "外箱压坏",
    "name": "林晓",
    "answer_by": "sms",
    "phone": "13912345678",
    "once": "app-000001",
}


def key(*granted: str) -> Client:
    made = actions.make_key(actor=system_actor("tests"), name="App", rights=granted, now=clock.now())
    return Client(headers={"authorization": f"Bearer {made.shown_once}", "accept-language": "en"})


@pytest.fixture
def app() -> Client:
    default_calendar()
    organization.actor(roles=("agent",))
    return key("cases.ask_outside")


def post(api: Client, body: dict[str, Any]) -> tuple[int, Any]:
    response = api.post(f"{ROOT}/web-cases", body, content_type="application/json")
    return response.status_code, response.json()


def test_web_cases__are_taken_once_and_their_public_state_is_read(app: Client) -> None:
    status, taken = post(app, MATTER)
    again = post(app, MATTER)[1]
    made = Case.objects.get()
    assert (status, taken["number"], taken["attached"]) == (201, made.number, False)
    assert (again["number"], again["repeated"], again["ref"]) == (made.number, True, taken["ref"])

    state = app.get(f"{ROOT}/web-cases/{taken['ref']}").json()
    assert (state["number"], state["state"]) == (made.number, "Received")
    assert set(state) == {
        "number",
        "state",
        "owner_name",
        "owner_phone",
        "promised_at",
        "next_step",
        "opened_at",
        "updated_at",
    }
    assert app.get(f"{ROOT}/web-cases/{uuid4()}").status_code == 404
    assert app.get(f"{ROOT}/cases/{made.number}").status_code in {403, 404}


def test_web_cases__name_what_is_wrong(app: Client) -> None:
    status, problem = post(app, {**MATTER, "phone": ""})
    assert (status, problem["fields"][0]["field"], Case.objects.count()) == (422, "phone", 0)


def test_web_cases__need_their_own_right() -> None:
    assert post(key("cases.view"), MATTER)[0] == 403
    assert Case.objects.count() == 0
