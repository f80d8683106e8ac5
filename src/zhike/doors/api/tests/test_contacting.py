"""Consents, wishes, decisions, messages, the log and templates through the API."""

from typing import Any

import pytest
from django.test import Client

from zhike.doors.api import actions as keys
from zhike.platform import clock
from zhike.platform.authz import rights
from zhike.record.contacting.models import ContactRecord
from zhike.record.contacting.tests.factories import SYSTEM, person, rows
from zhike.record.customers.models import Contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def who() -> Contact:
    return person()


@pytest.fixture
def api() -> Client:
    granted = [code for code in rights() if code.startswith(("customers.", "contacting.", "messaging.send"))]
    made = keys.make_key(actor=SYSTEM, name="Feed", rights=granted, now=clock.now())
    return Client(headers={"authorization": f"Bearer {made.shown_once}"})


def _api(api: Client, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    response = getattr(api, method)(f"/api/v1{path}", body, content_type="application/json")
    return response.status_code, response.json()


def test_api__consents_wishes_decisions_messages_and_log(api: Client, who: Contact) -> None:
    to = {"contact_id": who.pk}
    refusal = {"to": to, "purpose": "relationship", "channel": "sms", "status": "withdrawn"}
    status, made = _api(api, "post", "/consents", {"entries": [refusal]})
    assert (status, len(made["ids"])) == (201, 1)
    assert _api(api, "post", "/consents", {"entries": [{**refusal, "status": "granted"}]})[0] == 422
    assert _api(api, "get", f"/contacts/{who.pk}/consents")[1][0]["status"] == "withdrawn"
    asked = {"to": to, "purpose": "relationship", "channel": "sms", "body": "问候"}
    status, found = _api(api, "post", "/contacts/decide", asked)
    assert (status, found["outcome"], found["rule"]) == (200, "deny", "consent.withdrawn")
    assert ContactRecord.objects.count() == 0
    urgent = {**asked, "purpose": "transactional", "urgent": True, "once": "1"}
    status, sent = _api(api, "post", "/contacts/send", urgent)
    assert (status, sent["outcome"], sent["message_id"]) == (201, "allow", str(rows()[0].ref))
    assert _api(api, "post", "/contacts/send", urgent)[1]["id"] is None
    _status, log = _api(api, "get", "/contact-log")
    assert [(one["id"], one["to"], one["outcome"]) for one in log["items"]] == [(sent["id"], "138****5678", "allow")]
    wish = {"language": "en", "events": {"delivered": ["email"]}}
    assert _api(api, "put", f"/contacts/{who.pk}/wishes", wish) == (200, wish)
    assert _api(api, "get", f"/contacts/{who.pk}/wishes") == (200, wish)


def test_api__templates_and_the_notice_table(api: Client) -> None:
    assert len(_api(api, "get", "/notices")[1]) == 28
    texts = {lang: {"body": "{waybill}", "subject": ""} for lang in ("zh-hans", "zh-hant", "en")}
    body = {"purpose": "transactional", "channel": "sms", "texts": texts}
    status, made = _api(api, "put", "/message-templates/goods.note", body)
    assert (status, made["draft_version"], made["version"]) == (200, 1, 0)
    assert _api(api, "post", "/message-templates/goods.note/publish") == (200, {"version": 1})
    codes = [one["code"] for one in _api(api, "get", "/message-templates")[1]]
    assert {"goods.note", "notice.delivered.sms"} <= set(codes)
