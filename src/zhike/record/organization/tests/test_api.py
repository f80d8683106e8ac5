"""The organization for programs: reading, writing, and one shape of every refusal."""

import json
from typing import Any

import pytest
from django.test import Client

from zhike.platform.accounts.models import User
from zhike.record.organization import actions
from zhike.record.organization.models import AuthorityLimit, Staff, Unit
from zhike.record.organization.tests import factories as make
from zhike.record.organization.tests.factories import NOW, PAY, SETUP
from zhike.record.organization.types import UnitKind

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"


def client_of(*roles: str) -> Client:
    member = make.staff(roles=roles)
    opened = actions.open_staff_account(
        actor=SETUP, staff_id=member.pk, username=f"user{member.pk}", password="correct horse battery", now=NOW
    )
    client = Client()
    client.force_login(User.objects.get(pk=opened.user_id))
    return client


def send(client: Client, method: str, path: str, body: dict[str, Any], expected: int) -> Any:  # noqa: ANN401
    answer = client.generic(method, f"{ROOT}{path}", json.dumps(body), content_type="application/json")
    assert answer.status_code == expected, answer.content.decode()
    return answer.json()


def test_units__listed_by_pages_opened_changed_moved_and_closed() -> None:
    admin, region = client_of("admin"), make.unit(kind=UnitKind.REGION)
    body = {
        "code": "o1",
        "name": "浦东",
        "kind": "outlet",
        "zone": "Asia/Shanghai",
        "parent_id": make.company().pk,
        "phones": ["021-62345678"],
        "hours": ["09:00-12:00, 13:30-18:00"] * 6 + [""],
        "lat": "31.23",
        "lon": "121.47",
    }
    made = send(admin, "POST", "/units", body, 201)
    assert (made["code"], made["phones"], made["hours"][0]) == ("O1", ["+862162345678"], "09:00–12:00, 13:30–18:00")
    send(admin, "POST", f"/units/{made['id']}/move", {"parent_id": region.pk}, 200)
    changed = send(admin, "PUT", f"/units/{made['id']}", {**body, "name": "新名", "hours": None}, 200)
    assert (changed["name"], changed["hours"], changed["parent_id"]) == ("新名", None, region.pk)
    page = admin.get(f"{ROOT}/units", {"limit": 1, "under": region.pk}).json()
    rest = admin.get(f"{ROOT}/units", {"cursor": page["next"], "under": region.pk}).json()
    assert [len(page["items"]), len(rest["items"])] == [1, 1]
    assert {u["code"] for u in (*page["items"], *rest["items"])} == {region.code, "O1"}
    assert send(admin, "POST", f"/units/{made['id']}/close", {"reason": "搬迁"}, 200)["active"] is False


def test_units__refusals_name_the_field_and_forbid_the_agent() -> None:
    body = {"code": "o 1", "name": "浦东", "kind": "outlet", "zone": "Asia/Shanghai", "parent_id": make.company().pk}
    refused = send(client_of("admin"), "POST", "/units", body, 422)
    assert [f["field"] for f in refused["fields"]] == ["code"]
    assert send(client_of("agent"), "POST", "/units", {**body, "code": "o1"}, 403)["code"] == "forbidden"
    assert not Unit.objects.filter(code="O1").exists()
    assert client_of("agent").get(f"{ROOT}/units/999999999").status_code == 404


def test_card_and_register__what_an_agent_asks_for() -> None:
    outlet = make.unit(phones=("+862162345678",))
    make.staff(outlet, name="赵磊", is_courier=True, phones=("+8613812345678",))
    agent = client_of("agent")
    card = agent.get(f"{ROOT}/units/{outlet.pk}/card").json()
    assert [(c["name"], c["phone"]) for c in card["couriers"]] == [("赵磊", "+8613812345678")]
    register = agent.get(f"{ROOT}/service-points/register").json()
    assert (register["base"], register["complete"], register["gaps"]) == (1, 1, [])


def test_staff__added_and_closed_only_when_nothing_is_held() -> None:
    admin, outlet = client_of("admin"), make.unit()
    made = send(
        admin, "POST", "/staff", {"number": "e9", "name": "周航", "unit_id": outlet.pk, "is_courier": True}, 201
    )
    send(admin, "PATCH", f"/staff/{made['id']}/courier", {"phones": ["13812345678"]}, 200)
    assert [c["phone"] for c in admin.get(f"{ROOT}/units/{outlet.pk}/couriers").json()] == ["+8613812345678"]
    actions.set_head(actor=SETUP, unit_id=outlet.pk, staff_id=made["id"], now=NOW)
    held = admin.get(f"{ROOT}/staff/{made['id']}/held").json()
    assert [(h["kind"], h["count"]) for h in held] == [("organization.heads", 1)]
    refused = send(admin, "POST", f"/staff/{made['id']}/deactivate", {"reason": "离职"}, 409)
    assert refused["code"] == "still_holding"
    heir = make.staff(outlet)
    over = {"to_staff_id": heir.pk, "kind": "organization.heads"}
    assert send(admin, "POST", f"/staff/{made['id']}/hand-over", over, 200) == {"count": 1}
    assert send(admin, "POST", f"/staff/{made['id']}/deactivate", {"reason": "离职"}, 200)["active"] is False
    assert not Staff.objects.get(pk=made["id"]).active


def test_authority__proposed_and_decided_by_different_people() -> None:
    admin, executive = client_of("admin"), client_of("executive")
    body = {
        "role": "claims",
        "action": PAY,
        "max_amount": "500",
        "currency": "CNY",
        "valid_from": "2026-11-01T00:00:00+08:00",
        "source": "授权表",
    }
    made = send(admin, "POST", "/authority-limits", body, 201)
    decision = f"/authority-limits/{made['id']}/decision"
    send(admin, "POST", decision, {"approve": True}, 403)
    assert send(executive, "POST", decision, {"approve": True}, 200)["state"] == "approved"
    assert AuthorityLimit.objects.get().decided_by != AuthorityLimit.objects.get().proposed_by
