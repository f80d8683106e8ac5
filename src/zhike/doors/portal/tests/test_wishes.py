"""The page behind the link in a message: wishes and refusals without sign-in and without script."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from zhike.platform import clock
from zhike.platform.messaging.models import Message
from zhike.platform.messaging.transports.mail import as_mail
from zhike.platform.messaging.types import Channel, Envelope, MailParts
from zhike.record.contacting.models import Consent, ContactRecord, Wish
from zhike.record.contacting.rules.links import seal
from zhike.record.contacting.tests.factories import OFFER, agree, person, send, set_number
from zhike.record.contacting.types import ContactChannel, Purpose, Recipient, Rule

pytestmark = pytest.mark.django_db
MOST_BYTES = 60_000
DAY = timedelta(days=1)


def _link() -> str:
    row = ContactRecord.objects.latest("pk")
    return reverse("portal:wishes", args=[seal(row.ref)])


@pytest.mark.req("CUST-22")
@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_wishes__are_readable_in_three_languages_without_script(language: str) -> None:
    send(person())
    page = Client(headers={"accept-language": language}).get(_link())
    text = page.content.decode()
    wanted = {
        "zh-hans": "您从我们这里收到什么",
        "zh-hant": "您從我們這裡收到什麼",
        "en": "What you get from us",
    }
    assert page.status_code == 200
    assert wanted[language] in text
    assert "<script" not in text
    assert "13812345678" not in text
    assert len(page.content) < MOST_BYTES
    assert "no-store" in page.headers["Cache-Control"]


def test_wishes__one_button_refuses_everything_but_the_goods() -> None:
    who = person()
    agree(who, now=clock.now())
    send(who)
    answer = Client().post(_link(), {"deed": "nothing"})
    assert answer.status_code == 302
    assert "saved=1" in answer.headers["Location"]
    refused = set(Consent.objects.filter(status="withdrawn").values_list("purpose", "source", "actor_kind"))
    assert refused == {(p, "link", "link") for p in ("marketing", "relationship", "service_survey")}
    assert send(who, now=clock.now() + DAY).decision.rule is Rule.CONSENT_WITHDRAWN
    count = Consent.objects.count()
    # Again: nothing is news.
    assert Client().post(_link(), {"deed": "nothing"}).status_code == 302
    assert Consent.objects.count() == count


def test_wishes__are_chosen_one_by_one_and_agreeing_is_as_easy() -> None:
    send(Recipient(phone="+8613700000001"))
    browser = Client()
    chosen = {"relationship": "on", "marketing": "on", "delivered": "none", "exception": "sms", "language": "en"}
    assert browser.post(_link(), chosen).status_code == 302
    wish = Wish.objects.get()
    assert (wish.address, wish.language) == ("+8613700000001", "en")
    assert wish.events == {"delivered": [], "exception": ["sms"]}
    said = set(Consent.objects.values_list("person", "purpose", "status"))
    assert said == {("p:+8613700000001", "marketing", "granted"), ("p:+8613700000001", "service_survey", "withdrawn")}
    granted = Consent.objects.filter(status="granted").first()
    assert granted is not None
    assert granted.text_version.startswith("portal.wishes")
    page = browser.get(_link() + "?saved=1").content.decode()
    assert page.count("checked") == 2


def test_wishes__a_link_that_is_not_ours_opens_nothing() -> None:
    send(person(), purpose=Purpose.TRANSACTIONAL)
    for token in ("x", seal(ContactRecord.objects.latest("pk").ref)[:-4] + "AAAA"):
        page = Client(headers={"accept-language": "en"}).get(reverse("portal:wishes", args=[token]))
        assert page.status_code == 404
        assert "not one of ours" in page.content.decode()
        assert Client().post(reverse("portal:wishes", args=[token]), {"deed": "nothing"}).status_code == 404
    assert Consent.objects.count() == 0


def test_one_click__a_mail_program_refuses_notices_by_mail_and_nothing_else() -> None:
    """RFC 8058: one POST without cookie or token of a form; a second one changes nothing."""
    set_number("contacting.public_address", "https://service.example")
    who = person()
    send(
        who,
        purpose=Purpose.TRANSACTIONAL,
        channel=ContactChannel.EMAIL,
        event="delivered",
        party="customer",
        related=("shipment", "1"),
    )
    message = Message.objects.get()
    path = urlsplit(message.mail["unsubscribe"]).path
    mail = as_mail(
        Envelope(
            id=message.pk,
            attempt=1,
            channel=Channel.EMAIL,
            to=message.to,
            subject=message.subject,
            body=message.body,
            created_at=message.created_at,
            mail=MailParts.of(message.mail),
        ),
        sender="service@zhike.example",
    )
    assert mail["List-Unsubscribe"] == f"<https://service.example{path}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    strict = Client(enforce_csrf_checks=True)
    for _time in range(2):
        assert strict.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    events = Wish.objects.get(contact_id=who.pk).events
    assert {one for channels in events.values() for one in channels} == set()
    assert Consent.objects.count() == 0
    assert strict.get(path).status_code == 302
    assert strict.post("/t/u/AAAA/").status_code == 404


def test_one_click__on_promotion_withdraws_its_purpose() -> None:
    set_number("contacting.public_address", "https://service.example")
    who = person()
    agree(who, channel=ContactChannel.EMAIL)
    send(who, purpose=Purpose.MARKETING, channel=ContactChannel.EMAIL, text=OFFER)
    path = urlsplit(Message.objects.get().mail["unsubscribe"]).path
    assert Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    latest = Consent.objects.filter(purpose="marketing", channel="email").order_by("-pk")[0]
    assert (latest.status, latest.source) == ("withdrawn", "link")
    assert set(Consent.objects.filter(status="withdrawn").values_list("purpose", flat=True)) == {"marketing"}
    again = send(who, purpose=Purpose.MARKETING, channel=ContactChannel.EMAIL, text=f"另一条{OFFER}")
    assert again.decision.rule.value == "consent.withdrawn"
