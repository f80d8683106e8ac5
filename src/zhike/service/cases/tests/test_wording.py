from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client
from django.urls import reverse

from zhike.platform.errors import NotFound
from zhike.platform.facts import rows_of
from zhike.record.customers.tests.factories import customer
from zhike.record.organization import actions as people
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments.tests.test_api import client_of, send
from zhike.service.cases import actions
from zhike.service.cases.models import Case
from zhike.service.cases.rules import CaseClosed
from zhike.service.cases.tests.factories import CODED, NOW, SETUP, case
from zhike.service.cases.types import Ending
from zhike.service.knowledge import queries
from zhike.service.knowledge.models import Article, Phrase, Use
from zhike.service.knowledge.tests.factories import article, draft, entry, phrase
from zhike.service.knowledge.types import PastUse

pytestmark = pytest.mark.django_db


def counts(row: Case) -> tuple[int, int]:
    found = Case.objects.get(pk=row.pk)
    return found.articles_used, found.phrases_used


@pytest.mark.req("KNOW-01")
@pytest.mark.req("KNOW-02", partial="surveys")
def test_use__is_counted_at_the_case_the_article_and_the_phrase() -> None:
    agent = organization.actor()
    made, known, said = case(actor=agent), article(), phrase()
    actions.put_article(actor=agent, case_id=made.pk, article_id=known.pk, now=NOW)
    actions.put_article(actor=agent, case_id=made.pk, article_id=known.pk, now=NOW)
    actions.put_phrase(actor=agent, case_id=made.pk, phrase_id=said.pk, now=NOW)
    assert counts(made) == (2, 1)
    assert (Article.objects.get().uses, Phrase.objects.get().uses) == (2, 1)
    ((_use, label, url), _second) = queries.uses_of(actor=agent, article_id=known.pk)
    assert (label, url) == (made.number, reverse("desk:case", args=[made.pk]))
    _headings, rows = rows_of("knowledge_uses", actor=agent, ids=list(Use.objects.values_list("pk", flat=True)))
    assert [(row.title, row.cells[0]) for row in rows] == [
        (made.number, known.number),
        (made.number, known.number),
        (made.number, "check"),
    ]


def test_use__a_draft_or_a_closed_case_takes_nothing() -> None:
    agent = organization.actor()
    made, hidden, known = case(actor=agent), draft(), article()
    with pytest.raises(NotFound):
        actions.put_article(actor=agent, case_id=made.pk, article_id=hidden.pk, now=NOW)
    actions.close_case(
        actor=agent, case_id=made.pk, solved=True, resolution="好", ending=Ending.CONFIRMED, coding=CODED, now=NOW
    )
    with pytest.raises(CaseClosed):
        actions.put_article(actor=agent, case_id=made.pk, article_id=known.pk, now=NOW)
    assert (counts(made), Use.objects.count()) == ((0, 0), 0)


def test_use__of_the_past_is_taken_over_and_counted() -> None:
    made, known, said = case(), article(), phrase()
    about = ("case", made.pk)
    uses = [PastUse(about=about, at=NOW, article_id=known.pk), PastUse(about=about, at=NOW, phrase_id=said.pk)]
    assert actions.load_uses(actor=SETUP, uses=uses, now=NOW) == 2
    assert (counts(made), Article.objects.get().uses, Phrase.objects.get().uses) == ((1, 1), 1, 1)


def sent(client: Client, name: str, row: Case, **query: str) -> str:
    answer = client.get(reverse(f"cases:{name}", args=[row.pk]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_box__offers_what_fits_in_the_customers_language_within_twelve_queries(
    client: Client, django_assert_max_num_queries: Callable[..., AbstractContextManager[object]]
) -> None:
    member = organization.staff(roles=("agent",))
    people.open_staff_account(actor=SETUP, staff_id=member.pk, username="lina", password="zhike-test-2026", now=NOW)
    assert client.login(username="lina", password="zhike-test-2026")
    made = case(customer(), actor=organization.actor_of(member))
    known = article(category="late")
    phrase()
    with django_assert_max_num_queries(12):
        found = sent(client, "articles", made)
    assert known.number in found
    assert 'data-text="延误按运费退还' in found
    with django_assert_max_num_queries(12):
        assert "我马上为您查" in sent(client, "phrases", made)
    assert "zk-reply-panel" not in sent(client, "articles", made, q="没有")
    answer = client.post(reverse("cases:wording", args=[made.pk]), {"text": "我不知道"})
    assert "我马上为您查" in answer.content.decode()
    assert client.post(reverse("cases:put", args=[made.pk]), {"kind": "article", "id": "x"}).status_code == 422
    assert client.post(reverse("cases:put", args=[made.pk]), {"kind": "article", "id": known.pk}).status_code == 204
    with django_assert_max_num_queries(12):
        assert made.number in client.get(reverse("knowledge:article", args=[known.pk])).content.decode()
    with django_assert_max_num_queries(12):
        assert known.number in client.get(reverse("knowledge:list")).content.decode()
    with django_assert_max_num_queries(12):
        assert client.get(reverse("knowledge:phrases")).status_code == 200


@pytest.mark.req("KNOW-01")
def test_api__articles_are_written_found_and_suggested_by_programs() -> None:
    quality, agent = client_of("quality"), client_of("agent")
    body = {"kind": "question", "titles": dict(entry().titles), "answers": dict(entry().answers), "category": "late"}
    owner = organization.staff()
    made = send(quality, "POST", "/articles", {**body, "owner_id": owner.pk}, 201)
    assert (made["state"], made["pending"], made["version"]) == ("draft", True, 1)
    assert send(agent, "GET", f"/articles/{made['number']}", None, 404)["code"] == "not_found"
    send(agent, "POST", "/articles", body, 403)
    again = send(quality, "PUT", f"/articles/{made['number']}", {**body, "version": 1, "category": ""}, 200)
    assert again["version"] == 2
    assert send(quality, "PUT", f"/articles/{made['number']}", {**body, "version": 1}, 409)["code"] == (
        "article_changed_meanwhile"
    )
    known = article(category="late")
    assert [one["number"] for one in send(agent, "GET", "/articles?q=延误", None, 200)["items"]] == [known.number]
    assert [one["number"] for one in send(agent, "GET", "/article-suggestions?category=late", None, 200)] == [
        known.number
    ]
    phrase()
    assert [one["code"] for one in send(agent, "GET", "/phrases", None, 200)] == ["check"]
    found = send(agent, "POST", "/wording-checks", {"text": "不知道"}, 200)
    assert [(one["found"], one["better"]) for one in found] == [("不知道", "我马上为您查")]
