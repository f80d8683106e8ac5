from datetime import timedelta
from typing import Any

import pytest

from zhike.platform import clock
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.record.customers.tests.factories import customer
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments.tests.test_api import client_of, send
from zhike.service.cases.models import Case

pytestmark = pytest.mark.django_db


def case(**changes: Any) -> dict[str, Any]:
    default_calendar()
    return {
        "customer_id": customer().pk,
        "kind": "complaint",
        "category": "damaged",
        "channel": "mail",
        "subject": "外箱破损",
        "text": "外箱破了",
        **changes,
    }


@pytest.mark.req("CASE-01", "CASE-13")
def test_case__opens_waits_inside_and_is_answered_by_programs() -> None:
    agent, outlet = client_of("agent"), organization.unit()
    body = case(external_system="erp", external_ref="T-1")
    made = send(agent, "POST", "/cases", body, 201)
    again = send(agent, "POST", "/cases", body, 201)
    assert (again["number"], again["attached"]) == (made["number"], True)
    at = f"/cases/{made['number']}"
    task = send(agent, "POST", f"{at}/tasks", {"unit_id": outlet.pk, "title": "查件", "within_minutes": 60}, 201)
    found = send(agent, "GET", at, None, 200)
    assert (found["case"]["state"], found["tasks"][0]["title"]) == ("waiting_internal", "查件")
    assert {one["kind"] for one in found["clocks"]} == {"cases.first_response", "cases.solution", "cases.statutory"}
    assert found["answers"]["owner_name"] == found["case"]["owner_name"]
    assert found["effort"] == {
        "contacts": 1,
        "repeats": 0,
        "transfers": 0,
        "switches": 0,
        "hours": "0.0",
        "index": "0.00",
    }
    send(agent, "POST", f"/case-tasks/{task['id']}/reply", {"reply": "已补送"}, 204)
    refused = send(agent, "POST", f"{at}/replies", {"channel": "mail", "body": "已补送", "answer": True}, 409)
    assert refused["code"] == "case_not_coded"
    coded = {"channel": "mail", "body": "已补送", "answer": True, "coding": {"cause": "handling", "party": "partner"}}
    send(agent, "POST", f"{at}/replies", coded, 201)
    send(agent, "POST", f"{at}/confirm", {"solved": True}, 204)
    assert send(agent, "GET", at, None, 200)["case"]["ending"] == "confirmed"
    listed = send(agent, "GET", "/cases?open=false&category=damaged", None, 200)["items"]
    assert [one["number"] for one in listed] == [made["number"]]


def test_case__words_of_the_desk_and_wrong_entries_answer_in_one_shape() -> None:
    agent = client_of("agent")
    assert {one["code"] for one in send(agent, "GET", "/case-categories", None, 200)} >= {"late", "damaged", "fee"}
    assert {one["code"] for one in send(agent, "GET", "/case-causes", None, 200)} >= {"linehaul", "weather"}
    assert send(agent, "GET", "/cases/C-999999", None, 404)["code"] == "not_found"
    wrong = send(agent, "POST", "/cases", case(subject=" ", at=(clock.now() + timedelta(days=1)).isoformat()), 422)
    assert {one["field"] for one in wrong["fields"]} == {"subject", "at"}
    assert Case.objects.count() == 0


def test_case__an_auditor_reads_and_does_not_write() -> None:
    agent, auditor = client_of("agent"), client_of("auditor")
    made = send(agent, "POST", "/cases", case(), 201)
    assert send(auditor, "GET", f"/cases/{made['number']}", None, 200)["case"]["number"] == made["number"]
    refused = send(auditor, "POST", f"/cases/{made['number']}/wait", {"state": "waiting_customer", "reason": "等"}, 403)
    assert refused["code"] == "forbidden"
    assert Case.objects.get().state == "new"
