"""The tracking page as a browser without script gets it."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from zhike.doors.portal import rules
from zhike.doors.portal.tests.factories import HOUR, parcel
from zhike.doors.portal.types import Purpose
from zhike.platform import clock, parameters
from zhike.platform.actors import system_actor
from zhike.platform.environment import environment

pytestmark = pytest.mark.django_db
MOST_BYTES = 60_000


@pytest.fixture
def browser() -> Client:
    return Client(headers={"accept-language": "en"})


def test_track__asks_for_a_waybill(browser: Client) -> None:
    page = browser.get("/t/")

    assert page.status_code == 200
    assert 'name="waybill"' in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]


def test_track__shows_the_shipment_by_its_address(browser: Client) -> None:
    made = parcel(clock.now())

    text = browser.get("/t/", {"w": made.waybill}).content.decode()

    assert made.waybill in text
    assert "13987654321" not in text
    assert "陈" not in text


def test_track__the_right_ending_leads_to_an_address_of_its_own(browser: Client) -> None:
    made = parcel(clock.now())

    answer = browser.post("/t/", {"waybill": made.waybill, "ending": "５６７８"})
    page = browser.get(answer.headers["Location"])

    assert answer.status_code == 302
    assert "5678" not in answer.headers["Location"]
    text = page.content.decode()
    assert re.findall(r'href="tel:([^"]*)"', text) == ["+8613987654321", "+862162345678"]
    # To be read; the exact instant names its zone when somebody points at it.
    assert "UTC" not in re.sub(r'title="[^"]*"', "", text)


def test_track__a_wrong_ending_says_so_and_shows_nobody(browser: Client) -> None:
    made = parcel(clock.now())

    answer = browser.post("/t/", {"waybill": made.waybill, "ending": "0000"})

    assert answer.status_code == 422
    assert "These are not the last digits" in answer.content.decode()
    assert "13987654321" not in answer.content.decode()


def test_track__without_an_ending_the_address_can_be_kept(browser: Client) -> None:
    answer = browser.post("/t/", {"waybill": "7304 & more"})

    assert answer.headers["Location"] == "/t/?w=7304+%26+more"


@pytest.mark.parametrize(
    ("data", "status"), [({"w": "0000"}, 404), ({"w": "\x00"}, 200), ({"w": "x" * 5000}, 404), ({}, 200)]
)
def test_track__unknown_numbers_are_said_plainly(browser: Client, data: dict[str, str], status: int) -> None:
    page = browser.get("/t/", data)

    assert page.status_code == status
    assert ("We do not know this waybill number" in page.content.decode()) == (status == 404)


def test_linked__opens_one_shipment_until_its_day(browser: Client) -> None:
    made, other = parcel(clock.now()), parcel(clock.now())
    until = clock.now() + HOUR
    token = rules.seal(f"shipment:{made.waybill}", Purpose.TRACK, until=until)
    old = rules.seal(f"shipment:{made.waybill}", Purpose.TRACK, until=clock.now() - HOUR)

    text = browser.get(reverse("portal:linked", args=[token])).content.decode()

    assert made.waybill in text
    assert other.waybill not in text
    assert browser.get(reverse("portal:linked", args=[old])).status_code == 404
    assert browser.get(reverse("portal:linked", args=["nonsense"])).status_code == 404


def limit(key: str, most: int) -> None:
    parameters.set_parameter(actor=system_actor("tests"), key=key, value=most, reason="r", source="s", now=clock.now())


def test_track__lookups_are_limited_by_address(browser: Client) -> None:
    limit("portal.lookups_a_minute", 3)
    made = parcel(clock.now())

    statuses = [browser.get("/t/", {"w": made.waybill}).status_code for _ in range(5)]

    assert statuses in ([200, 200, 200, 429, 429], [200, 200, 200, 200, 200])
    elsewhere = browser.get("/t/", {"w": made.waybill}, REMOTE_ADDR="192.0.2.9")
    assert elsewhere.status_code == 200


def test_track__endings_of_one_waybill_are_limited_for_everybody(browser: Client) -> None:
    limit("portal.endings_of_one_waybill", 3)
    made = parcel(clock.now())

    for at in range(4):
        answer = browser.post("/t/", {"waybill": made.waybill, "ending": f"000{at}"}, REMOTE_ADDR=f"192.0.2.{at}")
    right = browser.post("/t/", {"waybill": made.waybill, "ending": "5678"}, REMOTE_ADDR="192.0.2.77")

    assert answer.status_code == right.status_code == 429
    assert "13987654321" not in right.content.decode()


def test_track__spelling_the_waybill_otherwise_gives_no_more_attempts(browser: Client) -> None:
    limit("portal.endings_of_one_waybill", 2)
    made = parcel(clock.now(), waybill="SF73041182")

    spellings = ["SF73041182", "sf73041182", "SF 7304 1182", "ＳＦ73041182"]
    statuses = [
        browser.post("/t/", {"waybill": text, "ending": "0000"}, REMOTE_ADDR=f"192.0.2.{at}").status_code
        for at, text in enumerate(spellings)
    ]

    assert made.waybill == "SF73041182"
    assert statuses == [422, 422, 429, 429]


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_track__needs_no_script_and_stays_small(browser: Client, language: str) -> None:
    browser.cookies["zhike_language"] = language
    made = parcel(clock.now())
    token = rules.seal(f"shipment:{made.waybill}", Purpose.TRACK, until=clock.now() + HOUR)

    for address in ("/t/", reverse("portal:linked", args=[token])):
        text = browser.get(address).content.decode()
        static = environment().root / "src/zhike/platform/ui/static"
        sheets = [static / "dist" / Path(name).name for name in re.findall(r'href="[^"]*?([\w.]+\.css)"', text)]
        size = (
            len(text.encode()) + sum(sheet.stat().st_size for sheet in sheets) + (static / "ui/icon.svg").stat().st_size
        )

        assert "<script" not in text
        assert len(sheets) == 1
        assert size < MOST_BYTES
