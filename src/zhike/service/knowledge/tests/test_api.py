"""Phrases for programs, and articles in the search of the house by role."""

from typing import Any

import pytest
from django.test import Client

from zhike.platform.audit.models import AuditEntry
from zhike.platform.search import index
from zhike.platform.search.models import Document
from zhike.platform.search.queries import search
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.types import RoleReach
from zhike.service.knowledge.models import Phrase
from zhike.service.knowledge.tests.factories import NOW, article, phrase, writer
from zhike.service.knowledge.tests.test_files import client_of

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/phrases"
NEW: dict[str, Any] = {
    "code": "sorry-late",
    "kind": "apology",
    "texts": {"zh-hans": "让您久等了，非常抱歉。", "en": "We are sorry that you had to wait."},
    "category": "late",
}


def send(api: Client, path: str, body: object = None, *, way: str = "post") -> tuple[int, Any]:
    found = getattr(api, way)(f"{ROOT}{path}", body or {}, content_type="application/json")
    return found.status_code, found.json() if found.content else None


def test_phrases__are_made_read_changed_and_retired() -> None:
    api = client_of("quality")
    status, made = send(api, "", NEW)
    assert (status, made["code"], made["order"], made["active"], made["uses"]) == (201, "sorry-late", 100, True, 0)
    assert api.get(f"{ROOT}/sorry-late").json() == made
    changed = {**{name: NEW[name] for name in ("kind", "texts")}, "order": 5}
    status, after = send(api, "/sorry-late", changed, way="put")
    assert (status, after["order"], after["category"]) == (200, 5, "")
    before = AuditEntry.objects.filter(type="knowledge.phrase_saved").order_by("-pk")[0].changes["before"]
    assert before["category"] == "late"
    assert send(api, "/sorry-late/retire")[0] == 204
    assert send(api, "/sorry-late/retire")[0] == 204
    assert [one["code"] for one in api.get(ROOT).json()] == []
    assert [one["code"] for one in api.get(f"{ROOT}?active=false").json()] == ["sorry-late"]
    assert AuditEntry.objects.filter(type="knowledge.phrase_saved").count() == 3


def test_phrases__name_what_is_wrong_and_a_code_is_taken_once() -> None:
    api = client_of("quality")
    assert send(api, "", {**NEW, "texts": {}})[1]["fields"][0]["field"] == "texts"
    assert send(api, "", {**NEW, "avoid": {"en": ["no"]}})[1]["fields"][0]["field"] == "avoid"
    assert send(api, "", {**NEW, "code": "a b"})[0] == 422
    assert Phrase.objects.count() == 0
    assert send(api, "", NEW)[0] == 201
    again = send(api, "", {**NEW, "texts": {"en": "x"}})
    assert (again[0], again[1]["fields"][0]["code"]) == (422, "taken")
    assert Phrase.objects.get().texts == NEW["texts"]
    unknown = [send(api, "/none", NEW, way="put")[0], send(api, "/none/retire")[0], api.get(f"{ROOT}/none").status_code]
    assert unknown == [404, 404, 404]


def test_phrases__are_changed_by_those_who_keep_the_list() -> None:
    phrase()
    agent = client_of("agent")
    assert agent.get(f"{ROOT}/check").status_code == 200
    assert [send(agent, "", NEW)[0], send(agent, "/check/retire")[0]] == [403, 403]
    assert Phrase.objects.get().active


@pytest.mark.req("KNOW-01")
def test_search__finds_an_article_for_some_roles_for_those_roles_alone() -> None:
    everybody, claims = article(), article(roles=("claims", "outlet"))
    index.refresh("article", [everybody.pk, claims.pk], now=NOW)

    def found(*roles: str, **more: Any) -> set[int]:
        return {hit.object_id for hit in search(actor=organization.actor(roles=roles, **more), text="延误").hits}

    assert found("agent") == {everybody.pk}
    assert found("claims") == {everybody.pk, claims.pk}
    # Within less reach too, and for whoever keeps the articles.
    assert found("outlet", at=organization.unit(), reach=RoleReach.SUBTREE) == {everybody.pk, claims.pk}
    assert found("department", at=organization.unit(), reach=RoleReach.SUBTREE) == {everybody.pk}
    assert found("quality") == {everybody.pk, claims.pk}
    # By its number as well.
    agent = organization.actor(roles=("agent",))
    assert search(actor=agent, text=claims.number).hits == []
    assert [hit.object_id for hit in search(actor=writer(), text=claims.number).hits] == [claims.pk]


def test_search__forgets_a_limit_that_is_lifted_and_learns_a_new_one() -> None:
    row = article()
    index.refresh("article", [row.pk], now=NOW)
    assert Document.objects.get(kind="article").audience == []
    type(row).objects.filter(pk=row.pk).update(roles=["claims"])
    index.refresh("article", [row.pk], now=NOW)
    agent = organization.actor(roles=("agent",))
    assert (Document.objects.get(kind="article").audience, search(actor=agent, text="延误").hits) == (["claims"], [])
