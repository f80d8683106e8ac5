"""The list of messages and the decision about one."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from zhike.platform.actors import Actor
from zhike.platform.errors import Forbidden, NotFound
from zhike.platform.messaging import Channel, delivery, pages
from zhike.platform.messaging.models import Message
from zhike.platform.messaging.tests.factories import DECIDER, NOW, make_actor, make_message

pytestmark = pytest.mark.django_db


def ask(
    view: Callable[..., Any],
    *arguments: object,
    actor: Actor = DECIDER,
    query: str = "",
    post: dict[str, str] | None = None,
) -> HttpResponse:
    """The view's own answer to this actor, in English."""
    address = f"/settings/messages/?{query}"
    request = RequestFactory().get(address) if post is None else RequestFactory().post(address, post)
    request.user, request.session = AnonymousUser(), SessionStore()
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    request.actor = actor  # type: ignore[attr-defined]
    with translation.override("en"):
        found: HttpResponse = view(request, *arguments)
    return found


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


def uncertain() -> UUID:
    message_id = make_message()
    delivery.claim(message_id, now=NOW)
    delivery.claim(message_id, now=NOW)
    return message_id


def test_list__shows_states_and_masks_addresses() -> None:
    uncertain()
    make_message(Channel.SMS, to="13812345678", held_because="contact budget")

    page = text(ask(pages.message_list))

    assert "c***@example.com" in page
    assert "138****5678" in page
    assert "Decide on 1 uncertain message" in " ".join(page.split())
    assert "chen@example.com" not in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("state=held", False),
        ("state=queued", True),
        ("to=chen@example.com", True),
        ("to=13812345678", False),
        ("channel=email", True),
    ],
)
def test_list__filters(query: str, *, shown: bool) -> None:
    make_message()

    assert ("c***@example.com" in text(ask(pages.message_list, query=query))) == shown


def test_page__a_decision_needs_its_reason() -> None:
    message_id = uncertain()

    assert "The process was interrupted during the hand-over." in text(ask(pages.message_page, message_id))
    assert ask(pages.message_page, message_id, post={"deed": "mark_sent", "reason": ""}).status_code == 422
    assert ask(pages.message_page, message_id, post={"deed": "else", "reason": "x"}).status_code == 422
    assert Message.objects.get().state == "uncertain"

    done = ask(pages.message_page, message_id, post={"deed": "mark_sent", "reason": "called"})

    assert (done.status_code, Message.objects.get().state) == (302, "sent")
    assert "marked as sent" in text(ask(pages.message_page, message_id))


def test_page__an_unknown_message_is_not_found() -> None:
    with pytest.raises(NotFound):
        ask(pages.message_page, UUID(int=1))


def test_release__lets_the_held_go() -> None:
    make_message(held_because="why")

    assert ask(pages.release, post={}).status_code == 302

    assert Message.objects.get().state == "queued"


def test_pages__need_the_right() -> None:
    held, stranger = make_message(held_because="why"), make_actor()

    for view, arguments, post in (
        (pages.message_list, (), None),
        (pages.message_page, (held,), None),
        (pages.message_page, (held,), {"deed": "give_up", "reason": "x"}),
        (pages.release, (), {}),
    ):
        with pytest.raises(Forbidden):
            ask(view, *arguments, actor=stranger, post=post)
    assert Message.objects.get().state == "held"
