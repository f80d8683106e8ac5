"""A survey answered by its link, as a phone without script gets it."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from zhike.platform import clock, parameters
from zhike.platform.actors import system_actor
from zhike.voice.surveys.models import Answer, Recipient
from zhike.voice.surveys.rules.links import seal
from zhike.voice.surveys.tests.asking import DAY, invited

pytestmark = pytest.mark.django_db
MOST_BYTES = 60_000


@pytest.fixture(autouse=True)
def pages(settings: Settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://desk.example.com"]


@pytest.fixture
def browser() -> Client:
    return Client(headers={"accept-language": "en"})


def asked() -> tuple[Recipient, str]:
    today = clock.local_date(clock.now(), "Asia/Shanghai")
    to = invited(now=clock.now(), planned_on=today, closes_on=today + DAY)
    # At night an invitation waits; the link is the same.
    return to, reverse("portal:survey", args=[seal(to.ref)])


def is_chosen(page: str, key: str, value: str) -> bool:
    """Whether this one option is ticked, and no other of its question."""
    fields = re.findall(r"<input[^>]*>", page)
    ticked = [one for one in fields if f'name="{key}"' in one and "checked" in one]
    return len(ticked) == 1 and f'value="{value}"' in ticked[0]


def test_survey__is_answered_page_by_page_without_script(browser: Client) -> None:
    to, link = asked()
    first = browser.get(link)
    text = first.content.decode()
    assert len(first.content) < MOST_BYTES
    assert "<script" not in text
    assert "Page 1 of 2" in text
    assert "checked" not in text
    to.refresh_from_db()
    assert to.opened_at is not None
    step = browser.post(f"{link}1/", {"overall": "4"})
    assert step["location"] == f"{link}2/"
    # Back, before anything is sent off: what was said is still there.
    assert is_chosen(browser.get(f"{link}1/").content.decode(), "overall", "4")
    assert browser.get(link)["location"] == f"{link}2/"
    second = browser.get(f"{link}2/").content.decode()
    assert "0: Not likely at all, 10: Very likely" in second
    assert browser.post(f"{link}2/", {"recommend": "9", "words": "Good <b>work</b>"})["location"] == link
    done = browser.get(link).content.decode()
    assert "Your answer has arrived." in done
    to.refresh_from_db()
    assert (to.disposition, to.score, to.way) == ("answered", 4, "link")
    assert "Your answer has arrived." in browser.post(f"{link}1/", {"overall": "1"}).content.decode()
    assert Answer.objects.get(item__key="overall").value == 4


def test_survey__names_the_question_and_keeps_what_was_typed(browser: Client) -> None:
    _to, link = asked()
    browser.post(f"{link}1/", {"overall": "5"})
    answer = browser.post(f"{link}2/", {"recommend": "77", "words": "typed & kept"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="recommend_error"' in text
    assert "Choose a point from 0 to 10." in text
    assert "typed &amp; kept" in text
    assert Answer.objects.count() == 1


def test_survey__asks_more_where_an_answer_calls_for_it(browser: Client) -> None:
    _to, link = asked()
    assert browser.post(f"{link}1/", {"overall": "1"})["location"] == f"{link}1/?more=1"
    assert "About why?" in browser.get(f"{link}1/?more=1").content.decode()
    assert browser.post(f"{link}1/", {"overall": "1", "why": "2"})["location"] == f"{link}2/"


def test_survey__speaks_three_languages() -> None:
    _to, link = asked()
    for language, word in (("zh-hans", "下一页"), ("zh-hant", "下一頁"), ("en", "Next page")):
        text = Client(headers={"accept-language": language}).get(link).content.decode()
        assert word in text, language


def test_survey__is_refused_or_left_without_a_score_by_a_button_only(browser: Client) -> None:
    to, link = asked()
    assert browser.get(f"{link}refuse/").status_code == 200
    to.refresh_from_db()
    assert to.disposition != "refused"
    browser.post(f"{link}refuse/")
    to.refresh_from_db()
    assert to.disposition == "refused"
    assert "You have told us that you do not take part." in browser.get(link).content.decode()
    other, link = asked()
    wrong = browser.post(f"{link}words/", {"text": " "})
    assert wrong.status_code == 422
    browser.post(f"{link}words/", {"text": "Nobody called back", "strong": "1"})
    other.refresh_from_db()
    assert other.disposition == "complaint"
    assert "Your words have arrived." in browser.get(link).content.decode()


def test_survey__says_where_a_link_opens_nothing(browser: Client) -> None:
    to, link = asked()
    for token in ("x", seal(to.ref)[:-2]):
        assert browser.get(reverse("portal:survey", args=[token])).status_code == 404
        assert browser.post(reverse("portal:survey_page", args=[token, 1])).status_code == 404
    assert browser.get(f"{link}99/")["location"] == link
    to.campaign.state = "closed"
    to.campaign.closed_at = clock.now()
    to.campaign.save()
    gone = browser.get(link)
    assert gone.status_code == 410
    assert "This survey has ended" in gone.content.decode()
    assert browser.post(f"{link}1/", {"overall": "4"}).status_code == 410
    assert Answer.objects.count() == 0


def test_survey__limits_how_often_one_address_answers_and_keeps_what_was_chosen(browser: Client) -> None:
    parameters.set_parameter(
        actor=system_actor("tests"), key="portal.answers_an_hour", value=1, reason="r", source="s", now=clock.now()
    )
    _to, link = asked()
    browser.post(f"{link}1/", {"overall": "4"})
    answer = browser.post(f"{link}1/", {"overall": "5"})
    assert answer.status_code == 429
    assert is_chosen(answer.content.decode(), "overall", "5")
    assert Answer.objects.get().value == 4


def test_survey__page_needs_few_queries(browser: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    _to, link = asked()
    browser.get(link)
    with django_assert_max_num_queries(12):
        browser.get(link)
