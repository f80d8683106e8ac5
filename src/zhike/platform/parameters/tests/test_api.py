from collections.abc import Iterator
from typing import Any

import pytest
from ninja.testing import TestClient

from zhike.platform.actors import Actor
from zhike.platform.errors import Invalid, NotFound
from zhike.platform.parameters import Parameter
from zhike.platform.parameters.api import router
from zhike.platform.parameters.tests.factories import declared_for_test, make_actor

pytestmark = pytest.mark.django_db
CHANGE = {"value": "0.8", "reason": "Warned too early", "source": "Decision 2026-11"}


@pytest.fixture
def parameter() -> Iterator[Parameter[Any]]:
    with declared_for_test() as found:
        yield found


def ask(method: str, path: str, actor: Actor | None = None, **more: Any) -> Any:  # noqa: ANN401 - parsed JSON
    answer = TestClient(router).request(method, path, actor=actor or make_actor(), **more)
    assert answer.status_code < 300
    return answer.json() if answer.content else None


def test_list__shows_value_default_unit_and_source(parameter: Parameter[Any]) -> None:
    [found] = [row for row in ask("GET", "/parameters") if row["key"] == parameter.key]

    assert (found["value"], found["default"], found["unit"], found["source"]) == (
        "0.75",
        "0.75",
        "share",
        "methods §5.1",
    )
    assert (found["kind"], found["minimum"], found["maximum"]) == ("decimal", "0", "1")


def test_set__changes_and_tells_the_history(parameter: Parameter[Any]) -> None:
    assert ask("POST", f"/parameters/{parameter.key}", json=CHANGE)["version"] == 2

    found = ask("GET", f"/parameters/{parameter.key}")
    assert (found["value"], found["version"]) == ("0.8", 2)
    assert [(change["version"], change["value"], change["actor"]) for change in found["history"]] == [
        (2, "0.8", "staff:7"),
        (1, "0.75", ""),
    ]


def test_set__takes_json_numbers_and_refuses_the_rest(parameter: Parameter[Any]) -> None:
    assert ask("POST", f"/parameters/{parameter.key}", json={**CHANGE, "value": 0.5})["version"] == 2
    for value in (True, "", "NaN", 7):
        with pytest.raises(Invalid):
            ask("POST", f"/parameters/{parameter.key}", json={**CHANGE, "value": value})
    with pytest.raises(NotFound):
        ask("POST", "/parameters/parameters.nothing", json=CHANGE)


def test_proposals__go_through_a_second_person() -> None:
    with declared_for_test(needs_approval=True) as parameter:
        proposal_id = ask("POST", f"/parameters/{parameter.key}", json=CHANGE)["proposal_id"]

        [waiting] = ask("GET", "/parameter-proposals")
        assert (waiting["id"], waiting["value"], waiting["proposed_by"]) == (proposal_id, "0.8", "staff:7")
        done = ask("POST", f"/parameter-proposals/{proposal_id}/approve", make_actor("9"), json={})
        assert done["version"] == 2
        [newest, _default] = ask("GET", f"/parameters/{parameter.key}")["history"]
        assert (newest["actor"], newest["approved_by"]) == ("staff:7", "staff:9")


def test_proposals__refused_and_withdrawn() -> None:
    with declared_for_test(needs_approval=True) as parameter:
        first = ask("POST", f"/parameters/{parameter.key}", json=CHANGE)["proposal_id"]
        ask("POST", f"/parameter-proposals/{first}/refuse", make_actor("9"), json={"note": "Not shown"})
        second = ask("POST", f"/parameters/{parameter.key}", json=CHANGE)["proposal_id"]
        ask("POST", f"/parameter-proposals/{second}/withdraw")

        assert ask("GET", "/parameter-proposals") == []
