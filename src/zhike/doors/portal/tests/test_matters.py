"""Complaints and the customer's view of their case, as a browser without script gets them."""

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from zhike.doors.portal import rules
from zhike.doors.portal.tests.factories import HOUR, parcel
from zhike.doors.portal.types import Purpose
from zhike.platform import clock, parameters
from zhike.platform.actors import system_actor
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.platform.environment import environment
from zhike.platform.files.models import StoredFile
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import customer
from zhike.record.organization.tests import factories as organization
from zhike.service.cases import actions
from zhike.service.cases.models import Case, CasePhoto, WebAuthor
from zhike.service.cases.tests.factories import CODED, SETUP, said
from zhike.service.cases.types.defaults import NO_SCAN

pytestmark = pytest.mark.django_db
MOST_BYTES = 60_000
MOST_QUERIES = 12


@pytest.fixture(autouse=True)
def desk() -> None:
    default_calendar()
    organization.actor(roles=("agent",))


@pytest.fixture
def browser() -> Client:
    return Client(headers={"accept-language": "en"})


def filled(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "complaint",
        "category": "damaged",
        "text": "The box is crushed.",
        "name": "Lin Xiao",
        "answer_by": "sms",
        "phone": "139 1234 5678",
        "once": uuid4().hex,
        **changes,
    }


def form(text: str = "", **given: Any) -> dict[str, Any]:
    return {"text": text, "once": uuid4().hex, **given}


def picture(name: str = "box.jpg") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (20, 20), "red").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue())


def limit(key: str, most: int | timedelta) -> None:
    parameters.set_parameter(actor=system_actor("tests"), key=key, value=most, reason="r", source="s", now=clock.now())


def late_parcel(of: Customer) -> Any:  # noqa: ANN401 - a shipment
    return parcel(clock.now(), customer=of)


@pytest.mark.req("CASE-21")
def test_matter__is_sent_and_answers_at_once_with_number_and_time(browser: Client) -> None:
    answer = browser.post("/t/ask/", filled(photos=[picture(), picture("two.jpg")]))
    page = browser.get(answer.headers["Location"])

    made = Case.objects.get()
    text = page.content.decode()
    assert answer.status_code == 302
    assert made.number in text
    assert "keep the number" in text
    assert "You hear from us by" in text
    assert CasePhoto.objects.filter(case=made).count() == 2
    assert "We have received 2 photos from you." in text


def test_matter__a_double_tap_is_one_case(browser: Client) -> None:
    data = filled()
    places = {browser.post("/t/ask/", data).status_code for _ in range(2)}
    assert places == {302}
    assert Case.objects.count() == 1


def test_matter__an_error_keeps_what_was_typed_and_the_photos(browser: Client) -> None:
    first = browser.post("/t/ask/", filled(phone="", photos=[picture()]))
    text = first.content.decode()
    (kept,) = re.findall(r'name="kept" value="([^"]+)"', text)

    assert first.status_code == 422
    assert "The box is crushed." in text
    assert "1 photo has been kept" in text
    assert "To answer by telephone or SMS we need a number." in text
    assert browser.post("/t/ask/", filled(kept=kept)).status_code == 302
    assert CasePhoto.objects.get().file_id == StoredFile.objects.get().pk


@pytest.mark.parametrize("kept", ["nonsense", "WzFd:1:x"])
def test_matter__photos_of_others_cannot_be_claimed(browser: Client, kept: str) -> None:
    assert browser.post("/t/ask/", filled(kept=kept)).status_code == 302
    assert CasePhoto.objects.count() == 0


def test_matter__what_is_no_picture_is_named_and_the_rest_is_kept(browser: Client) -> None:
    answer = browser.post("/t/ask/", filled(photos=[picture(), SimpleUploadedFile("x.jpg", b"<svg/>")]))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "x.jpg" in text
    assert "1 photo has been kept" in text
    assert Case.objects.count() == 0


def test_matter__what_a_machine_fills_in_is_not_taken(browser: Client) -> None:
    answer = browser.post("/t/ask/", filled(website="https://spam.example"))
    assert (answer.status_code, Case.objects.count()) == (422, 0)


def test_matter__messages_are_limited_by_address(browser: Client) -> None:
    limit("portal.matters_an_hour", 2)
    statuses = [browser.post("/t/ask/", filled(category=c)).status_code for c in ("late", "fee", "short", "lost")]
    assert statuses[-1] == 429
    assert browser.post("/t/ask/", filled(category="other"), REMOTE_ADDR="192.0.2.9").status_code == 302


@pytest.mark.req("CASE-03")
def test_matter__from_the_tracking_page_the_waybill_and_the_open_case_are_there(browser: Client) -> None:
    made = late_parcel(customer())
    actions.open_for_shipments(actor=SETUP, shipment_ids=[made.pk], category=NO_SCAN, now=clock.now())
    token = rules.seal(f"shipment:{made.waybill}", Purpose.TRACK, until=clock.now() + HOUR)
    tracking = browser.get(reverse("portal:linked", args=[token])).content.decode()
    (address,) = re.findall(r'href="(/t/ask/[^"]+)"', tracking)
    form = browser.get(address.replace("&amp;", "&")).content.decode()
    case = Case.objects.get()

    assert f'value="{made.waybill}"' in form
    assert f"We are on this already: case {case.number}" in form
    proof = re.findall(r'name="proof" value="([^"]+)"', form)[0]
    answer = browser.post("/t/ask/", filled(waybill=made.waybill, proof=proof, category="no_scan"))
    page = browser.get(answer.headers["Location"]).content.decode()
    assert Case.objects.count() == 1
    assert "your message joins it" in page
    # Without the second key nothing is said of the open case.
    assert case.number not in browser.get("/t/ask/", {"w": made.waybill}).content.decode()


def _opened(browser: Client, **changes: Any) -> str:
    return browser.post("/t/ask/", filled(**changes)).headers["Location"].partition("?")[0]


@pytest.mark.req("CASE-26")
def test_case__five_answers_and_what_the_customer_may_do(browser: Client) -> None:
    path = _opened(browser)
    made = Case.objects.select_related("owner").get()
    actions.note_on_case(actor=SETUP, case_id=made.pk, body="inside only", now=clock.now())
    actions.tell_customer(
        actor=SETUP, case_id=made.pk, said=said("We send a new one."), is_answer=True, coding=CODED, now=clock.now()
    )

    text = browser.get(path).content.decode()
    for shown in ("Answered", made.owner.name, "We send a new one.", "Yes, it is solved", "It is not solved"):
        assert shown in text, shown
    assert "inside only" not in text
    assert "<script" not in text

    assert browser.post(f"{path}unsettled/", form("It never came.")).status_code == 302
    made.refresh_from_db()
    assert made.state == "in_work"
    assert "It never came." in browser.get(path).content.decode()
    assert browser.post(f"{path}call/", form()).status_code == 302
    assert "Please call me back." in browser.get(path).content.decode()
    browser.post(f"{path}write/", form(photos=[picture()]))
    assert CasePhoto.objects.count() == 1
    assert browser.post(f"{path}write/", form(" ")).status_code == 422
    assert browser.post(f"{path}unknown/", {}).status_code == 404


def test_case__a_double_click_writes_once_and_another_message_is_another(browser: Client) -> None:
    path = _opened(browser)
    (once,) = re.findall(r'name="once" value="([0-9a-f]{32})"', browser.get(path).content.decode())
    for _time in range(2):
        assert browser.post(f"{path}write/", {"text": "Any news?", "once": once}).status_code == 302
        assert browser.post(f"{path}call/", {"text": "Any news?", "once": once}).status_code == 302
    assert Case.objects.get().contacts == 3
    # Gone back in the browser and written something else: nothing of it is lost.
    browser.post(f"{path}write/", {"text": "And the photo:", "once": once})
    browser.post(f"{path}write/", {"text": "And the photo:", "once": once, "photos": [picture()]})
    assert (Case.objects.get().contacts, CasePhoto.objects.count()) == (5, 1)
    lost = browser.post(f"{path}write/", {"text": "Hello?"})
    text = lost.content.decode()
    assert (lost.status_code, "send it once more" in text, "Hello?" in text) == (422, True, True)
    (fresh,) = re.findall(r'name="once" value="([0-9a-f]{32})"', text)
    assert browser.post(f"{path}write/", {"text": "Hello?", "once": fresh}).status_code == 302


def test_case__says_until_when_it_is_open_and_what_to_do_afterwards(browser: Client) -> None:
    path = _opened(browser)
    text = " ".join(browser.get(path).content.decode().split())
    assert "You can open and answer this case here until" in text
    assert "at the latest" in text
    assert f"Afterwards write to us again and name {Case.objects.get().number}, or call us." in text
    limit("cases.link_at_most", timedelta(days=10))
    assert "at the latest" not in " ".join(browser.get(path).content.decode().split())


def test_case__costs_few_queries(browser: Client, django_assert_max_num_queries: Any) -> None:  # noqa: ANN401
    path = _opened(browser)
    with django_assert_max_num_queries(MOST_QUERIES):
        browser.get(path)
    with django_assert_max_num_queries(MOST_QUERIES):
        browser.get("/t/ask/")


@pytest.mark.parametrize("token", ["x", "AAAA", "ü", "a" * 4000])
def test_case__a_link_that_is_not_ours_offers_the_number(browser: Client, token: str) -> None:
    for answer in (browser.get(f"/t/c/{token}/"), browser.post(f"/t/c/{token}/write/", form("x"))):
        assert answer.status_code == 404
    assert "open it with its number" in browser.get(f"/t/c/{token}/").content.decode()


def test_case__its_number_needs_a_second_key_and_attempts_are_limited(browser: Client) -> None:
    _opened(browser)
    number = Case.objects.get().number
    right = browser.post("/t/case/", {"number": number, "key": "５６７８"})
    page = browser.get(right.headers["Location"]).content.decode()
    assert number in page
    assert "The box is crushed." not in page
    wrong = browser.post("/t/case/", {"number": number, "key": "0000"})
    assert (wrong.status_code, "do not belong together" in wrong.content.decode()) == (422, True)
    limit("portal.endings_of_one_waybill", 2)
    assert browser.post("/t/case/", {"number": number, "key": "5678"}, REMOTE_ADDR="192.0.2.8").status_code == 429


def test_case__a_link_ends(browser: Client) -> None:
    path = _opened(browser)
    WebAuthor.objects.update(link_until=clock.now() - timedelta(seconds=1))
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_pages__need_no_script_and_stay_small(browser: Client, language: str) -> None:
    browser.cookies["zhike_language"] = language
    path = _opened(browser)
    static = environment().root / "src/zhike/platform/ui/static"
    for address in ("/t/ask/", "/t/case/", path):
        text = browser.get(address).content.decode()
        sheets = [static / "dist" / Path(name).name for name in re.findall(r'href="[^"]*?([\w.]+\.css)"', text)]
        size = len(text.encode()) + sum(sheet.stat().st_size for sheet in sheets)
        assert "<script" not in text
        assert len(sheets) == 1
        assert size + (static / "ui/icon.svg").stat().st_size < MOST_BYTES


def test_matter__marks_what_is_needed_and_says_of_each_field_what_is_missing(browser: Client) -> None:
    empty = browser.get(reverse("portal:matter")).content.decode()
    assert empty.count('<span aria-hidden="true">*</span>') == 5
    answer = browser.post(reverse("portal:matter"), {"once": uuid4().hex})
    page = answer.content.decode()
    assert answer.status_code == 422
    for said_of_it in (
        "Please choose what you want from us.",
        "Please choose what it is about.",
        "Please write what happened.",
        "Please write your name.",
        "Please choose how we shall answer.",
    ):
        assert page.count(said_of_it) == 1
    assert "This field is required" not in page
