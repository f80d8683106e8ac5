"""Signing in to the API, asking twice, and asking too often."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext_lazy as _
from ninja.security import HttpBearer
from ninja.security.base import AuthBase, SecuritySchema

from zhike.doors.api.actions import actor_of_key
from zhike.doors.api.models import SentRequest
from zhike.platform import clock, operation
from zhike.platform.actors import Actor, ActorKind
from zhike.platform.errors import Conflict, Forbidden, Invalid, RateLimited, ZhikeError

PER_MINUTE = 1200
STUCK_AFTER = timedelta(minutes=10)
REPLAYED = "Idempotent-Replayed"
LONGEST_KEY = 120
NOT_KEPT = frozenset({401, 403, 429})


class KeyAuth(HttpBearer):
    """`Authorization: Bearer zk_…`."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        actor = actor_of_key(token, now=clock.now())
        if actor is not None:
            request.actor = actor  # type: ignore[attr-defined]
            _count(actor)
        return actor


class SessionAuth(AuthBase):
    """A person signed in at the desk; writing needs the CSRF token as on any page."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = "zhike_desk"

    def __init__(self) -> None:
        self.openapi_security_schema = SecuritySchema(type="apiKey", **{"in": "cookie", "name": self.openapi_name})

    def __call__(self, request: HttpRequest) -> Actor | None:
        actor: Actor | None = getattr(request, "actor", None)
        if actor is None or actor.kind is not ActorKind.STAFF:
            return None
        refused = CsrfViewMiddleware(lambda _request: HttpResponse()).process_view(request, _nothing, (), {})
        if refused is not None:
            raise Forbidden(_("The CSRF token is missing or old. Reload the page and try again."))
        _count(actor)
        return actor


def _nothing(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _count(actor: Actor) -> None:
    """A fixed window a minute: plain, and the same for every process."""
    slot = int(clock.now().timestamp() // 60)
    name = f"api:{actor.kind.value}:{actor.id}:{slot}"
    cache.add(name, 0, timeout=120)
    if cache.incr(name) > PER_MINUTE:
        raise RateLimited(next_step=_("At most %(most)s requests a minute. Wait and send again."), most=PER_MINUTE)


def problem(error: ZhikeError) -> HttpResponse:
    """The one shape of an error."""
    fields = (
        [
            {"field": name, "code": one.code, "message": one.text()}
            for name, found in error.fields.items()
            for one in found
        ]
        if isinstance(error, Invalid)
        else []
    )
    body = {
        "code": error.code,
        "message": error.text(),
        "fields": fields,
        "kept": str(error.kept) % error.params if error.params else str(error.kept),
        "next_step": str(error.next_step) % error.params if error.params else str(error.next_step),
        "operation": str(operation.current()),
    }
    return HttpResponse(
        json.dumps(body, ensure_ascii=False), status=error.status, content_type="application/json; charset=utf-8"
    )


def once(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer a POST that carries an Idempotency-Key exactly once (a ninja decorator of mode `view`).

    The same key and body again get the first answer; another body is refused (422); while the first is still being
    answered the second is told so (409). Server errors and refused sign-ins are not kept: they may be tried again.
    """

    @wraps(run)
    def answer(request: HttpRequest, **kwargs: object) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if request.method != "POST" or not key:
            return run(request, **kwargs)
        if len(key) > LONGEST_KEY or "\x00" in key:
            text = _("An Idempotency-Key has at most 120 characters.")
            return problem(Invalid.of("Idempotency-Key", "too_long", text))
        body_hash = hashlib.sha256(request.body).hexdigest()
        owner = _owner(request)
        try:
            with transaction.atomic():
                row = SentRequest.objects.create(
                    actor=owner, key=key, route=request.get_full_path()[:300], body_hash=body_hash, at=clock.now()
                )
        except IntegrityError:
            return _again(owner, key, request, body_hash, lambda: run(request, **kwargs))
        return _keep(row, run(request, **kwargs))

    return answer


def _owner(request: HttpRequest) -> str:
    """Keys of one sender are apart from everybody else's; the sender is known before it is believed."""
    token = request.headers.get("Authorization") or str(getattr(request.user, "pk", ""))
    return hashlib.sha256(token.encode()).hexdigest()


def _again(
    owner: str, key: str, request: HttpRequest, body_hash: str, answer: Callable[[], HttpResponse]
) -> HttpResponse:
    row = SentRequest.objects.filter(actor=owner, key=key).first()
    if row is None:
        return answer()
    if row.body_hash != body_hash or row.route != request.get_full_path()[:300]:
        return problem(Invalid.of("Idempotency-Key", "reused", _("This Idempotency-Key was used for another request.")))
    if row.answer is None:
        if clock.now() - row.at < STUCK_AFTER:
            return problem(Conflict(_("The first request with this key is still being answered.")))
        return _keep(row, answer())
    return HttpResponse(
        bytes(row.answer),
        status=row.status or 200,
        content_type="application/json; charset=utf-8",
        headers={REPLAYED: "true"},
    )


def _keep(row: SentRequest, response: HttpResponse) -> HttpResponse:
    if response.status_code in NOT_KEPT or response.status_code >= 500:  # noqa: PLR2004 - server errors
        row.delete()
    else:
        row.status, row.answer = response.status_code, response.content
        row.save(update_fields=["status", "answer"])
    return response
