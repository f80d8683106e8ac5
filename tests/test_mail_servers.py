"""A conversation by mail against real servers: SMTP out, IMAP in, threads, programs that are not answered, crashes."""

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from tests.harness.machine import ensure_mail_server
from zhike.demo import mailpair
from zhike.doors.connectors.mail import actions as mail_actions
from zhike.doors.connectors.mail import queries as mail_queries
from zhike.doors.connectors.mail import tasks
from zhike.doors.connectors.mail.entry import opened
from zhike.doors.connectors.mail.models import IncomingMail, Mailbox
from zhike.doors.connectors.mail.types import BoxEntry
from zhike.platform import clock, files, parameters
from zhike.platform.actors import Actor, system_actor
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.platform.messaging import delivery
from zhike.platform.messaging.models import Message
from zhike.platform.messaging.settings import Security
from zhike.platform.outbox.models import OutboxEvent
from zhike.record.contacting.models import ContactRecord
from zhike.record.contacting.tests.factories import mail as mail_point
from zhike.record.customers.models import Contact, ContactPoint, Customer
from zhike.record.customers.tests.factories import contact, customer
from zhike.record.interactions import queries as interactions
from zhike.record.interactions.models import Attachment, Interaction, Letter
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments.tests.factories import shipment
from zhike.service.cases import actions as cases
from zhike.service.cases.models import Case
from zhike.service.cases.policies import REPLY_FILE
from zhike.service.cases.subscriptions import note_mail_ends
from zhike.service.cases.tests.factories import CODED
from zhike.service.cases.types import CaseState, Ending, MailReply

pytestmark = [pytest.mark.django_db]
SYSTEM = system_actor("tests.mail")
US, CHEN = "service@zhike.example", "chen@huaxia.example"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(scope="module")
def servers() -> Iterator[mailpair.MailPair]:
    ensure_mail_server()
    with mailpair.running() as pair:
        yield pair


@pytest.fixture(autouse=True)
def var(settings: Settings, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


@pytest.fixture
def pair(servers: mailpair.MailPair) -> mailpair.MailPair:
    """The servers with empty mailboxes, and the settings that lead to them."""
    servers.refuse.clear()
    for path in (servers.folder / "boxes").rglob("*.zhike*"):
        path.unlink()
    now = clock.now() - timedelta(minutes=1)
    values: dict[str, object] = {
        "messaging.email_via": "smtp",
        "messaging.smtp_host": "127.0.0.1",
        "messaging.smtp_port": servers.smtp_port,
        "messaging.sender": f"知客 <{US}>",
        "contacting.quiet_from": timedelta(0),
        "contacting.quiet_until": timedelta(0),
    }
    for key, value in values.items():
        parameters.set_parameter(actor=SYSTEM, key=key, value=value, reason="test", source="test", now=now)
    default_calendar()
    mail_actions.save_mailbox(
        actor=SYSTEM,
        entry=BoxEntry(
            name="客服信箱",
            address=US,
            host="127.0.0.1",
            port=servers.imap_port,
            security=Security.NONE,
            user="service",
            password=mailpair.PASSWORD,
        ),
        now=clock.now(),
    )
    return servers


@pytest.fixture
def agent() -> Actor:
    return organization.actor(roles=("agent",))


def person(address: str = CHEN, name: str = "陈静") -> tuple[Customer, Contact]:
    made = customer()
    return made, contact(made, mail_point(address), name=name)


def a_mail(text: str = "请问运单何时送达？", **headers: str) -> EmailMessage:
    mail = EmailMessage()
    given = {
        "From": f"陈静 <{CHEN}>",
        "To": US,
        "Subject": "货物未到",
        "Message-ID": f"<{clock.now().timestamp()}@huaxia.example>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    for name, value in given.items():
        if value:
            mail[name] = value
    mail.set_content(text)
    return mail


def come_in(pair: mailpair.MailPair, *mails: EmailMessage | bytes) -> IncomingMail:
    """These mails arrive and are polled; gives the last one."""
    for one in mails:
        pair.deliver("service", one if isinstance(one, bytes) else one.as_bytes(policy=policy.SMTP))
    tasks.poll()
    return IncomingMail.objects.latest("pk")


def leave(*, later: timedelta = timedelta(seconds=11)) -> None:
    """Everything that waits is handed over, after the seconds in which it could be taken back."""
    now = clock.now() + later
    for pk in Message.objects.filter(state="queued").values_list("pk", flat=True):
        delivery.hand_over(pk, now=now)


def told(pair: mailpair.MailPair, mailbox: str = "chen") -> list[EmailMessage]:
    return [message_from_bytes(raw, policy=policy.default) for raw in pair.mails(mailbox)]


def answer_to(mail: EmailMessage, text: str, **headers: str) -> EmailMessage:
    return a_mail(
        text,
        Subject=str(mail["Subject"]),
        In_Reply_To=str(mail["Message-ID"]),
        References=f"{mail['References'] or ''} {mail['Message-ID']}".strip(),
        **headers,
    )


def reply(agent: Actor, case: Case, body: str = "货物明日18:00前送达。", **changes: Any) -> Any:  # noqa: ANN401
    return cases.send_reply(
        actor=agent, case_id=case.pk, reply=MailReply(body=body, **changes), is_answer=False, now=clock.now()
    )


def settle() -> None:
    """Rooms hear what became of messages, as the outbox tells them."""
    from zhike.platform.messaging import MessageSettled  # noqa: PLC0415
    from zhike.platform.outbox import Delivered, Mode  # noqa: PLC0415

    events = [
        Delivered(
            id=row.pk,
            event=MessageSettled(**row.payload),
            mode=Mode.LIVE,
            occurred_at=row.occurred_at,
            received_at=row.occurred_at,
        )
        for row in OutboxEvent.objects.filter(type=MessageSettled.type).order_by("pk")
    ]
    note_mail_ends(events, now=clock.now())


@pytest.mark.req("CASE-01")
def test_mail__becomes_a_case_is_acknowledged_answered_and_closed(pair: mailpair.MailPair, agent: Actor) -> None:
    who, chen = person()
    goods = shipment(customer=who, waybill="ZK7304118299")
    row = come_in(pair, a_mail("您好，运单ZK7304118299三天没有更新。"))
    assert (row.state, row.reason, row.kind) == ("taken", "", "person")
    case = Case.objects.get()
    assert (case.customer_id, case.contact_id, case.shipment_id) == (who.pk, chen.pk, goods.pk)
    assert (case.channel, case.origin, case.subject) == ("mail", "mail", "货物未到")
    leave()
    (receipt,) = told(pair)
    assert receipt["Auto-Submitted"] == "auto-generated"
    assert case.number in str(receipt["Subject"])
    assert case.number in receipt.get_content()
    sent = reply(agent, case)
    assert (sent.decision.outcome.value, sent.address) == ("allow", CHEN)
    leave()
    answer = told(pair)[-1]
    first = Letter.objects.get(sender=CHEN)
    ref = Letter.objects.get(ref__isnull=False).ref
    assert (answer["Message-ID"], answer["In-Reply-To"]) == (f"<{ref}@zhike.example>", first.message_id)
    assert (answer["Auto-Submitted"], answer["References"]) == (None, first.message_id)
    assert str(answer["Subject"]) == f"Re: 货物未到 ({case.number})"
    cases.set_waiting(
        actor=agent, case_id=case.pk, state=CaseState.WAITING_CUSTOMER, reason="确认地址", now=clock.now()
    )
    come_in(pair, answer_to(answer, "收到，谢谢。\n\n在 2026年，知客 写道：\n> 货物明日送达"))
    case.refresh_from_db()
    assert (Case.objects.count(), case.state, case.repeats) == (1, "in_work", 1)
    last = interactions.last_letter(actor=SYSTEM, about=("case", str(case.pk)), incoming=True)
    assert last is not None
    assert Interaction.objects.get(pk=last.interaction_id).body == "收到，谢谢。"
    assert last.quoted == "在 2026年，知客 写道：\n> 货物明日送达"
    cases.send_reply(
        actor=agent, case_id=case.pk, reply=MailReply(body="已签收。"), is_answer=True, coding=CODED, now=clock.now()
    )
    leave()
    cases.close_case(
        actor=agent, case_id=case.pk, solved=True, ending=Ending.CONFIRMED, resolution="已签收", now=clock.now()
    )
    case.refresh_from_db()
    assert (case.state, len(told(pair))) == ("closed", 3)


def test_mail__the_same_one_again_changes_nothing(pair: mailpair.MailPair) -> None:
    person()
    mail = a_mail().as_bytes(policy=policy.SMTP)
    come_in(pair, mail)
    come_in(pair, b"Received: by another way\r\n" + mail)
    Mailbox.objects.update(last_uid=0)
    tasks.poll()
    Mailbox.objects.update(uid_validity=1)
    tasks.poll()
    assert (IncomingMail.objects.count(), Case.objects.count(), Interaction.objects.count()) == (1, 1, 1)


def test_mail__is_marked_as_read_only_once_it_is_kept(pair: mailpair.MailPair, monkeypatch: pytest.MonkeyPatch) -> None:
    person()

    class Killed(BaseException):
        """The worker ends here."""

    def die(**_given: object) -> int:
        raise Killed

    pair.deliver("service", a_mail().as_bytes(policy=policy.SMTP))
    with monkeypatch.context() as patched:
        patched.setattr(mail_actions, "keep_mail", die)
        with pytest.raises(Killed):
            tasks.poll()
    seen = list((pair.folder / "boxes" / "service").rglob("*:2,S"))
    assert (seen, IncomingMail.objects.count()) == ([], 0)
    tasks.poll()
    assert len(list((pair.folder / "boxes" / "service").rglob("*:2,S"))) == 1
    assert Case.objects.count() == 1


def test_mail__killed_between_keeping_and_filing_is_filed_once(
    pair: mailpair.MailPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    person()

    class Killed(BaseException):
        """The worker ends here."""

    def die(**_given: object) -> None:
        raise Killed

    pair.deliver("service", a_mail().as_bytes(policy=policy.SMTP))
    with monkeypatch.context() as patched:
        patched.setattr(mail_actions, "file_mail", die)
        with pytest.raises(Killed):
            tasks.poll()
    assert list(IncomingMail.objects.values_list("state", flat=True)) == ["kept"]
    tasks.poll()
    tasks.poll()
    assert (Case.objects.count(), Interaction.objects.count(), Message.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize("step", ["before", "claimed", "handed", "settled"])
def test_send__killed_at_each_step_nothing_leaves_twice(
    pair: mailpair.MailPair, agent: Actor, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Every effect in the database once; a hand-over of which nobody knows is listed as uncertain."""
    person()
    come_in(pair, a_mail())
    leave()
    reply(agent, Case.objects.get())
    message = Message.objects.get(state="queued")

    class Killed(BaseException):
        """The worker ends here."""

    def die(*_given: object, **_more: object) -> None:
        raise Killed

    real = delivery.claim

    def claim_and_die(message_id: Any, *, now: datetime) -> None:  # noqa: ANN401
        real(message_id, now=now)
        raise Killed

    broken = {"before": ("claim", die), "claimed": ("claim", claim_and_die), "handed": ("settle", die)}
    if step in broken:
        with monkeypatch.context() as patched:
            patched.setattr(delivery, *broken[step])
            with pytest.raises(Killed):
                leave()
    else:
        leave()
    leave(later=timedelta(minutes=1))
    leave(later=timedelta(minutes=2))
    delivery.sweep(now=clock.now() + timedelta(hours=1))
    message.refresh_from_db()
    expected = {"before": ("sent", 2), "claimed": ("uncertain", 1), "handed": ("uncertain", 2), "settled": ("sent", 2)}
    assert (message.state, len(told(pair))) == expected[step]
    assert (Interaction.objects.filter(direction="out").count(), message.attempts) == (1, 1)
    assert Letter.objects.filter(ref=message.pk).count() == 1


def test_reply__is_taken_back_before_it_leaves(pair: mailpair.MailPair, agent: Actor) -> None:
    person()
    come_in(pair, a_mail())
    leave()
    case = Case.objects.get()
    sent = cases.send_reply(
        actor=agent, case_id=case.pk, reply=MailReply(body="稍后答复。"), is_answer=True, coding=CODED, now=clock.now()
    )
    case.refresh_from_db()
    assert (case.state, case.first_response_at is not None) == ("answered", True)
    assert sent.entry_id is not None
    cases.take_back_reply(actor=agent, case_id=case.pk, entry_id=sent.entry_id, now=clock.now())
    leave()
    case.refresh_from_db()
    assert (case.state, case.first_response_at, case.answered_at) == ("in_work", None, None)
    assert Interaction.objects.get(pk=sent.entry_id).struck_at is not None
    assert [str(one["Auto-Submitted"]) for one in told(pair)] == ["auto-generated"]


def test_reply__pressed_twice_is_sent_once(pair: mailpair.MailPair, agent: Actor) -> None:
    person()
    come_in(pair, a_mail())
    leave()
    case = Case.objects.get()
    assert reply(agent, case, nonce="n1").repeated is False
    assert reply(agent, case, nonce="n1").repeated is True
    leave()
    assert (len(told(pair)), Interaction.objects.filter(direction="out").count()) == (2, 1)


def test_reply__without_an_address_is_withheld_with_its_rule_and_nothing_is_told(agent: Actor) -> None:
    default_calendar()
    who = customer()
    nobody = contact(who, name="无邮箱")
    from zhike.service.cases.tests.factories import case as make_case  # noqa: PLC0415

    made = make_case(who, contact_id=nobody.pk, now=clock.now())
    sent = reply(agent, made)
    assert (sent.decision.outcome.value, sent.decision.rule.value, sent.entry_id) == ("deny", "no_address", None)
    assert list(ContactRecord.objects.values_list("outcome", "rule")) == [("deny", "no_address")]
    assert (Message.objects.count(), Interaction.objects.filter(direction="out").count()) == (0, 0)


def test_reply__carries_files_whole(pair: mailpair.MailPair, agent: Actor) -> None:
    person()
    come_in(pair, a_mail())
    leave()
    kept = files.store(actor=agent, content=PNG, filename="签收照片.png", purpose=REPLY_FILE, now=clock.now())
    reply(agent, Case.objects.get(), file_ids=(kept.id,))
    leave()
    (attached,) = list(told(pair)[-1].iter_attachments())
    assert (attached.get_filename(), attached.get_content_type()) == ("签收照片.png", "image/png")
    assert attached.get_payload(decode=True) == PNG


def test_attachments__are_shown_in_the_case_and_refused_ones_named(pair: mailpair.MailPair, agent: Actor) -> None:
    person()
    mail = a_mail("照片见附件")
    mail.add_attachment(PNG, maintype="image", subtype="png", filename="破损.png")
    mail.add_attachment(b"MZ\x90\x00\x03" * 40, maintype="application", subtype="octet-stream", filename="setup.exe")
    row = come_in(pair, mail)
    (shown,) = Attachment.objects.select_related("file")
    assert (shown.file.name, shown.file.media_type) == ("破损.png", "image/png")
    assert files.get_file(actor=agent, file_id=shown.file_id).name == "破损.png"
    notes = Interaction.objects.filter(channel="system", about_id=str(row.case_id))
    assert [one.params["name"] for one in notes if "name" in one.params] == ["setup.exe"]
    with files.open(row.raw_file.sha256) as raw:
        assert b"setup.exe" in raw.read()


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"Auto_Submitted": "auto-replied"}, "automatic"),
        ({"Precedence": "auto_reply"}, "automatic"),
        ({"Subject": "自动回复：我在休假"}, "automatic"),
        ({"List_Id": "<news.example>"}, "list"),
        ({"Precedence": "bulk"}, "list"),
        ({"Return_Path": "<>"}, "automatic"),
        ({"From": US}, "own"),
        ({"X_Loop": US}, "own"),
    ],
)
def test_programs__are_recognised_and_never_answered(
    pair: mailpair.MailPair, headers: dict[str, str], kind: str
) -> None:
    person()
    row = come_in(pair, a_mail(**headers))
    assert (row.kind, row.state) == (kind, "silent")
    assert (Case.objects.count(), Message.objects.count()) == (0, 0)


def test_vacation__in_a_thread_stands_in_the_case_and_wakes_nobody(pair: mailpair.MailPair, agent: Actor) -> None:
    person()
    come_in(pair, a_mail())
    leave()
    case = Case.objects.get()
    reply(agent, case)
    leave()
    cases.set_waiting(actor=agent, case_id=case.pk, state=CaseState.WAITING_CUSTOMER, reason="等", now=clock.now())
    row = come_in(pair, answer_to(told(pair)[-1], "我在休假", Auto_Submitted="auto-replied"))
    case.refresh_from_db()
    assert (row.state, row.case_id, case.state, case.repeats) == ("silent", case.pk, "waiting_customer", 0)
    assert Interaction.objects.filter(channel="system", params__sender=CHEN).count() == 1


def test_bounce__marks_message_address_and_case(pair: mailpair.MailPair, agent: Actor) -> None:
    person()
    come_in(pair, a_mail())
    leave()
    case = Case.objects.get()
    cases.send_reply(
        actor=agent, case_id=case.pk, reply=MailReply(body="已处理。"), is_answer=True, coding=CODED, now=clock.now()
    )
    leave()
    message = Message.objects.latest("created_at")
    report = (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {US}\r\nSubject: Undelivered\r\nReturn-Path: <>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {CHEN}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n"
        f"\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{message.pk}@zhike.example>\r\n\r\n--b--\r\n"
    )
    row = come_in(pair, report.encode())
    message.refresh_from_db()
    assert (row.kind, row.state, row.case_id) == ("bounce", "silent", case.pk)
    assert (message.state, message.error_code, message.error) == ("failed", "bounced", "5.1.1 550 no such user")
    assert ContactPoint.objects.get(value=CHEN).doubt == "bounced"
    settle()
    case.refresh_from_db()
    # Who was not reached has had no answer: the case must not close by silence.
    assert case.state == "in_work"


def test_refused_by_the_server__is_failed_and_the_case_is_ours_again(pair: mailpair.MailPair, agent: Actor) -> None:
    person()
    come_in(pair, a_mail())
    leave()
    case = Case.objects.get()
    pair.refuse[CHEN] = "550 no such user"
    reply(agent, case)
    cases.set_waiting(actor=agent, case_id=case.pk, state=CaseState.WAITING_CUSTOMER, reason="等", now=clock.now())
    leave()
    settle()
    case.refresh_from_db()
    assert (case.state, Message.objects.latest("created_at").state) == ("in_work", "failed")


def test_sender__unknown_or_of_several_waits_for_a_person(pair: mailpair.MailPair, agent: Actor) -> None:
    unknown = come_in(pair, a_mail())
    assert (unknown.state, unknown.reason, Case.objects.count()) == ("waiting", "unknown_sender", 0)
    first, one = person()
    person()
    several = come_in(pair, a_mail("第二封"))
    assert (several.state, several.reason) == ("waiting", "several_customers")
    assert mail_queries.open_count(actor=agent) == 2
    taken = mail_actions.file_under(
        actor=SYSTEM, mail_id=several.pk, customer_number=first.number, contact_id=one.pk, now=clock.now()
    )
    case = Case.objects.get()
    assert (case.pk, case.customer_id, case.contact_id) == (taken.case_id, first.pk, one.pk)
    mail_actions.drop_mail(actor=agent, mail_id=unknown.pk, reason="广告", now=clock.now())
    assert mail_queries.open_count(actor=agent) == 0
    assert Message.objects.count() == 0


def test_thread__by_token_and_by_number_of_a_sender_who_may_name_it(pair: mailpair.MailPair) -> None:
    person()
    parameters.set_parameter(
        actor=SYSTEM,
        key="messaging.reply_to",
        value="service+{token}@zhike.example",
        reason="test",
        source="test",
        now=clock.now() - timedelta(minutes=1),
    )
    come_in(pair, a_mail())
    case = Case.objects.get()
    leave()
    (receipt,) = told(pair)
    by_token = come_in(
        pair, a_mail("从手机", To=str(receipt["Reply-To"]), Subject="另一个主题", From="x@phone.example")
    )
    assert (by_token.state, by_token.case_id) == ("taken", case.pk)
    by_number = come_in(pair, a_mail("补充", Subject=f"关于{case.number}"))
    assert (by_number.state, by_number.case_id) == ("taken", case.pk)
    stranger = come_in(pair, a_mail("我猜的", Subject=f"关于{case.number}", From="thief@other.example"))
    assert (stranger.state, stranger.case_id) == ("waiting", None)
    forged = come_in(pair, a_mail("伪造", To=f"service+c{case.pk}-000000000000@zhike.example", From="t@other.example"))
    assert (forged.state, forged.case_id) == ("waiting", None)


@pytest.mark.req("CASE-03")
def test_topic__same_waybill_or_subject_joins_within_days_and_another_does_not(pair: mailpair.MailPair) -> None:
    who, _chen = person()
    shipment(customer=who, waybill="ZK7304118299")
    come_in(pair, a_mail("运单ZK7304118299没有更新"))
    come_in(pair, a_mail("还是没有", Subject="催促：zk7304118299"))
    assert (Case.objects.count(), Case.objects.get().contacts) == (1, 2)
    come_in(pair, a_mail("想要发票", Subject="发票"))
    come_in(pair, a_mail("发票呢", Subject="回复：发票"))
    assert sorted(Case.objects.values_list("contacts", flat=True)) == [2, 2]


def test_loop_guard__bounds_receipts_and_mails_of_a_sender_within_an_hour(pair: mailpair.MailPair) -> None:
    person()
    for key, value in (("mail.most_an_hour", 5), ("mail.acknowledged_an_hour", 2)):
        parameters.set_parameter(
            actor=SYSTEM, key=key, value=value, reason="test", source="test", now=clock.now() - timedelta(minutes=1)
        )
    mails = [a_mail(f"第{n}封", Subject=f"主题{n}", Message_ID=f"<{n}@loop.example>") for n in range(8)]
    come_in(pair, *mails)
    states = list(IncomingMail.objects.order_by("pk").values_list("state", "reason"))
    assert states == [("taken", "")] * 5 + [("parked", "too_many")] * 3
    assert (Message.objects.count(), Case.objects.count()) == (2, 5)


def test_broken__is_set_aside_with_its_reason_and_the_others_go_on(pair: mailpair.MailPair) -> None:
    person()
    come_in(pair, b"\x00\x01\x02 this is no mail", a_mail())
    states = sorted(IncomingMail.objects.values_list("state", "reason"))
    assert states == [("parked", "broken"), ("taken", "")]
    broken = IncomingMail.objects.get(state="parked")
    with files.open(broken.raw_file.sha256) as raw:
        assert raw.read().endswith(b"\x01\x02 this is no mail")


@pytest.mark.parametrize("charset", ["gb18030", "gb2312", "big5", "iso-2022-jp", "utf-8", "shift_jis", "euc-kr"])
def test_charsets__are_read(pair: mailpair.MailPair, charset: str) -> None:
    person()
    text = {"iso-2022-jp": "荷物はいつ", "shift_jis": "荷物はいつ", "euc-kr": "언제 오나요", "big5": "貨物何時到"}.get(
        charset, "货物何时到"
    )
    raw = (
        f"From: <{CHEN}>\r\nTo: {US}\r\nMessage-ID: <{charset}@x.example>\r\nMIME-Version: 1.0\r\n"
        f"Subject: =?{charset}?B?{base64.b64encode(text.encode(charset)).decode()}?=\r\n"
        f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{base64.b64encode(text.encode(charset)).decode()}\r\n"
    )
    come_in(pair, raw.encode())
    case = Case.objects.get()
    assert (case.subject, case.text) == (text, text)


def test_mailbox__wrong_password_says_so_and_the_stored_one_is_not_readable(pair: mailpair.MailPair) -> None:
    box = Mailbox.objects.get()
    assert mailpair.PASSWORD not in box.password
    with opened(mail_queries.access_of(actor=SYSTEM, row=box)) as folder:
        assert folder.uids_after(0, most=10) == []
    entry = BoxEntry(
        name="客服信箱",
        address=US,
        host="127.0.0.1",
        port=pair.imap_port,
        security=Security.NONE,
        user="service",
        password="wrong",
    )
    mail_actions.save_mailbox(actor=SYSTEM, entry=entry, mailbox_id=box.pk, now=clock.now())
    tasks.poll()
    box.refresh_from_db()
    assert "AUTHENTICATIONFAILED" in box.error
