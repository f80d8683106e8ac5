"""Customers, people, enquiries and timelines through the API."""

from typing import Any

import pytest
from django.test import Client

from zhike.doors.api import actions
from zhike.platform import clock
from zhike.platform.actors import system_actor
from zhike.platform.authz import rights
from zhike.record.customers import actions as customer_actions
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import contact, customer, phone
from zhike.record.customers.types import ChainRole, Dealing
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments.tests import factories as goods

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"


@pytest.fixture
def api() -> Client:
    granted = [code for code in rights() if code.startswith(("customers.", "interactions.", "organization.view"))]
    made = actions.make_key(actor=system_actor("tests"), name="Feed", rights=granted, now=clock.now())
    return Client(headers={"authorization": f"Bearer {made.shown_once}"})


def _post(api: Client, path: str, body: dict[str, Any]) -> tuple[int, Any]:
    response = api.post(f"{ROOT}{path}", body, content_type="application/json")
    return response.status_code, response.json()


def test_customers__are_opened_read_and_paged(api: Client) -> None:
    owner = organization.staff()
    status, made = _post(api, "/customers", {"name": "华夏电子", "owner_id": owner.pk})
    assert (status, made["name"], made["owner"]["id"]) == (201, "华夏电子", owner.pk)
    assert api.get(f"{ROOT}/customers/{made['number']}").json()["stage"] == "before"
    customer(owner)
    first = api.get(f"{ROOT}/customers", {"limit": 1}).json()
    second = api.get(f"{ROOT}/customers", {"limit": 1, "cursor": first["next"]}).json()
    assert {first["items"][0]["id"], second["items"][0]["id"]} == set(Customer.objects.values_list("pk", flat=True))
    assert (first["previous"], second["next"]) == (None, None)
    back = api.get(f"{ROOT}/customers", {"limit": 1, "cursor": second["previous"]}).json()
    assert back == first


@pytest.mark.req("CUST-01")
def test_customers__without_owner_are_refused(api: Client) -> None:
    organization.company()
    status, problem = _post(api, "/customers", {"name": "华夏电子"})
    assert (status, problem["code"], problem["fields"][0]["field"]) == (422, "invalid", "owner")
    assert Customer.objects.count() == 0


def test_customers__a_later_version_answers_both_values(api: Client) -> None:
    row = customer(city="上海")
    path = f"{ROOT}/customers/{row.number}"
    body = {"name": row.name, "city": "苏州", "zone": row.zone}
    done = api.put(path, body, content_type="application/json", headers={"if-match": '"1"'})
    assert (done.status_code, done.json()["version"]) == (200, 2)
    clash = api.put(path, {**body, "city": "无锡", "version": 1}, content_type="application/json")
    assert (clash.status_code, clash.json()["code"]) == (409, "edit_clash")
    (field,) = clash.json()["fields"]
    assert field["field"] == "city"
    assert "无锡" in field["message"]
    assert "苏州" in field["message"]
    assert api.put(path, body, content_type="application/json").status_code == 422


def test_owner__changes_for_one_and_for_many(api: Client) -> None:
    rows = [customer() for _ in range(3)]
    target = organization.staff()
    assert _post(api, f"/customers/{rows[0].number}/owner", {"to_staff_id": target.pk}) == (200, {"count": 1})
    ids = [row.pk for row in rows]
    assert _post(api, "/customers/owner", {"to_staff_id": target.pk, "customer_ids": ids}) == (200, {"count": 2})
    assert len(api.get(f"{ROOT}/customers/{rows[0].number}/owners").json()) == 2


def test_contacts__are_added_masked_and_revealed(api: Client) -> None:
    row = customer()
    sent = {"name": "陈静", "roles": ["user"], "points": [{"kind": "phone", "raw": "13812345678"}]}
    status, made = _post(api, f"/customers/{row.number}/contacts", sent)
    assert (status, made["points"][0]["masked"]) == (201, "138****5678")
    shown = _post(api, f"/points/{made['points'][0]['id']}/reveal", {"purpose": "test"})
    assert shown == (200, {"value": "+8613812345678"})
    assert api.get(f"{ROOT}/contacts/{made['id']}").json()["roles"] == ["user"]
    assert _post(api, f"/contacts/{made['id']}/left", {})[1]["active"] is False


def test_lookup__and_standing_and_group(api: Client) -> None:
    row = customer()
    contact(row, phone("13812345678"))
    found = api.get(f"{ROOT}/customers/lookup", {"key": "13812345678"}).json()
    assert (found["matches"][0]["certain"], found["summary"]["number"]) == (True, row.number)
    assert api.get(f"{ROOT}/customers/{row.number}/standing").json() == {}
    group = api.get(f"{ROOT}/customers/{row.number}/group").json()
    assert group["totals"]["contacts"] == "1"


@pytest.mark.req("CUST-02")
def test_enquiries__open_a_file_and_end_with_a_reason(api: Client) -> None:
    owner = organization.staff()
    sent = {"subject": "报价", "prospect_name": "东方纺织", "owner_id": owner.pk, "phone": "13812345678"}
    status, made = _post(api, "/enquiries", sent)
    assert (status, made["opened_file"], made["state"]) == (201, True, "open")
    loss = {"reason": "price", "next_contact_on": "2099-01-04"}
    assert _post(api, f"/enquiries/{made['id']}/lost", loss)[1]["loss_reason"] == "price"
    assert _post(api, f"/enquiries/{made['id']}/won", {})[0] == 409
    assert len(api.get(f"{ROOT}/enquiries").json()["items"]) == 1


def test_timeline__is_written_and_read_back(api: Client) -> None:
    row = customer()
    said = {"channel": "call", "direction": "in", "body": "到货了吗"}
    status, made = _post(api, f"/customers/{row.number}/contacts-made", said)
    assert status == 201
    assert _post(api, f"/customers/{row.number}/notes", {"body": "明年搬家"})[0] == 201
    assert _post(api, f"/interactions/{made['id']}/corrections", {"body": "到货了没有"})[0] == 201
    bodies = [e["body"] for e in api.get(f"{ROOT}/customers/{row.number}/timeline").json()["items"]]
    assert set(bodies) == {"明年搬家", "到货了没有", "到货了吗"}


@pytest.mark.parametrize("path", ["/customers/CU-999999", "/contacts/999", "/enquiries/999", "/customers/%00/group"])
def test_absent__is_404_never_500(api: Client, path: str) -> None:
    assert api.get(f"{ROOT}{path}").status_code in {404, 422}


@pytest.mark.req("CUST-06")
def test_base__figures_stages_units_and_coverage_are_read_by_programs(api: Client) -> None:
    first, second = customer(), customer()
    contact(first, roles=(ChainRole.DECISION_MAKER,))
    customer_actions.add_seat(
        actor=system_actor("tests"), customer_id=first.pk, role=ChainRole.USER, title="", now=clock.now()
    )
    for unit, rows in (
        (organization.unit(name="空运部"), (first, second)),
        (organization.unit(name="仓储部"), (first,)),
    ):
        dealings = [Dealing(customer_id=row.pk, unit_id=unit.pk, at=clock.now()) for row in rows]
        customer_actions.record_dealings(actor=system_actor("tests"), dealings=dealings, now=clock.now())
    base = api.get(f"{ROOT}/customers/figures").json()
    shares = {share["id"]: (share["hits"], share["base"]) for share in base["shares"]}
    assert (shares["known_to_two_units"], shares["chain_covered"]) == ((1, 2), (1, 2))
    assert base["departments"] == {"1": 1, "2": 1}
    assert {stage["stage"]: stage["count"] for stage in base["stages"]}["before"] == base["customers"] == 2
    units = api.get(f"{ROOT}/customers/{first.number}/units").json()
    assert {unit["unit_name"] for unit in units} == {"空运部", "仓储部"}
    assert [p["stage"] for p in api.get(f"{ROOT}/customers/{first.number}/stages").json()] == ["before"]
    coverage = api.get(f"{ROOT}/customers/{first.number}/coverage").json()
    assert (coverage["covered"], coverage["identified"], coverage["share"]) == (1, 2, "0.5")


def test_feeds__are_read_by_programs() -> None:
    granted = [code for code in rights() if code.startswith("shipments.")]
    made = actions.make_key(actor=system_actor("tests"), name="Feed", rights=granted, now=clock.now())
    programs = Client(headers={"authorization": f"Bearer {made.shown_once}"})
    parcel = goods.shipment()
    event = {
        "waybill": parcel.waybill,
        "occurred_at": (clock.now() - goods.hours(2)).isoformat(),
        "status": "in_transit",
    }
    assert _post(programs, "/tracking-events", {"source": "carrier", "events": [event]})[0] == 200
    (line,) = programs.get(f"{ROOT}/tracking-feeds").json()
    assert (line["source"], line["created"], round(line["median_delay"])) == ("carrier", 1, 120)
