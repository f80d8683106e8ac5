"""The desk plans, starts, follows and closes surveys, and keys in what came on paper."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from zhike.platform import clock
from zhike.service.knowledge.tests.test_files import client_of
from zhike.voice.surveys import actions
from zhike.voice.surveys.models import Campaign, Recipient
from zhike.voice.surveys.tests.asking import NOW, SETUP, form, person, served, started
from zhike.voice.surveys.types import Audience, Disposition

pytestmark = pytest.mark.django_db
ROOT = "/listen/surveys/"


@pytest.fixture(autouse=True)
def pages(settings: Settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://desk.example.com"]


@pytest.fixture
def desk() -> Client:
    return client_of("quality")


def plan(**changes: Any) -> dict[str, Any]:
    today = clock.local_date(clock.now(), "Asia/Shanghai").isoformat()
    return {
        "name": "第四季度调查",
        "trigger": "wave",
        "planned_on": today,
        "closes_on": today,
        "channels": ["email", "sms"],
        "share": "100",
        "general": form(Audience.GENERAL).pk,
        **changes,
    }


@pytest.mark.req("SURV-17")
def test_pages__walk_a_wave_from_its_plan_to_the_checked_effect(desk: Client) -> None:
    person(served())
    made = desk.post(f"{ROOT}new/", plan())
    number = Campaign.objects.get().number
    assert made["location"] == f"{ROOT}{number}/"
    page = desk.get(f"{ROOT}{number}/").content.decode()
    assert "1" in page
    assert desk.get(f"{ROOT}{number}/edit/").status_code == 200
    assert desk.get(f"{ROOT}{number}/start/").status_code == 200
    desk.post(f"{ROOT}{number}/start/")
    to = Recipient.objects.get()
    for path in ("", "calendar/", f"{number}/", f"{number}/people/", f"people/{to.pk}/", f"people/{to.pk}/answers/"):
        assert desk.get(f"{ROOT}{path}").status_code == 200, path
    assert desk.post(f"{ROOT}people/{to.pk}/answers/", {"overall": "9"}).status_code == 422
    desk.post(f"{ROOT}people/{to.pk}/answers/", {"overall": "1", "why": "1", "recommend": "na", "words": "慢"})
    to.refresh_from_db()
    assert (to.disposition, to.way, to.score) == ("answered", "desk", 1)
    shown = desk.get(f"{ROOT}people/{to.pk}/").content.decode()
    assert "晚到" in shown
    assert "慢" in shown
    assert "100.00" in desk.get(f"{ROOT}{number}/").content.decode()
    for step, words in (
        ("closed", {}),
        ("reported", {"purpose": "了解", "method": "网上", "causes": ""}),
        ("acted", {"causes": "交接", "measures": "核对"}),
        ("checked", {"effect": "好转"}),
    ):
        assert desk.get(f"{ROOT}{number}/step/{step}/").status_code == 200
        desk.post(f"{ROOT}{number}/step/{step}/", words)
    assert Campaign.objects.get().state == "checked"
    assert desk.get(f"{ROOT}{number}/step/nonsense/").status_code == 404


def test_pages__keep_what_was_typed_where_a_plan_is_refused(desk: Client) -> None:
    answer = desk.post(f"{ROOT}new/", plan(closes_on="", general="", name="没有表单"))
    assert answer.status_code == 422
    assert "没有表单" in answer.content.decode()
    assert Campaign.objects.count() == 0


def test_pages__note_an_outcome_and_stop_with_a_reason(desk: Client) -> None:
    person(served())
    desk.post(f"{ROOT}new/", plan(channels=[]))
    number = Campaign.objects.get().number
    desk.post(f"{ROOT}{number}/start/")
    to = Recipient.objects.get()
    where = f"{ROOT}people/{to.pk}/outcome/"
    assert desk.post(where, {"outcome": "unreachable", "reason": ""}).status_code == 422
    desk.post(where, {"outcome": "unreachable", "reason": "空号"})
    to.refresh_from_db()
    assert (to.disposition, to.reason) == ("unreachable", "空号")
    assert "空号" in desk.get(f"{ROOT}{number}/").content.decode()
    desk.post(f"{ROOT}{number}/stop/", {"reason": "改期"})
    assert Campaign.objects.get().state == "stopped"


def test_pages__need_the_right(desk: Client) -> None:
    agent = client_of("agent")
    assert agent.get(ROOT).status_code == 200
    assert agent.get(f"{ROOT}new/").status_code == 403
    assert agent.post(f"{ROOT}new/", plan()).status_code == 403
    assert Campaign.objects.count() == 0


@pytest.mark.req("SURV-05")
def test_api__reads_surveys_with_their_rates_and_recipients(desk: Client) -> None:
    of = served()
    for _one in range(4):
        person(of)
    number = started(channels=())
    to = Recipient.objects.earliest("pk")
    raw = {"overall": "4", "recommend": "9"}
    actions.key_in_answers(actor=SETUP, recipient_id=to.pk, raw=raw, now=NOW)
    for other in Recipient.objects.filter(disposition="planned").order_by("pk")[:2]:
        refused = Disposition.REFUSED
        actions.key_in_outcome(actor=SETUP, recipient_id=other.pk, outcome=refused, now=NOW)
    listed = desk.get("/api/v1/surveys?state=running").json()["items"]
    assert [one["number"] for one in listed] == [number]
    one = desk.get(f"/api/v1/surveys/{number}").json()
    assert (one["counts"]["sent"], one["counts"]["answered"]) == (3, 1)
    assert one["forms"][0]["counts"]["by_disposition"] == {"planned": 1, "answered": 1, "refused": 2}
    rows = desk.get(f"/api/v1/surveys/{number}/recipients?disposition=answered").json()["items"]
    assert [(row["id"], row["score"], row["scale"]) for row in rows] == [(to.pk, 4, "csat5")]
    assert desk.get("/api/v1/surveys/SV-99999").status_code == 404
