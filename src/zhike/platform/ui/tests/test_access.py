from functools import wraps
from http import HTTPStatus

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from zhike.platform.actors import Actor, ActorKind, public_actor
from zhike.platform.authz import Right
from zhike.platform.errors import Forbidden
from zhike.platform.ui.access import Door, access_of, public, requires, signed_in

SEE = Right("tests.see_page", "See the page")
EDIT = Right("tests.edit_page", "Edit the page")


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("content")


def _request(actor: Actor, *, method: str = "get", fragment: bool = False) -> HttpRequest:
    headers = {"HX-Request": "true"} if fragment else {}
    request: HttpRequest = getattr(RequestFactory(), method)("/cases/?page=2", headers=headers)
    request.actor = actor  # type: ignore[attr-defined]
    return request


def _staff(*rights: Right) -> Actor:
    return Actor(kind=ActorKind.STAFF, id="1", rights=frozenset(right.code for right in rights))


def test_signed_in__leads_others_to_sign_in_and_back() -> None:
    response = signed_in(page)(_request(public_actor()))

    assert response.status_code == HTTPStatus.FOUND
    assert response.headers["Location"] == "/sign-in/login/?next=/cases/%3Fpage%3D2"


def test_signed_in__does_not_lead_back_to_a_form_that_was_sent() -> None:
    response = signed_in(page)(_request(public_actor(), method="post"))

    assert response.headers["Location"] == "/sign-in/login/?next=/"


def test_signed_in__a_fragment_sends_its_whole_page() -> None:
    response = signed_in(page)(_request(public_actor(), fragment=True))

    assert response.status_code == HTTPStatus.UNAUTHORIZED
    assert response.headers["HX-Redirect"] == "/sign-in/login/"


@pytest.mark.parametrize("kind", [ActorKind.CONTACT, ActorKind.LINK, ActorKind.API_KEY])
def test_signed_in__is_for_staff_only(kind: ActorKind) -> None:
    assert signed_in(page)(_request(Actor(kind=kind, id="1"))).status_code == HTTPStatus.FOUND


def test_signed_in__staff_enter() -> None:
    assert signed_in(page)(_request(_staff())).status_code == HTTPStatus.OK


def test_requires__any_one_right_opens() -> None:
    guarded = requires(SEE, EDIT)(page)

    assert guarded(_request(_staff(EDIT))).status_code == HTTPStatus.OK
    with pytest.raises(Forbidden) as denial:
        guarded(_request(_staff()))
    assert denial.value.right == "tests.see_page"


def test_requires__asks_for_a_right() -> None:
    with pytest.raises(ValueError, match="name a right"):
        requires()


def test_public__everybody_enters() -> None:
    assert public("a tracking page asks for the phone")(page)(_request(public_actor())).status_code == HTTPStatus.OK


def test_access_of__is_read_through_other_decorators() -> None:
    @wraps(page)
    def plain(request: HttpRequest) -> HttpResponse:
        return page(request)

    @wraps(guarded := requires(SEE)(page))
    def outer(request: HttpRequest) -> HttpResponse:
        return HttpResponse(guarded(request))

    found = access_of(outer)
    assert found is not None
    assert (found.door, found.rights) == (Door.RIGHT, (SEE,))
    assert access_of(plain) is None
