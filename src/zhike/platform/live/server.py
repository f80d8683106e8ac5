"""The ASGI application of live events: server-sent events at /live, one connection a browser."""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

import django
import psycopg
from django.conf import settings

from zhike.platform.environment import environment
from zhike.platform.live.hub import CHECK_EVERY, GONE, Browser, Hub
from zhike.platform.live.tickets import Ticket, fingerprint, read

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = dict[str, str]
LISTENING_PATIENCE = 10.0

# The model of users knows how sessions are sealed.
django.setup()
hub = Hub()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """`GET /live?ticket=…` streams events; `GET /live/healthz` answers 200."""
    if scope["type"] != "http":
        return
    path = scope["path"].rstrip("/")
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    cross_origin = _cross_origin(headers)
    if scope["method"] != "GET":
        await _answer(send, HTTPStatus.METHOD_NOT_ALLOWED, cross_origin)
    elif path == "/live/healthz":
        await _answer(send, HTTPStatus.OK, cross_origin)
    elif path == "/live":
        await _live(scope, headers, cross_origin, receive, send)
    else:
        await _answer(send, HTTPStatus.NOT_FOUND, cross_origin)


async def _live(scope: Scope, headers: Headers, cross_origin: Headers, receive: Receive, send: Send) -> None:
    session_key = _session_key(headers)
    ticket = _ticket(scope)
    if ticket is None or not session_key or ticket.session != fingerprint(session_key):
        await _answer(send, HTTPStatus.FORBIDDEN, cross_origin)
        return
    hub.begin()
    try:
        if not await hub.admitted(session_key):
            await _answer(send, HTTPStatus.FORBIDDEN, cross_origin)
            return
        await asyncio.wait_for(hub.listening.wait(), LISTENING_PATIENCE)
    except (OSError, psycopg.Error, TimeoutError):
        await _answer(send, HTTPStatus.SERVICE_UNAVAILABLE, {**cross_origin, "retry-after": "5"})
        return
    browser = Browser(session_key, ticket)
    hub.browsers.add(browser)
    try:
        await _stream(browser, cross_origin, receive, send)
    finally:
        hub.browsers.discard(browser)


async def _stream(browser: Browser, cross_origin: Headers, receive: Receive, send: Send) -> None:
    headers = {
        **cross_origin,
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        # Tells a proxy not to collect the events.
        "x-accel-buffering": "no",
    }
    await _begin(send, HTTPStatus.OK, headers)
    await _write(send, "retry: 3000\nevent: ready\ndata: {}\n\n")
    leaving = asyncio.create_task(_until_gone(receive))
    try:
        while not leaving.done():
            message = asyncio.create_task(browser.waiting.get())
            await asyncio.wait({message, leaving}, timeout=CHECK_EVERY, return_when=asyncio.FIRST_COMPLETED)
            if not message.done():
                message.cancel()
                if not leaving.done():
                    await _write(send, ": here\n\n")
                continue
            if message.result() is GONE:
                await _write(send, "event: signed-out\ndata: {}\n\n")
                break
            await _write(send, f"event: change\ndata: {json.dumps(message.result(), separators=(',', ':'))}\n\n")
    finally:
        leaving.cancel()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _session_key(headers: Headers) -> str:
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ""
    found = cookies.get(settings.SESSION_COOKIE_NAME)
    return found.value if found is not None else ""


def _ticket(scope: Scope) -> Ticket | None:
    given = parse_qs(scope["query_string"].decode("latin-1")).get("ticket", [""])
    return read(given[0])


def _cross_origin(headers: Headers) -> Headers:
    """Rights for a page of the same host on another port, and for the origins named in ZHIKE_ORIGINS."""
    origin = headers.get("origin", "")
    same_host = urlsplit(origin).hostname == urlsplit(f"//{headers.get('host', '')}").hostname
    if not origin or not (same_host or origin in environment().trusted_origins):
        return {"vary": "origin"}
    return {
        "vary": "origin",
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
    }


async def _answer(send: Send, status: HTTPStatus, headers: Headers) -> None:
    await _begin(send, status, {**headers, "content-type": "text/plain; charset=utf-8"})
    await send({"type": "http.response.body", "body": f"{status.phrase}\n".encode()})


async def _begin(send: Send, status: HTTPStatus, headers: Headers) -> None:
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status.value, "headers": pairs})


async def _write(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
