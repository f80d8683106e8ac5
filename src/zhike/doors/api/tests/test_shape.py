"""Every error has the one shape, wherever it arises."""

import json
import re

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from zhike.doors.api import actions
from zhike.doors.api.middleware import shape_middleware
from zhike.platform import authz, clock
from zhike.platform.actors import system_actor

pytestmark = pytest.mark.django_db
SHAPE = {"code", "message", "fields", "kept", "next_step", "operation"}


@pytest.fixture
def program() -> Client:
    made = actions.make_key(actor=system_actor("tests"), name="f", rights=list(authz.rights()), now=clock.now())
    return Client(headers={"Authorization": f"Bearer {made.shown_once}"})


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "nowhere", 404, "not_found"),
        ("get", "", 404, "not_found"),
        ("get", "imports/999999", 404, "not_found"),
        ("delete", "imports", 405, "method_not_allowed"),
        ("options", "imports", 405, "method_not_allowed"),
        ("post", "imports", 422, "invalid"),
        ("get", "customers?cursor=x", 422, "invalid"),
    ],
)
def test_api__errors_have_one_shape(program: Client, method: str, path: str, status: int, code: str) -> None:
    answer = getattr(program, method)(f"/api/v1/{path}")

    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("application/json")
    assert set(answer.json()) == SHAPE
    assert (answer.json()["code"], answer.json()["operation"]) == (code, answer.headers["X-Operation-Id"])


def test_api__says_which_methods_an_address_takes(program: Client) -> None:
    assert "GET" in program.delete("/api/v1/imports").headers["Allow"]


def test_api__its_description_can_be_fetched(program: Client) -> None:
    answer = program.get("/api/v1/openapi.json")

    assert answer.status_code == 200
    assert all(path.startswith("/api/v1/") for path in answer.json()["paths"])


def test_api__its_description_names_the_shape_of_errors_everywhere(program: Client) -> None:
    described = program.get("/api/v1/openapi.json").json()

    refused = [one["responses"].get("4XX") for path in described["paths"].values() for one in path.values()]
    assert len(refused) > 100
    assert all(
        answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
        for answer in refused
    )
    assert set(described["components"]["schemas"]["Problem"]["properties"]) == SHAPE


ZH_HANS = {
    "pieces": "应为整数。",
    "waybill": "最多60个字符。",
}


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_api__says_what_is_wrong_in_the_callers_language(program: Client, language: str) -> None:
    heard = {"Accept-Language": language}
    shipment = {"consignee": {}, "pieces": "two", "weight_kg": -1, "waybill": "X" * 61, "promised_pickup_at": "soon"}
    order = {"ordered_at": "2026-03-02T08:00:00", "business_line": "rocket", "shipments": [shipment, 5]}

    answer = program.post("/api/v1/orders", order, content_type="application/json", headers=heard)
    unread = program.post("/api/v1/orders", "{", content_type="application/json", headers=heard)

    assert (answer.status_code, unread.status_code) == (422, 400)
    told = {one["field"]: one["message"] for one in answer.json()["fields"]}
    assert len(told) >= 6
    if language == "en":
        assert told["shipments.0.waybill"] == "At most 60 characters."
        assert unread.json()["message"] == "The request could not be read."
        return
    # Not a word of the framework's English is left, codes aside.
    said = [*told.values(), unread.json()["message"]]
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in text) for text in said)
    assert not [text for text in said if re.search(r"input|should|field|valid|parse", text, re.IGNORECASE)]
    if language == "zh-hans":
        assert (told["shipments.0.pieces"], told["shipments.0.waybill"]) == (ZH_HANS["pieces"], ZH_HANS["waybill"])


def shaped(path: str, response: HttpResponse) -> HttpResponse:
    def answer(_request: HttpRequest) -> HttpResponse:
        return response

    return shape_middleware(answer)(RequestFactory().get(path))


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 418, 500, 503])
def test_shape__keeps_the_status_of_what_others_answered(status: int) -> None:
    found = shaped("/api/v1/x", HttpResponse("<html>", status=status))

    assert found.status_code == status
    assert set(json.loads(found.content)) == SHAPE


def test_shape__a_fault_of_ours_says_what_to_do() -> None:
    found = json.loads(shaped("/api/v1/x", HttpResponse("<html>", status=500)).content)

    assert found["code"] == "internal"
    assert found["next_step"]


def test_shape__leaves_pages_and_good_answers_alone() -> None:
    page, good = HttpResponse("<html>", status=404), HttpResponse("{}", status=200)

    assert shaped("/customers/x", page) is page
    assert shaped("/api/v1/x", good) is good
