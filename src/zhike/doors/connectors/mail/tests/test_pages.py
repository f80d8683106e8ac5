"""Mails to file, mailboxes, and what the database itself refuses."""

from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from zhike.doors.connectors.mail import actions, queries, tasks
from zhike.doors.connectors.mail.models import IncomingMail, Mailbox
from zhike.doors.connectors.mail.policies import FILE, MANAGE
from zhike.doors.connectors.mail.tests.factories import SETUP, filed, letter, mailbox
from zhike.doors.connectors.mail.types import Fetched
from zhike.platform import clock
from zhike.platform.accounts.models import User
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.platform.errors import Forbidden, Invalid, NotFound
from zhike.platform.messaging.settings import Security
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import contact, customer
from zhike.record.customers.types import PointEntry, PointKind
from zhike.record.organization import actions as organization_actions
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.types import RoleReach
from zhike.service.cases.models import Case

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def var(settings: Settings, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


def client_of(role: str) -> Client:
    member = organization.staff(roles=(role,))
    opened = organization_actions.open_staff_account(
        actor=organization.SETUP,
        staff_id=member.pk,
        username=f"user{member.pk}",
        password="correct horse battery",
        now=organization.NOW,
    )
    client = Client()
    client.force_login(User.objects.get(pk=opened.user_id))
    return client


def known(address: str = "chen@huaxia.example") -> Customer:
    made = customer()
    contact(made, PointEntry(kind=PointKind.EMAIL, raw=address), name="陈静")
    return made


def test_page__unknown_sender_is_filed_by_a_person_under_a_number() -> None:
    default_calendar()
    row, who, client = filed(letter("<b>货物</b>未到")), known("other@x.example"), client_of("agent")
    listed = client.get(reverse("mail:list")).content.decode()
    assert "查件" in listed
    at = reverse("mail:page", args=[row.pk])
    shown = client.get(at).content.decode()
    assert "&lt;b&gt;货物&lt;/b&gt;未到" in shown
    refused = client.post(at, {"customer_number": "CU-999999", "deed": "file"})
    assert (refused.status_code, Case.objects.count()) == (422, 0)
    assert client.post(at, {"deed": "file"}).status_code == 422
    answer = client.post(at, {"customer_number": who.number, "deed": "file"})
    case = Case.objects.get()
    assert (answer.status_code, case.customer_id, case.contact_id) == (302, who.pk, None)
    again = client.post(at, {"customer_number": who.number, "deed": "file"})
    assert (again.status_code, Case.objects.count()) == (422, 1)


def test_page__a_mail_shows_no_more_than_its_case_does() -> None:
    default_calendar()
    who, raw = known(), letter()
    organization.staff(roles=("agent",))
    row = filed(raw)
    assert (row.state, row.case is not None, who.pk) == ("taken", True, Case.objects.get().customer_id)
    whole = client_of("agent")
    assert whole.get(reverse("mail:page", args=[row.pk])).status_code == 200
    far = organization.actor(organization.unit(name="北区"), reach=RoleReach.SUBTREE)
    with pytest.raises(NotFound):
        queries.mail(actor=far, mail_id=row.pk)
    waiting = filed(letter(sender="nobody@x.example", number=2), box=row.mailbox, uid=2)
    assert queries.mail(actor=far, mail_id=waiting.pk).pk == waiting.pk


def test_page__several_candidates_are_offered_and_none_is_chosen() -> None:
    default_calendar()
    first, _second = known(), known()
    row, client = filed(letter()), client_of("agent")
    at = reverse("mail:page", args=[row.pk])
    page = client.get(at).content.decode()
    offered = [part.partition(">")[0] for part in page.split('<input type="radio"')[1:]]
    assert (len(offered), [one for one in offered if "checked" in one]) == (2, [])
    chosen = next(one.split('value="')[1].partition('"')[0] for one in offered if f"{first.number}/" in one)
    assert client.post(at, {"who": chosen, "deed": "file"}).status_code == 302
    assert Case.objects.get().customer_id == first.pk


def test_page__advertising_is_dropped_with_a_reason() -> None:
    row, client = filed(letter()), client_of("agent")
    at = reverse("mail:page", args=[row.pk])
    assert client.post(at, {"deed": "drop", "reason": ""}).status_code == 422
    assert client.post(at, {"deed": "drop", "reason": "广告"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.detail, Case.objects.count()) == ("dropped", "广告", 0)


def test_lists__cost_at_most_twelve_queries() -> None:
    box, client = mailbox(), client_of("supervisor")
    for number in range(8):
        filed(letter(number=number), box=box, uid=number + 1)
    client.get(reverse("mail:list"))
    with CaptureQueriesContext(connection) as seen:
        assert client.get(reverse("mail:list")).status_code == 200
    own = [q["sql"] for q in seen.captured_queries if '"mail_' in q["sql"]]
    assert len(own) <= 12
    assert len(own) == 2


def test_mailbox__is_set_up_and_tried_and_its_password_is_never_shown() -> None:
    client = client_of("admin")
    given = {
        "name": "客服信箱",
        "address": "Service@Zhike.example",
        "host": "127.0.0.1",
        "port": "1",
        "security": "none",
        "user": "service",
        "password": "geheim 密码",
        "folder": "INBOX",
        "category": "other",
        "acknowledges": "on",
        "active": "on",
    }
    saved = client.post(reverse("mail:box_new"), given)
    box = Mailbox.objects.get()
    assert (saved.status_code, box.address, "geheim" in box.password) == (302, "service@zhike.example", False)
    at = reverse("mail:box", args=[box.pk])
    assert "geheim" not in client.get(at).content.decode()
    assert client.post(reverse("mail:try_box", args=[box.pk])).status_code == 302
    page = client.get(at).content.decode()
    assert "ConnectionRefusedError" in page
    sealed = box.password
    client.post(at, {**given, "password": "", "name": "新名"})
    box.refresh_from_db()
    assert (box.name, box.password) == ("新名", sealed)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"address": "no address"}, "address"),
        ({"host": "mail.example", "security": Security.NONE}, "security"),
        ({"port": 0}, "port"),
    ],
)
def test_mailbox__what_cannot_work_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        mailbox(**changes)
    assert (list(refused.value.fields), Mailbox.objects.count()) == ([field], 0)


def test_rights__an_outlet_files_nothing_and_an_agent_sets_up_nothing() -> None:
    row = filed(letter())
    outlet = organization.actor(roles=("outlet",))
    with pytest.raises(Forbidden):
        actions.drop_mail(actor=outlet, mail_id=row.pk, reason="x", now=clock.now())
    row.refresh_from_db()
    assert row.state == "waiting"
    agent = organization.actor(roles=("agent",))
    assert (agent.has(FILE.code), agent.has(MANAGE.code)) == (True, False)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("mail_state_known", {"state": "lost"}),
        ("mail_kind_known", {"kind": "odd"}),
        ("mail_reason_known", {"reason": "odd"}),
        ("mail_taken_has_case", {"state": "taken", "reason": ""}),
        ("mail_waiting_says_why", {"state": "waiting", "reason": ""}),
        ("mail_uid_once", {"uid": 1}),
        ("mail_fingerprint_once", {"fingerprint": "same"}),
    ],
)
def test_mail__the_database_refuses(name: str, changes: dict[str, Any]) -> None:
    box = mailbox()
    first, second = (filed(letter(number=n), box=box, uid=n) for n in (1, 2))
    IncomingMail.objects.filter(pk=first.pk).update(fingerprint="same")
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        IncomingMail.objects.filter(pk=second.pk).update(**changes)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("mailbox_address_once", {"address": "service@zhike.example"}),
        ("mailbox_port_right", {"port": 70_000}),
        ("mailbox_security_known", {"security": "odd"}),
    ],
)
def test_mailbox__the_database_refuses(name: str, changes: dict[str, Any]) -> None:
    mailbox()
    second = mailbox(address="other@zhike.example")
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Mailbox.objects.filter(pk=second.pk).update(**changes)


def test_too_large__only_the_head_is_kept_and_it_is_set_aside() -> None:
    box = mailbox()
    fetched = Fetched(7, 1, letter()[:80], 99_000_000, whole=False)
    kept = actions.keep_mail(actor=SETUP, mailbox_id=box.pk, fetched=fetched, now=clock.now())
    row = IncomingMail.objects.get()
    assert kept == row.pk
    assert (row.state, row.reason, row.size) == ("parked", "too_large", 99_000_000)


def test_poll__a_mailbox_that_cannot_be_kept_shows_it_and_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = mailbox(name="甲"), mailbox(name="乙", address="other@zhike.example")
    looked: list[int] = []

    def look_into(row: Mailbox) -> int:
        looked.append(row.pk)
        if row.pk == first.pk:
            raise OSError("the disk is full")
        return 0

    monkeypatch.setattr(tasks, "look_into", look_into)
    tasks.poll()
    assert set(looked) == {first.pk, second.pk}
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.error, second.error) == ("OSError: the disk is full", "")
