"""A conversation by mail to its end, as an agent leads it: mail, case, reply, answer, solved, closed."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from tests.harness.browsers import Browsing
from tests.harness.machine import ensure_mail_server
from zhike.demo import mailpair
from zhike.doors.connectors.mail import actions, tasks
from zhike.doors.connectors.mail.models import Mailbox
from zhike.doors.connectors.mail.types import BoxEntry
from zhike.platform import clock, outbox, parameters
from zhike.platform.actors import system_actor
from zhike.platform.messaging import delivery
from zhike.platform.messaging.models import Message
from zhike.platform.messaging.settings import Security
from zhike.record.contacting.tests.factories import mail as mail_point
from zhike.record.customers.tests.factories import contact, customer
from zhike.record.organization.models import Staff
from zhike.service.cases.models import Case

pytestmark = [pytest.mark.browser, pytest.mark.timeout(480)]
SYSTEM = system_actor("tests.mail")
US, THEM = "service@zhike.example", "lin@yunqi-mail.example"


@pytest.fixture(scope="module")
def pair(desk: Browsing) -> Iterator[mailpair.MailPair]:
    ensure_mail_server()
    with mailpair.running() as servers:
        values: dict[str, object] = {
            "messaging.email_via": "smtp",
            "messaging.smtp_host": "127.0.0.1",
            "messaging.smtp_port": servers.smtp_port,
            "messaging.sender": US,
        }
        now = clock.now() - timedelta(minutes=1)
        for key, value in values.items():
            parameters.set_parameter(actor=SYSTEM, key=key, value=value, reason="test", source="test", now=now)
        entry = BoxEntry(
            name="客服信箱",
            address=US,
            host="127.0.0.1",
            port=servers.imap_port,
            security=Security.NONE,
            user="service",
            password=mailpair.PASSWORD,
        )
        actions.save_mailbox(actor=SYSTEM, entry=entry, now=clock.now())
        yield servers
        Mailbox.objects.update(active=False)
        parameters.set_parameter(
            actor=SYSTEM, key="messaging.email_via", value="file", reason="test", source="test", now=clock.now()
        )


def _write(pair: mailpair.MailPair, text: str, **headers: str) -> None:
    mail = EmailMessage()
    given = {"From": f"林悦 <{THEM}>", "To": US, "Subject": "改约派送时间", **headers}
    for name, value in given.items():
        mail[name.replace("_", "-")] = value
    mail["Message-ID"] = f"<{clock.now().timestamp()}@yunqi-mail.example>"
    mail.set_content(text)
    pair.deliver("service", mail.as_bytes(policy=policy.SMTP))
    tasks.poll()


def _leave() -> None:
    for pk in Message.objects.filter(state="queued").values_list("pk", flat=True):
        delivery.hand_over(pk, now=clock.now() + timedelta(seconds=11))
    outbox.drain_all(now=clock.now())


def _reply(page: Page, text: str) -> None:
    page.locator("#reply-body").fill(text)
    page.get_by_role("button", name="Send to 林悦").click()


@pytest.mark.req("CASE-01")
def test_mail__is_led_to_its_end(desk: Browsing, pair: mailpair.MailPair) -> None:
    owner = Staff.objects.filter(user__username="agent").get()
    who = customer(owner, name="云栖邮件测试有限公司")
    contact(who, mail_point(THEM), name="林悦")
    _write(pair, "请改到周五上午派送。")
    case = Case.objects.get(customer_id=who.pk)
    Case.objects.filter(pk=case.pk).update(owner_id=owner.pk)
    with desk.page(f"/serve/cases/{case.pk}/", "agent") as page:
        outside = page.locator(".zk-case-outside")
        expect(outside).to_contain_text("请改到周五上午派送。")
        expect(outside).to_contain_text(THEM)
        _reply(page, "已改到周五上午，地址不变吗？")
        expect(outside).to_contain_text("waiting")
        expect(outside.get_by_role("button", name="Take back")).to_be_visible()
        _leave()
        page.reload()
        expect(outside).to_contain_text("handed over")
        sent = message_from_bytes(pair.mails("lin")[-1], policy=policy.default)
        assert case.number in str(sent["Subject"])
        _write(
            pair,
            "不变，谢谢。\n\n在 2026年，知客 写道：\n> 已改到周五上午",
            In_Reply_To=str(sent["Message-ID"]),
            Subject=str(sent["Subject"]),
        )
        page.reload()
        expect(outside).to_contain_text("不变，谢谢。")
        outside.get_by_text("Quoted history").click()
        expect(outside.locator(".zk-entry-quoted")).to_contain_text("已改到周五上午")
        page.locator("#reply-body").fill("周五上午送到，再见。")
        page.get_by_label("This answers the matter").check()
        page.locator("#reply-coding select").first.wait_for()
        page.locator("#reply-coding [name=cause]").select_option("explained")
        page.locator("#reply-coding [name=party]").select_option("nobody")
        page.get_by_role("button", name="Send to 林悦").click()
        page.get_by_text("Answered", exact=True).first.wait_for()
        _leave()
        page.get_by_role("link", name=re.compile("Close the case")).first.click()
        drawer = page.locator("#zk-drawer")
        drawer.get_by_label("Solved", exact=True).check()
        drawer.locator("[name=resolution]").fill("已按周五上午送达")
        drawer.locator("button.btn-primary").click()
        page.get_by_text("Closed", exact=True).first.wait_for()
    case.refresh_from_db()
    assert (case.state, case.repeats, len(pair.mails("lin"))) == ("closed", 1, 3)
