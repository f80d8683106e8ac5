"""Forms for programs."""

from typing import Any

import pytest
from django.test import Client

from zhike.voice.surveys.tests.factories import item, published
from zhike.voice.surveys.tests.test_form_pages import client_of
from zhike.voice.surveys.types import ItemKind

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/survey-forms"
QUESTION: dict[str, Any] = {
    "key": "overall",
    "kind": "scale",
    "scale": "csat5",
    "measure": "overall",
    "texts": {"zh-hans": "满意吗？", "zh-hant": "滿意嗎？", "en": "Satisfied?"},
}
TITLES = {"zh-hans": "全部", "zh-hant": "全部", "en": "All"}
NEW: dict[str, Any] = {
    "code": "after-repair",
    "audience": "contact",
    "names": TITLES,
    "sections": [{"key": "all", "titles": TITLES, "stage": "after", "items": [QUESTION]}],
}


def send(api: Client, path: str, body: object = None, *, way: str = "post") -> tuple[int, Any]:
    found = getattr(api, way)(f"{ROOT}{path}", body or {}, content_type="application/json")
    return found.status_code, found.json() if found.content else None


@pytest.mark.req("SURV-01")
def test_forms__are_written_read_published_and_retired() -> None:
    api = client_of("quality")
    status, made = send(api, "", NEW)
    assert (status, made["state"], made["number"], made["faults"]) == (201, "draft", 1, [])
    assert made["sections"][0]["items"][0]["texts"] == QUESTION["texts"]
    assert api.get(f"{ROOT}/after-repair").json() == made
    assert send(api, "", NEW)[1]["fields"][0]["code"] == "taken"
    status, done = send(api, "/after-repair/publish")
    assert (status, done["state"], done["seconds"]) == (200, "published", 8)
    assert send(api, "/after-repair/publish")[0] == 409
    longer = {**QUESTION, "key": "why", "kind": "text", "scale": "", "measure": "", "texts": {"en": "Why?"}}
    body = {**NEW, "sections": [{**NEW["sections"][0], "items": [QUESTION, longer]}], "changed_at": done["changed_at"]}
    status, after = send(api, "/after-repair", body, way="put")
    assert (status, after["number"], [fault["code"] for fault in after["faults"]]) == (200, 2, ["untranslated"])
    assert send(api, "/after-repair", body, way="put")[0] == 409
    refused = send(api, "/after-repair/publish")
    assert (refused[0], refused[1]["fields"][0]["code"]) == (422, "untranslated")
    assert api.get(f"{ROOT}/after-repair?version=1").json()["state"] == "published"
    (line,) = api.get(f"{ROOT}?audience=contact").json()["items"]
    assert (line["code"], line["version"], line["published_version"], line["has_draft"]) == ("after-repair", 2, 1, True)
    assert api.get(f"{ROOT}?audience=senior").json()["items"] == []
    assert send(api, "/after-repair/retire", {"reason": ""})[0] == 422
    assert send(api, "/after-repair/retire", {"reason": "Replaced"})[0] == 204
    assert api.get(f"{ROOT}/after-repair?version=1").json()["state"] == "retired"


def test_forms__are_written_by_those_who_may_and_name_what_is_wrong() -> None:
    published(item("a"), item("b", kind=ItemKind.MULTIPLE))
    agent = client_of("agent")
    assert agent.get(f"{ROOT}/short").status_code == 200
    tried = [send(agent, "", NEW), send(agent, "/short/publish"), send(agent, "/short/retire", {"reason": "x"})]
    assert [status for status, _said in tried] == [403, 403, 403]
    api = client_of("quality")
    twice = {**NEW, "sections": [{**NEW["sections"][0], "items": [QUESTION, QUESTION]}]}
    assert {one["field"] for one in send(api, "", twice)[1]["fields"]} == {"key", "measure"}
    assert send(api, "", {**NEW, "names": {}})[1]["fields"][0]["field"] == "names"
    assert send(api, "/none", {name: NEW[name] for name in ("audience", "names")}, way="put")[0] == 404
    assert api.get(f"{ROOT}/none").status_code == 404
    assert api.get(f"{ROOT}/short?version=7").status_code == 404
