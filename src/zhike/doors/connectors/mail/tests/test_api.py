"""Mailboxes, mails to file and replies for programs."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from zhike.doors.connectors.mail import actions
from zhike.doors.connectors.mail.models import IncomingMail, Mailbox
from zhike.doors.connectors.mail.pages import MOST_RUNG, waiting
from zhike.doors.connectors.mail.policies import FILE, MANAGE
from zhike.doors.connectors.mail.tests.factories import SETUP, filed, letter, mailbox
from zhike.doors.connectors.mail.tests.test_pages import client_of, known
from zhike.platform import clock
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.platform.messaging.models import Message
from zhike.record.contacting.tests.factories import set_number
from zhike.record.interactions.models import Interaction
from zhike.record.organization.tests import factories as organization
from zhike.service.cases.models import Case

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"
BOX: dict[str, Any] = {
    "name": "客服信箱",
    "address": "Service@Zhike.example",
    "host": "127.0.0.1",
    "port": 1,
    "security": "none",
    "user": "service",
    "password": "geheim 密码",
    "authserv_id": "MX.zhike.example",
}


@pytest.fixture(autouse=True)
def var(settings: Settings, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    default_calendar()
    return tmp_path


@pytest.fixture
def admin() -> Client:
    return client_of("admin")


@pytest.fixture
def agent() -> Client:
    return client_of("agent")


def send(api: Client, path: str, body: object = None, *, way: str = "post", **headers: str) -> tuple[int, Any]:
    call = getattr(api, way)
    found = call(f"{ROOT}{path}", json.dumps(body or {}), content_type="application/json", headers=headers)
    return found.status_code, found.json() if found.content else None


def read(api: Client, path: str) -> tuple[int, Any]:
    found = api.get(f"{ROOT}{path}")
    return found.status_code, found.json()


def test_mailboxes__are_set_up_changed_tried_and_stopped_and_never_tell_their_password(admin: Client) -> None:
    status, made = send(admin, "/mailboxes", BOX)
    assert (status, made["address"], made["has_password"], made["authserv_id"]) == (
        201,
        "service@zhike.example",
        True,
        "mx.zhike.example",
    )
    sealed = Mailbox.objects.get().password
    status, changed = send(admin, f"/mailboxes/{made['id']}", {**BOX, "name": "新名", "password": ""}, way="put")
    assert (status, changed["name"], Mailbox.objects.get().password) == (200, "新名", sealed)
    status, tried = send(admin, f"/mailboxes/{made['id']}/test")
    assert (status, tried["reached"], tried["mails"]) == (200, False, 0)
    assert "ConnectionRefusedError" in tried["error"]
    assert send(admin, f"/mailboxes/{made['id']}/stop")[0] == 204
    assert send(admin, f"/mailboxes/{made['id']}/stop")[0] == 204
    status, one = read(admin, f"/mailboxes/{made['id']}")
    assert (status, one["active"], one["error"]) == (200, False, tried["error"])
    said = json.dumps([made, changed, one, read(admin, "/mailboxes")], ensure_ascii=False)
    assert "geheim" not in said
    assert sealed not in said


def test_mailboxes__name_what_is_wrong(admin: Client) -> None:
    for wrong, field in (
        ({"address": "none"}, "address"),
        ({"host": "mail.example"}, "security"),
        ({"port": 0}, "port"),
        ({"category": "odd"}, "category"),
    ):
        status, problem = send(admin, "/mailboxes", {**BOX, **wrong})
        assert (status, [one["field"] for one in problem["fields"]]) == (422, [field])
    assert Mailbox.objects.count() == 0
    assert read(admin, "/mailboxes/999")[0] == 404


def test_mailboxes__sent_twice_under_one_key_are_set_up_once(admin: Client) -> None:
    first = send(admin, "/mailboxes", BOX, **{"Idempotency-Key": "k1"})
    again = send(admin, "/mailboxes", BOX, **{"Idempotency-Key": "k1"})
    assert (first, Mailbox.objects.count()) == (again, 1)
    assert send(admin, "/mailboxes", BOX)[1]["fields"][0]["code"] == "taken"


def test_rights__mailboxes_are_for_administrators_and_mails_for_the_desk(admin: Client, agent: Client) -> None:
    assert (MANAGE.code, FILE.code) == ("mail.manage", "mail.file")
    assert [read(agent, "/mailboxes")[0], send(agent, "/mailboxes", BOX)[0], read(admin, "/mails")[0]] == [403] * 3
    row = filed(letter())
    outlet = client_of("outlet")
    assert send(outlet, f"/mails/{row.pk}/dismiss", {"reason": "x"})[0] == 403
    assert send(outlet, f"/mails/{row.pk}/customer", {"customer": "CU-1"})[0] == 403
    row.refresh_from_db()
    assert row.state == "waiting"


def test_mails__are_paged_by_cursors(agent: Client) -> None:
    box = mailbox()
    rows = [filed(letter(number=n), box=box, uid=n).pk for n in range(1, 6)]
    seen, cursor = [], ""
    while True:
        _status, page = read(agent, f"/mails?limit=2&cursor={cursor}")
        seen += [one["id"] for one in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == rows[::-1]
    assert read(agent, "/mails?state=dropped")[1]["items"] == []
    first = read(agent, "/mails?limit=2")[1]["next"]
    assert read(agent, f"/mails?state=parked&cursor={first}")[0] == 422


def test_mails__are_read_filed_into_a_case_opened_as_one_and_dropped(agent: Client) -> None:
    box, who = mailbox(), known("chen@huaxia.example")
    filed(letter(number=1), box=box, uid=1)
    case = Case.objects.get()
    named, other, third = (
        filed(letter(f"第{n}封", sender="x@y.example", subject=subject, number=n), box=box, uid=n)
        for n, subject in ((2, case.number), (3, "发票"), (4, "广告"))
    )
    status, one = read(agent, f"/mails/{named.pk}")
    assert (status, one["text"], one["mail"]["suggested"], one["mail"]["reason"], one["candidates"]) == (
        200,
        "第2封",
        case.number,
        "others_case",
        [],
    )
    assert send(agent, f"/mails/{named.pk}/case", {"case": "C-0"})[0] == 422
    assert send(agent, f"/mails/{named.pk}/case", {"case": case.number}) == (
        200,
        {"case": case.number, "joined": True},
    )
    again = send(agent, f"/mails/{named.pk}/case", {"case": case.number})
    assert (again[0], Interaction.objects.filter(channel="mail").count()) == (409, 2)
    status, opened = send(agent, f"/mails/{other.pk}/customer", {"customer": who.number})
    assert (status, opened["joined"], Case.objects.count()) == (200, False, 2)
    assert send(agent, f"/mails/{third.pk}/dismiss", {"reason": ""})[0] == 422
    assert send(agent, f"/mails/{third.pk}/dismiss", {"reason": "广告"})[0] == 204
    states = list(IncomingMail.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["taken", "taken", "taken", "dropped"]
    assert read(agent, "/mails")[1]["items"] == []


def test_reply__leaves_as_a_mail_once_and_is_taken_back(agent: Client) -> None:
    for key in ("contacting.quiet_from", "contacting.quiet_until"):
        set_number(key, timedelta(0), now=clock.now() - timedelta(minutes=1))
    known("chen@huaxia.example")
    filed(letter())
    case = Case.objects.get()
    before = Message.objects.count()
    status, sent = send(agent, f"/cases/{case.number}/mails", {"body": "明日送达。", "once": "a-1"})
    assert (status, sent["repeated"], "chen@huaxia" in sent["to"]) == (201, False, False)
    assert (sent["outcome"], sent["until"]) == ("allow", None)
    again = send(agent, f"/cases/{case.number}/mails", {"body": "明日送达。", "once": "a-1"})[1]
    assert (again["repeated"], Interaction.objects.filter(direction="out").count()) == (True, 1)
    assert Message.objects.count() == before + 1
    assert send(agent, f"/cases/{case.number}/mails/{sent['entry_id']}/undo")[0] == 204
    assert Interaction.objects.get(pk=sent["entry_id"]).struck_at is not None
    assert send(agent, f"/cases/{case.number}/mails", {"body": " "})[0] == 422
    assert send(client_of("outlet"), f"/cases/{case.number}/mails", {"body": "x"})[0] in {403, 404}


def test_bell__has_one_line_for_mails_that_wait_and_loses_it_with_the_last(agent: Client) -> None:
    box = mailbox()
    rows = [filed(letter(number=n), box=box, uid=n) for n in (1, 2)]
    assert "2封待归档邮件" in agent.get(reverse("desk:bell")).content.decode()
    for row in rows:
        actions.drop_mail(actor=SETUP, mail_id=row.pk, reason="广告", now=clock.now())
    assert "待归档" not in agent.get(reverse("desk:bell")).content.decode()
    filed(letter(number=3), box=box, uid=3)
    assert "待归档" not in client_of("outlet").get(reverse("desk:bell")).content.decode()


def test_bell__counts_no_further_than_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_RUNG == 100
    monkeypatch.setattr("zhike.doors.connectors.mail.pages.MOST_RUNG", 2)
    box = mailbox()
    for n in (1, 2, 3):
        filed(letter(number=n), box=box, uid=n)
    (line,) = waiting(organization.actor(roles=("agent",)))
    assert str(line.text).startswith("1+")
