"""Targets for programs: which holds, proposed, previewed, decided by another; broken cases by time."""

from datetime import timedelta

import pytest

from zhike.platform import clock
from zhike.record.customers.tests.factories import customer
from zhike.record.shipments.tests.test_api import client_of, send
from zhike.service.cases import actions
from zhike.service.cases.tests.factories import SETUP, case

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
CHANGES = "/service-target-changes"
BODY = {
    "measure": "solution",
    "category": "late",
    "seconds": 3600,
    "every_hour": True,
    "reason": "客户要求",
    "source": "质量委员会 2026-12",
}


def test_change__is_proposed_previewed_and_decided_by_programs() -> None:
    quality, chief, agent = client_of("quality"), client_of("supervisor"), client_of("agent")
    row = case(now=clock.now() - 2 * HOUR)
    send(agent, "POST", CHANGES, BODY, 403)
    for changes, field in (({"category": "nothing"}, "category"), ({"reason": "尽快处理"}, "reason")):
        refused = send(quality, "POST", CHANGES, BODY | changes, 422)
        assert field in str(refused)
    refused = send(quality, "POST", CHANGES, BODY | {"calendar_id": 999, "every_hour": False}, 422)
    assert "calendar_id" in str(refused)
    made = send(quality, "POST", CHANGES, BODY, 201)["id"]
    assert send(quality, "POST", CHANGES, BODY, 409)["code"] == "target_change_open"
    found = send(chief, "GET", f"{CHANGES}/{made}/preview", None, 200)
    assert (found["clocks"], found["breaks"], found["rows"][0]["number"]) == (1, 1, row.number)
    send(quality, "POST", f"{CHANGES}/{made}/approve", {"reason": ""}, 403)
    send(agent, "GET", f"{CHANGES}/{made}", None, 404)
    send(chief, "POST", f"{CHANGES}/{made}/approve", {"reason": "同意"}, 204)
    assert send(chief, "POST", f"{CHANGES}/{made}/refuse", {"reason": "迟了"}, 409)["code"] == "target_change_closed"
    while actions.follow_target(actor=SETUP, now=clock.now()) is not None:
        pass
    held = send(chief, "GET", f"{CHANGES}/{made}", None, 200)
    assert (held["state"], held["clocks_moved"], held["finished_at"] is not None) == ("approved", 1, True)
    assert [one["id"] for one in send(chief, "GET", f"{CHANGES}?state=approved", None, 200)["items"]] == [made]
    holds = send(agent, "GET", "/service-targets/which?category=late", None, 200)
    assert [(one["seconds"], one["every_hour"]) for one in holds if one["holds"] and one["measure"] == "solution"] == [
        (3600, True)
    ]
    in_force = send(agent, "GET", "/service-targets?in_force=true", None, 200)["items"]
    assert sum(one["every_hour"] for one in in_force) == 1


def test_change__is_withdrawn_by_whoever_proposed_it() -> None:
    quality = client_of("quality")
    made = send(quality, "POST", CHANGES, {**BODY, "seconds": 7200}, 201)["id"]
    send(client_of("admin"), "POST", f"{CHANGES}/{made}/withdraw", None, 403)
    send(quality, "POST", f"{CHANGES}/{made}/withdraw", None, 204)
    assert send(quality, "GET", f"{CHANGES}/{made}", None, 200)["state"] == "withdrawn"


def test_cases__broken_by_now_without_any_job() -> None:
    late, good = case(customer(), now=clock.now() - timedelta(days=9)), case(customer(), now=clock.now())
    chief = client_of("supervisor")
    found = send(chief, "GET", "/cases?broken=true", None, 200)["items"]
    assert [(one["number"], one["broken"]) for one in found] == [(late.number, True)]
    assert send(chief, "GET", f"/cases/{good.number}", None, 200)["case"]["broken"] is False
