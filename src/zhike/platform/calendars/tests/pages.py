"""Asking a page as somebody, without the sign-in that lies above this floor."""

from collections.abc import Callable
from typing import Any

from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpResponseBase
from django.test import RequestFactory
from django.urls import resolve

from zhike.platform.actors import Actor


def ask(actor: Actor, path: str, data: dict[str, Any] | None = None, *, post: bool = False) -> HttpResponseBase:
    """The answer of the view at this address."""
    factory = RequestFactory()
    request = factory.post(path, data or {}) if post else factory.get(path, data or {})
    request.actor = actor  # type: ignore[attr-defined]
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    found = resolve(request.path)
    view: Callable[..., HttpResponseBase] = found.func
    return view(request, *found.args, **found.kwargs)


def text_of(response: HttpResponseBase) -> str:
    content: bytes = getattr(response, "content", b"")
    return content.decode()
