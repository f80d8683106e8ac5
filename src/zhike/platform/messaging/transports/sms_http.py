"""Handing an SMS to a provider over HTTP, knowing whether it may have it."""

from collections.abc import Mapping
from http import HTTPStatus

import httpx

from zhike.platform.messaging.settings import SmsHttp
from zhike.platform.messaging.types import Accepted, Deferred, Envelope, Outcome, Refused, Unknown

LONGEST_TEXT = 400
# Nothing has left, or nothing was taken: trying again is safe.
_NOTHING_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
_LATER = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_NO_FAULT_OF_THE_MESSAGE = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.PAYMENT_REQUIRED})


class SmsHttpTransport:
    def __init__(self, settings: SmsHttp) -> None:
        self._settings = settings

    def send(self, envelope: Envelope) -> Outcome:
        wanted = self._settings
        words = {"id": str(envelope.id), "to": envelope.to, "text": envelope.body, "secret": wanted.secret}
        headers = {name: str(fill(value, words)).strip() for name, value in wanted.headers.items()}
        headers.setdefault("Idempotency-Key", str(envelope.id))
        try:
            # Proxies of the environment and redirects would take the text elsewhere.
            with httpx.Client(timeout=wanted.seconds, follow_redirects=False, trust_env=False) as client:
                answer = client.post(wanted.url, json=fill(wanted.body, words), headers=headers)
        except _NOTHING_LEFT as error:
            return Deferred("connect", _text(error))
        except (httpx.InvalidURL, UnicodeError) as error:
            return Deferred("settings", _text(error))
        except httpx.HTTPError as error:
            return Unknown("no_answer", _text(error))
        return self._judge(answer)

    def _judge(self, answer: httpx.Response) -> Outcome:
        status = answer.status_code
        shown = answer.text[:LONGEST_TEXT]
        if status in _LATER or status in _NO_FAULT_OF_THE_MESSAGE:
            return Deferred(str(status), shown)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
            return Unknown(str(status), shown)
        if not answer.is_success:
            return Refused(str(status), shown)
        try:
            content = answer.json()
        except ValueError:
            content = None
        if self._settings.ok:
            path, _equals, expected = self._settings.ok.partition("=")
            found = at_path(content, path)
            if found is None:
                return Unknown("unreadable", shown)
            if str(found) != expected:
                return Refused(str(found)[:40], shown)
        found = at_path(content, self._settings.id_path)
        return Accepted("" if found is None else str(found))


def fill(template: object, words: Mapping[str, str]) -> object:
    """Put the words into every text of a JSON value; as values, so that no text can break out of its place."""
    if isinstance(template, str):
        parts = template
        if parts.startswith("{") and parts.endswith("}") and parts[1:-1] in words:
            return words[parts[1:-1]]
        return _fill_text(parts, words)
    if isinstance(template, dict):
        return {name: fill(value, words) for name, value in template.items()}
    if isinstance(template, list):
        return [fill(value, words) for value in template]
    return template


def _fill_text(text: str, words: Mapping[str, str]) -> str:
    """One pass from left to right: what is filled in is not looked at again."""
    pieces, rest = [], text
    while rest:
        before, brace, after = rest.partition("{")
        pieces.append(before)
        name, closed, tail = after.partition("}")
        if brace and closed and name in words:
            pieces.append(words[name])
            rest = tail
        else:
            pieces.append(brace)
            rest = after
    return "".join(pieces)


def at_path(content: object, path: str) -> object:
    """What lies at `data.0.id`; None where there is nothing."""
    found = content
    for step in path.split(".") if path else []:
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found if path else None


def _text(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:LONGEST_TEXT]
