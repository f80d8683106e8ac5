"""Random input to every operation of the API: whatever is sent, the answer is ours and never a fault of the program."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
import schemathesis
from django.db import transaction
from django.test.client import ClientHandler
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from zhike.doors.api import actions, pages, root
from zhike.platform import authz, clock
from zhike.platform.actors import system_actor

pytestmark = [pytest.mark.fuzz, pytest.mark.django_db]
EXAMPLES = 6
SHAPE = {"code", "message", "fields", "kept", "next_step", "operation"}
ANSWER_BELOW, REFUSED_FROM = 500, 400
_handler = ClientHandler(enforce_csrf_checks=False)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The whole site inside the test's own transaction, as Django's test client runs it."""
    response = _handler(environ)
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    return [b"".join(response)]


assert pages.urlpatterns, "the routers are mounted by the pages module"
SCHEMA = schemathesis.openapi.from_dict(root.api.get_openapi_schema(path_prefix=root.ROOT))
SCHEMA.app = application
FOUND = list(SCHEMA.get_all_operations())
OPERATIONS = {one.label: one for found in FOUND if isinstance(found, Ok) for one in (found.ok(),)}


@pytest.fixture
def key() -> str:
    made = actions.make_key(actor=system_actor("tests"), name="f", rights=list(authz.rights()), now=clock.now())
    return made.shown_once


def test_schema__every_operation_can_be_read() -> None:
    assert len(FOUND) == len(OPERATIONS) > 0


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_api__no_input_reaches_a_fault(label: str, key: str) -> None:
    strategies = [OPERATIONS[label].as_strategy(generation_mode=mode) for mode in GenerationMode]

    @given(case=st.one_of(*strategies))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def probe(case: schemathesis.Case[Any]) -> None:
        with transaction.atomic():
            answer = case.call(headers={"Authorization": f"Bearer {key}"})
            transaction.set_rollback(True)
        assert answer.status_code < ANSWER_BELOW, case.as_curl_command()
        if answer.status_code >= REFUSED_FROM:
            assert set(answer.json()) == SHAPE

    probe()
