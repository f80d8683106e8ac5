"""The pages of forms: the list, the builder without script, publishing, the preview."""

from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zhike.platform.accounts.models import User
from zhike.record.organization import actions as organization_actions
from zhike.record.organization.tests import factories as organization
from zhike.voice.surveys import actions, queries
from zhike.voice.surveys.models import Questionnaire
from zhike.voice.surveys.rules.builtin import FORMS
from zhike.voice.surveys.rules.builtin.parts import say
from zhike.voice.surveys.tests.factories import NOW, designer, draft, entry, item, published, section
from zhike.voice.surveys.types import ItemKind, Measure, VersionState

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


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
    client.cookies["zhike_language"] = "en"
    client.force_login(User.objects.get(pk=opened.user_id))
    return client


def address(name: str, *arguments: object) -> str:
    return reverse(f"surveys:{name}", args=arguments)


def text(answer: Any) -> str:  # noqa: ANN401 - what the test client gives  # noqa: ANN401 - what the test client gives
    return unescape(answer.content.decode())


def keys(code: str = "short") -> list[list[str]]:
    form = queries.latest_form(actor=designer(), code=code)
    return [[one.key for one in part.items] for part in form.sections]


def about(**changes: str) -> dict[str, str]:
    return {"code": "short", "audience": "contact", "name_en": "Short", **changes}


def asked(**changes: str) -> dict[str, str]:
    texts = {"text_zh-hans": "快吗？", "text_zh-hant": "快嗎？", "text_en": "Was it quick?"}
    return {"section": "part1", "answer": "scale:csat5", "required": "on", **texts, **changes}


@pytest.mark.req("SURV-01")
def test_builder__writes_a_form_from_nothing_without_script() -> None:
    client = client_of("quality")
    assert client.post(address("form_new"), about(name_en="")).status_code == 422
    names = {"name_zh-hans": "短", "name_zh-hant": "短", "name_en": "Short"}
    made = client.post(address("form_new"), about(**names))
    assert made["Location"] == address("builder", "short")
    heading = {"title_zh-hans": "这次", "title_zh-hant": "這次", "title_en": "This time", "stage": "after"}
    assert client.post(address("builder_part", "short", "new"), heading).status_code == 302
    assert client.post(address("builder_question", "short", "new"), asked()).status_code == 302
    choices = {"choices_zh-hans": "甲\n乙", "choices_zh-hant": "甲\n乙", "choices_en": "A\nB"}
    several = asked(answer="multiple", when_key="q1", when_values="1，2", key="ways", **choices)
    assert client.post(address("builder_question", "short", "new"), several).status_code == 302
    form = queries.latest_form(actor=designer(), code="short")
    assert [(one.key, one.kind, one.scale) for one in form.items] == [
        ("q1", ItemKind.SCALE, "csat5"),
        ("ways", ItemKind.MULTIPLE, ""),
    ]
    assert form.items[1].when_values == (1, 2)
    assert form.items[1].choices == (say("甲", "甲", "A"), say("乙", "乙", "B"))
    page = text(client.get(address("builder", "short")))
    assert "Nothing stands in the way of publishing." in page
    assert "0:16" in page


def test_builder__moves_and_takes_away_by_buttons_with_and_without_script() -> None:
    draft(sections=(section(item("a"), item("b"), key="one"), section(item("c"), key="two")))
    client = client_of("quality")
    to = address("builder_change", "short")
    moved = client.post(to, {"do": "up", "what": "question", "key": "b"})
    assert moved["Location"] == f"{address('builder', 'short')}#question-b"
    assert keys() == [["b", "a"], ["c"]]
    fragment = client.post(to, {"do": "down", "what": "question", "key": "a"}, headers={"HX-Request": "true"})
    assert fragment.status_code == 200
    assert text(fragment).lstrip().startswith('<div class="zk-columns" id="zk-outline">')
    assert keys() == [["b"], ["a", "c"]]
    client.post(to, {"do": "up", "what": "part", "key": "two"})
    client.post(to, {"do": "remove", "what": "question", "key": "b"})
    assert keys() == [["a", "c"], []]
    client.post(to, {"do": "remove", "what": "part", "key": "one"})
    assert keys() == [["a", "c"]]
    assert client.post(to, {"do": "up", "what": "question", "key": "gone"}).status_code == 404
    assert client.post(to, {"do": "turn", "what": "question", "key": "a"}).status_code == 404
    assert client.get(to).status_code == 405


def test_builder__shows_what_is_wrong_at_its_field_and_keeps_what_was_typed() -> None:
    draft(item("a"), sections=(section(item("a"), key="part1"),))
    client = client_of("quality")
    to = address("builder_question", "short", "a")
    wrong = client.post(to, asked(key="a", weight="2", when_values="x"))
    assert wrong.status_code == 422
    assert "Was it quick?" in text(wrong)
    assert client.post(to, asked(**{"text_zh-hans": "", "text_zh-hant": "", "text_en": ""})).status_code == 422
    assert queries.latest_form(actor=designer(), code="short").items[0].texts["en"] == "How was a?"
    # Whoever opened it before somebody else changed it is told so.
    page = client.get(to)
    seen = page.context["form"].initial["seen"]
    assert client.post(to, asked(key="a", seen=seen)).status_code == 302
    late = client.post(to, asked(key="a", text_en="Overwritten?", seen=seen))
    assert late.status_code == 422
    assert "changed by somebody else" in text(late)
    assert queries.latest_form(actor=designer(), code="short").items[0].texts["en"] == "Was it quick?"
    assert client.get(address("builder_question", "short", "gone")).status_code == 404


@pytest.mark.req("SURV-09")
def test_builder__warns_above_three_minutes() -> None:
    long = [item(f"q{number}", kind=ItemKind.TEXT) for number in range(7)]
    draft(*long[:6])
    client = client_of("quality")
    page = text(client.get(address("builder", "short")))
    assert "About 3:00 of 3:00 minutes" in page
    assert "Too long" not in page
    actions.save_form(actor=designer(), entry=entry(*long), now=NOW)
    page = text(client.get(address("builder", "short")))
    assert "About 3:30 of 3:00 minutes" in page
    assert "Too long" in page
    # A warning is no ban.
    assert client.post(address("form_publish", "short"), {}).status_code == 302


@pytest.mark.req("SURV-14")
def test_publishing__names_the_reasons_and_publishes_once_there_are_none() -> None:
    draft(item("recommend", scale="nps11", measure=Measure.RECOMMEND))
    client = client_of("quality")
    to = address("form_publish", "short")
    page = text(client.get(to))
    assert "only asked together with satisfaction" in page
    refused = client.post(to, {})
    assert refused.status_code == 422
    assert "only asked together with satisfaction" in text(refused)
    assert queries.latest_form(actor=designer(), code="short").state is VersionState.DRAFT
    actions.save_form(actor=designer(), entry=entry(item()), now=NOW)
    assert client.post(to, {})["Location"] == address("form", "short")
    assert Questionnaire.objects.get().published_version == 1
    assert client.post(to, {}).status_code == 409
    assert client.get(address("builder", "short"))["Location"] == address("form", "short")
    assert client.post(address("form_draft", "short"))["Location"] == address("builder", "short")
    assert client.post(address("form_retire", "short"), {"reason": ""}).status_code == 422
    assert client.post(address("form_retire", "short"), {"reason": "Replaced"}).status_code == 302
    assert client.get(address("form_retire", "short")).status_code == 404


@pytest.mark.req("SURV-03")
@pytest.mark.req("SURV-04")
def test_builtin__are_taken_in_by_a_button_and_can_be_published_as_they_are() -> None:
    client = client_of("quality")
    assert "Take in built-in forms" in text(client.get(address("forms")))
    assert client.post(address("forms_install"))["Location"] == address("forms")
    assert Questionnaire.objects.count() == len(FORMS)
    page = text(client.get(address("forms")))
    assert all(form.code in page for form in FORMS)
    for code in ("senior", "general", "relationship"):
        assert client.post(address("form_publish", code), {}).status_code == 302
        assert client.get(address("form", code)).status_code == 200


def test_form__is_read_by_version_and_written_by_those_who_may() -> None:
    published(item("a"), item("b", when_key="a", when_values=(1, 2), driver="speed"))
    actions.save_form(actor=designer(), entry=entry(item("a"), item("new")), now=NOW)
    agent = client_of("agent")
    page = text(agent.get(address("form", "short")))
    assert "How was b?" in page
    assert "“1. How was a?” was answered with: Very dissatisfied / Dissatisfied" in page
    assert "How was new?" not in page
    assert "How was new?" in text(agent.get(address("form", "short") + "?version=2"))
    assert address("builder", "short") not in page
    for wrong in ("9", "x", "9" * 40, "-1"):
        assert agent.get(address("form", "short") + f"?version={wrong}").status_code == 404
    for shut in ("builder", "builder_about", "form_publish", "form_retire"):
        assert agent.get(address(shut, "short")).status_code == 403
    assert agent.post(address("forms_install")).status_code == 403
    assert client_of("outlet").get(address("forms")).status_code == 403


def test_preview__shows_each_part_in_each_language_as_a_telephone_does() -> None:
    draft(
        sections=(
            section(item("a", na_allowed=True), item("n", scale="nps11"), key="one"),
            section(item("t", kind=ItemKind.TEXT), item("k", kind=ItemKind.NUMBER), key="two"),
        ),
        intro=say("您好", "您好", "Welcome"),
        thanks=say("谢谢", "謝謝", "Thanks"),
    )
    client = client_of("quality")
    to = address("form_preview", "short", 1)
    first = client.get(to + "?language=en")
    page = text(first)
    assert "How was a?" in page
    assert "Welcome" in page
    assert "Not used / not relevant" in page
    assert "How was t?" not in page
    assert "checked" not in page
    # Only our own builder may frame it.
    assert first.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in first.headers["Content-Security-Policy"]
    assert client.get(address("builder", "short")).headers["X-Frame-Options"] == "DENY"
    hant = text(client.get(to + "?language=zh-hant&part=2"))
    assert "t怎麼樣？" in hant
    assert "謝謝" in hant
    assert 'lang="zh-Hant"' in hant
    for odd in ("?part=99", "?part=0", "?part=x", "?language=xx", "?part=" + "9" * 40):
        assert client.get(to + odd).status_code == 200
    assert client.get(address("form_preview", "short", 2)).status_code == 404


@pytest.mark.parametrize("name", ["forms", "form", "builder", "builder_about", "form_publish"])
def test_pages__ask_the_database_little_however_long_the_form_is(name: str) -> None:
    actions.install_builtin(actor=designer(), now=NOW)
    client = client_of("quality")
    to = address(name) if name == "forms" else address(name, "general")
    client.get(to)
    with CaptureQueriesContext(connection) as spent:
        assert client.get(to).status_code == 200
    assert len(spent) <= MOST_QUERIES


def test_question__page_asks_the_database_little() -> None:
    actions.install_builtin(actor=designer(), now=NOW)
    client = client_of("quality")
    to = address("builder_question", "general", "outlet")
    client.get(to)
    with CaptureQueriesContext(connection) as spent:
        assert client.get(to).status_code == 200
    assert len(spent) <= MOST_QUERIES
