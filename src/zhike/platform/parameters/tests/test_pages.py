from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpResponseBase
from django.test import RequestFactory
from django.urls import resolve, reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from zhike.platform import clock, parameters
from zhike.platform.actors import Actor
from zhike.platform.errors import Forbidden
from zhike.platform.parameters import Parameter, actions
from zhike.platform.parameters.models import ParameterProposal, ParameterValue
from zhike.platform.parameters.tests.factories import NOW, declared_for_test, make_actor

pytestmark = pytest.mark.django_db
VIEWER = frozenset({"parameters.view"})
CHANGE = {"value": "0.8", "reason": "Warned too early", "source": "Decision 2026-11"}


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def parameter() -> Iterator[Parameter[Any]]:
    with declared_for_test() as found:
        yield found


@pytest.fixture
def guarded() -> Iterator[Parameter[Any]]:
    with declared_for_test(needs_approval=True) as found:
        yield found


def ask(actor: Actor, name: str, *args: object, post: dict[str, Any] | None = None, **query: str) -> HttpResponseBase:
    """The answer of one of this room's views, without the sign-in that lies above this floor."""
    path = reverse(f"parameters:{name}", args=args)
    request = RequestFactory().get(path, query) if post is None else RequestFactory().post(path, post)
    request.actor = actor  # type: ignore[attr-defined]
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    found = resolve(request.path)
    view: Callable[..., HttpResponseBase] = found.func
    return view(request, *found.args, **found.kwargs)


def text_of(response: HttpResponseBase) -> str:
    content: bytes = getattr(response, "content", b"")
    return content.decode()


@pytest.mark.req("DATA-08")
def test_list__shows_default_unit_source_and_way_to_the_history(
    parameter: Parameter[Any], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(12):
        html = text_of(ask(make_actor(), "list", q="trial"))

    assert "Trial share" in html
    assert "0.75 share" in html
    assert "methods §5.1" in html
    assert reverse("parameters:history", args=[parameter.key]) in html


def test_list__says_when_nothing_matches(parameter: Parameter[Any]) -> None:
    assert "No parameter matches" in text_of(ask(make_actor(), "list", q="nothing of the kind"))


def test_page__changes_the_value(parameter: Parameter[Any]) -> None:
    response = ask(make_actor(), "page", parameter.key, post=CHANGE)

    assert response.status_code == 302
    assert parameters.value(parameter, at=clock.now()) == Decimal("0.8")
    html = text_of(ask(make_actor(), "history", parameter.key))
    assert "Warned too early" in html
    assert "before 0.75 share" in html


def test_page__a_date_to_come_is_wall_time_of_the_actor(parameter: Parameter[Any]) -> None:
    ask(make_actor(), "page", parameter.key, post={**CHANGE, "valid_from": "2027-03-01T08:00"})

    assert ParameterValue.objects.get().valid_from.isoformat() == "2027-03-01T00:00:00+00:00"


def test_page__keeps_what_was_typed_and_says_what_is_wrong(parameter: Parameter[Any]) -> None:
    response = ask(make_actor(), "page", parameter.key, post={**CHANGE, "value": "1.5", "reason": ""})
    assert response.status_code == 422
    html = text_of(ask(make_actor(), "page", parameter.key, post={**CHANGE, "value": "1.5"}))

    assert "The largest allowed value is 1 share." in html
    assert 'value="1.5"' in html
    assert not ParameterValue.objects.exists()


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59", "2020-01-01T00:00", "soon"])
def test_page__takes_no_moment_out_of_range(parameter: Parameter[Any], moment: str) -> None:
    response = ask(make_actor(), "page", parameter.key, post={**CHANGE, "valid_from": moment})

    assert response.status_code == 422
    assert not ParameterValue.objects.exists()


def test_page__offers_no_form_to_viewers_and_takes_none(parameter: Parameter[Any]) -> None:
    viewer = make_actor("8", rights=VIEWER)

    assert "Change the value" not in text_of(ask(viewer, "page", parameter.key))
    with pytest.raises(Forbidden):
        ask(viewer, "page", parameter.key, post=CHANGE)
    assert not ParameterValue.objects.exists()


def proposed(key: str) -> int:
    ask(make_actor("7"), "page", key, post=CHANGE)
    return ParameterProposal.objects.get(state="pending").pk


def test_proposal__waits_in_sight_and_is_decided_by_another(guarded: Parameter[Any]) -> None:
    proposal_id = proposed(guarded.key)
    own = text_of(ask(make_actor("7"), "list"))
    other = text_of(ask(make_actor("9"), "list"))
    assert ("Withdraw" in own, "Approve" in own) == (True, False)
    assert ("Withdraw" in other, "Approve" in other) == (False, True)

    with pytest.raises(Forbidden):
        ask(make_actor("7"), "approve", proposal_id, post={})
    assert ask(make_actor("9"), "approve", proposal_id, post={}).status_code == 302
    assert parameters.value(guarded, at=clock.now()) == Decimal("0.8")


def test_proposal__refused_with_a_reason(guarded: Parameter[Any]) -> None:
    proposal_id = proposed(guarded.key)

    assert "Refuse the change" in text_of(ask(make_actor("9"), "refuse", proposal_id))
    assert ask(make_actor("9"), "refuse", proposal_id, post={"note": ""}).status_code == 422
    assert ask(make_actor("9"), "refuse", proposal_id, post={"note": "Not shown"}).status_code == 302
    assert ParameterProposal.objects.get().state == "refused"


def test_proposal__withdrawn_by_its_author(guarded: Parameter[Any]) -> None:
    ask(make_actor("7"), "withdraw", proposed(guarded.key), post={})

    assert ParameterProposal.objects.get().state == "withdrawn"


def test_history__costs_few_queries(
    parameter: Parameter[Any], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for position, value in enumerate(("0.1", "0.2", "0.3")):
        actions.set_parameter(
            actor=make_actor(), key=parameter.key, value=value, reason=f"r{position}", source="s", now=NOW
        )

    with django_assert_max_num_queries(12):
        assert "r2" in text_of(ask(make_actor(), "history", parameter.key))
