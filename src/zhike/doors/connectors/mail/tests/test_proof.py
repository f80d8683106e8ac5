"""Who may speak in a case: what our server says of a sender, numbers that anybody can write, one click to join."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from zhike.doors.connectors.mail import actions, queries
from zhike.doors.connectors.mail.models import IncomingMail, Mailbox
from zhike.doors.connectors.mail.rules.proof import proof_of
from zhike.doors.connectors.mail.tests.factories import SETUP, filed, letter, mailbox
from zhike.doors.connectors.mail.tests.test_pages import client_of, known
from zhike.doors.connectors.mail.types import Proof
from zhike.platform import clock
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.platform.errors import Conflict, Invalid
from zhike.platform.messaging.models import Message
from zhike.record.interactions.models import Letter
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.types import RoleReach
from zhike.service.cases.models import Case

MX, CHEN, THIEF = "mx.zhike.example", "chen@huaxia.example", "thief@other.example"


@pytest.mark.parametrize(
    ("headers", "proof"),
    [
        (["mx.zhike.example; dmarc=pass header.from=huaxia.example"], "pass"),
        (["mx.zhike.example; dmarc=fail (p=reject dis=none) header.from=huaxia.example"], "fail"),
        (["MX.zhike.example 1; spf=pass smtp.mailfrom=a@x.example; DMARC=Fail header.from=huaxia.example"], "fail"),
        ([f"{MX} (our own; dmarc=pass) ; dmarc = fail"], "fail"),
        # Another server's word, or one that only looks like ours.
        (["mx.elsewhere.example; dmarc=fail"], ""),
        (["mx.zhike.example.evil.example; dmarc=pass"], ""),
        # The newest verdict stands first; what the sender wrote beneath it says nothing.
        ([f"{MX}; dmarc=fail", f"{MX}; dmarc=pass"], "fail"),
        ([f"{MX}; dmarc=none", f"{MX}; dkim=pass header.d=huaxia.example"], "pass"),
        ([f"{MX}; spf=pass smtp.mailfrom=bounce@mail.huaxia.example"], "pass"),
        ([f"{MX}; spf=pass smtp.mailfrom=bounce@other.example; dkim=pass header.d=other.example"], ""),
        ([f"{MX}; dkim=pass header.d=example"], ""),
        ([f"{MX}; dkim=fail header.d=huaxia.example; spf=softfail"], ""),
        # Judged of an address that is not the one shown.
        ([f"{MX}; dmarc=pass header.from=other.example"], "fail"),
        ([f"{MX}; none"], ""),
        ([f'{MX}; dkim=pass reason="a; dmarc=fail" header.d=huaxia.example'], "pass"),
        ([], ""),
    ],
)
def test_proof__is_read_from_our_own_server_alone(headers: Sequence[str], proof: str) -> None:
    assert proof_of(headers, authserv_id=MX, sender=CHEN).value == proof
    assert proof_of(headers, authserv_id="", sender=CHEN) is Proof.NONE


@given(st.lists(st.text(max_size=80), max_size=4), st.text(max_size=20))
def test_proof__takes_any_header(headers: list[str], name: str) -> None:
    assert proof_of([*headers, f"{MX}; {name}"], authserv_id=MX, sender=CHEN) in set(Proof)


@pytest.fixture
def var(settings: Settings, tmp_path: Path, db: None) -> Path:
    settings.VAR_DIR = tmp_path
    default_calendar()
    return tmp_path


def with_result(raw: bytes, result: str, name: str = MX) -> bytes:
    return f"Authentication-Results: {name};\r\n dmarc={result} header.from=huaxia.example\r\n".encode() + raw


@pytest.fixture
def box(var: Path) -> Mailbox:
    return mailbox(authserv_id=MX)


@pytest.fixture
def case(box: Mailbox) -> Case:
    """A case by a mail of its customer."""
    organization.staff(roles=("agent",))
    known(CHEN)
    row = filed(with_result(letter(), "pass"), box=box)
    assert (row.state, row.proof) == ("taken", "pass")
    return Case.objects.get()


def test_number__named_by_a_stranger_or_under_a_forged_sender_waits_with_the_suggestion(
    box: Mailbox, case: Case
) -> None:
    before = Message.objects.count()
    stranger = filed(letter(sender=THIEF, subject=f"Re: {case.number}", number=2), box=box, uid=2)
    forged = filed(with_result(letter(subject=f"Re: {case.number}", number=3), "fail"), box=box, uid=3)
    own = filed(with_result(letter(subject=f"Re: {case.number}", number=4), "pass"), box=box, uid=4)
    case.refresh_from_db()
    assert [(row.state, row.reason, row.suggested_id, row.case_id) for row in (stranger, forged, own)] == [
        ("waiting", "others_case", case.pk, None),
        ("waiting", "unproven", case.pk, None),
        ("taken", "", None, case.pk),
    ]
    # Nothing was said in the case in their name, and nobody was answered.
    assert (case.contacts, Message.objects.count()) == (2, before)


def test_number__named_by_another_customer_waits_too(box: Mailbox, case: Case) -> None:
    known(THIEF)
    row = filed(letter(sender=THIEF, subject=case.number, number=2), box=box, uid=2)
    assert (row.state, row.reason, Case.objects.count()) == ("waiting", "others_case", 1)


def test_forged__sender_opens_nothing_in_a_customers_name(box: Mailbox) -> None:
    known(CHEN)
    row = filed(with_result(letter(), "fail"), box=box)
    assert (row.state, row.reason, Case.objects.count()) == ("waiting", "unproven", 0)
    two = filed(b"From: other@x.example\r\n" + with_result(letter(number=2), "pass"), box=box, uid=2)
    assert (two.proof, two.state) == ("fail", "waiting")


def test_forged__is_not_believed_where_another_server_says_so(box: Mailbox) -> None:
    known(CHEN)
    row = filed(with_result(letter(), "fail", name="mx.elsewhere.example"), box=box)
    assert (row.state, row.proof, Case.objects.count()) == ("taken", "", 1)


def test_forged__in_a_thread_is_joined_and_marked_in_the_case(box: Mailbox, case: Case) -> None:
    answer = letter("请改地址", number=2).replace(b"Subject", b"In-Reply-To: <1@huaxia.example>\r\nSubject")
    row = filed(with_result(answer, "fail"), box=box, uid=2)
    assert (row.state, row.case_id, row.proof) == ("taken", case.pk, "fail")
    assert sorted(Letter.objects.values_list("unproven", flat=True)) == [False, True]
    page = client_of("supervisor").get(reverse("desk:case", args=[case.pk])).content.decode()
    assert page.count("发件人未通过验证") == 1


def test_page__one_click_joins_the_case_that_a_mail_names(box: Mailbox, case: Case) -> None:
    row = filed(with_result(letter("请改地址", subject=case.number, number=2), "fail"), box=box, uid=2)
    client = client_of("agent")
    listed = client.get(reverse("mail:list")).content.decode()
    page = client.get(reverse("mail:page", args=[row.pk])).content.decode()
    assert "发件人未通过验证" in listed
    assert f"并入{case.number}" in page
    join = reverse("mail:join", args=[row.pk])
    assert client.post(join).status_code == 302
    row.refresh_from_db()
    case.refresh_from_db()
    assert (row.state, row.case_id, case.contacts) == ("taken", case.pk, 2)
    # Pressed twice it is still one entry.
    assert (client.post(join).status_code, Letter.objects.count()) == (404, 2)
    assert Letter.objects.filter(unproven=True).count() == 1


def test_page__suggests_no_case_beyond_the_readers_reach(box: Mailbox, case: Case) -> None:
    row = filed(letter(sender=THIEF, subject=case.number, number=2), box=box, uid=2)
    far = organization.actor(organization.unit(name="北区"), reach=RoleReach.SUBTREE)
    seen = queries.mail(actor=far, mail_id=row.pk)
    assert (queries.suggested_case(actor=far, row=seen), queries.suggested_number(seen)) == (None, "")
    near = organization.actor(roles=("agent",))
    found = queries.suggested_case(actor=near, row=queries.mail(actor=near, mail_id=row.pk))
    assert found is not None
    assert found.number == case.number


def test_file_into__names_what_cannot_be(box: Mailbox, case: Case) -> None:
    row = filed(letter(sender=THIEF, subject="查询", number=2), box=box, uid=2)
    with pytest.raises(Invalid) as wrong:
        actions.file_into(actor=SETUP, mail_id=row.pk, case_number="C-999999", now=clock.now())
    assert list(wrong.value.fields) == ["case_number"]
    actions.file_into(actor=SETUP, mail_id=row.pk, case_number=case.number.lower(), now=clock.now())
    with pytest.raises(Conflict):
        actions.file_into(actor=SETUP, mail_id=row.pk, case_number=case.number, now=clock.now())


def test_mail__the_database_refuses_an_unknown_proof(box: Mailbox) -> None:
    row = filed(letter(), box=box)
    with pytest.raises(IntegrityError, match="mail_proof_known"), transaction.atomic():
        IncomingMail.objects.filter(pk=row.pk).update(proof="odd")
