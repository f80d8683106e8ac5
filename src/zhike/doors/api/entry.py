"""Signing in to the API, asking twice, and asking too often."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps

from django.core.exceptions import RequestDataTooBig
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext_lazy as _
from ninja.security import HttpBearer
from ninja.security.base import AuthBase, SecuritySchema
from psycopg.pq import TransactionStatus

from zhike.doors.api.actions import actor_of_key, count_request
from zhike.doors.api.models import SentRequest
from zhike.platform import clock, operation
from zhike.platform.actors import Actor, ActorKind
from zhike.platform.api import cursors_of
from zhike.platform.errors import Conflict, Forbidden, Invalid, RateLimited, ZhikeError

PER_MINUTE = 1200
REPLAYED = "Idempotent-Replayed"
LONGEST_KEY = 120
NOT_KEPT = frozenset({401, 403, 429})


class TooLarge(ZhikeError):
    code = "too_large"
    status = 413
    message = _("The request is larger than this address takes.")
    next_step = _("Send large files to /imports, or in several parts.")


class KeyAuth(HttpBearer):
    """`Authorization: Bearer zk_…`."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        known: Actor | None = getattr(request, "key_actor", None)
        if known is not None:
            return known
        actor = actor_of_key(token, now=clock.now())
        if actor is not None:
            _count(actor)
            request.actor = request.key_actor = actor  # type: ignore[attr-defined]
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
        if not getattr(request, "is_counted", False):
            _count(actor)
            request.is_counted = True  # type: ignore[attr-defined]
        return actor


def _nothing(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _count(actor: Actor) -> None:
    """A fixed window a minute: plain, and the same for every process."""
    if count_request(f"{actor.kind.value}:{actor.id}", now=clock.now()) > PER_MINUTE:
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

    The answer is kept in the transaction of what the request does: both are there or neither, also when the process
    dies in between. The same key and request again get the first answer; another request is refused (422); while the
    first is still being answered the second is told so (409). Whoever asks is signed in before anything is answered.
    Server errors undo everything and, like refused sign-ins, are not kept: such a request may be sent again.
    """

    @wraps(run)
    def answer(request: HttpRequest, **kwargs: object) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if request.method != "POST" or not key:
            return run(request, **kwargs)
        if len(key) > LONGEST_KEY or "\x00" in key:
            text = _("An Idempotency-Key has at most 120 characters.")
            return problem(Invalid.of("Idempotency-Key", "too_long", text))
        try:
            actor = _signed_in(request)
            digest = _digest(request)
        except RequestDataTooBig:
            return problem(TooLarge())
        except (MultiPartParserError, ZhikeError):
            # The way through finds the same fault and answers it; nothing has been done.
            return run(request, **kwargs)
        if actor is None:
            return run(request, **kwargs)
        owner = f"{actor.kind.value}:{actor.id}"
        with transaction.atomic():
            if not _alone(owner, key):
                return problem(Conflict(_("The first request with this key is still being answered.")))
            return _first_answer(owner, key, request, digest) or _keep(
                owner, key, request, digest, lambda: run(request, **kwargs)
            )

    return answer


def bound_cursors(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A cursor leads on only in the list and with the filters that it was made with (a ninja decorator)."""

    @wraps(run)
    def answer(request: HttpRequest, **kwargs: object) -> HttpResponse:
        filters = [(n, v) for n, v in sorted(request.GET.lists()) if n not in {"cursor", "limit"} and any(v)]
        with cursors_of(json.dumps([request.path, filters])):
            return run(request, **kwargs)

    return answer


def _signed_in(request: HttpRequest) -> Actor | None:
    """Who asks, by the same ways as everywhere; the request remembers it and is counted once."""
    found: Actor | None = KeyAuth()(request) or SessionAuth()(request)
    return found


def _digest(request: HttpRequest) -> str:
    """What was sent, as one hash: a form by its fields and files, since the borders between them are random."""
    if not (request.content_type or "").startswith("multipart/"):
        return hashlib.sha256(request.body).hexdigest()
    found = hashlib.sha256()
    for name, values in sorted(request.POST.lists()):
        found.update(json.dumps([name, values]).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            content = hashlib.sha256()
            for chunk in file.chunks():
                content.update(chunk)
            file.seek(0)
            found.update(json.dumps([name, file.name, content.hexdigest()]).encode())
    return found.hexdigest()


def _alone(owner: str, key: str) -> bool:
    """Whether nobody else answers a request with this key now; held until the transaction ends."""
    number = int.from_bytes(hashlib.sha256(f"{owner} {key}".encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        (free,) = cursor.fetchone() or (False,)
    return bool(free)


def _first_answer(owner: str, key: str, request: HttpRequest, digest: str) -> HttpResponse | None:
    row = SentRequest.objects.filter(actor=owner, key=key).first()
    if row is None:
        return None
    if row.body_hash != digest or row.route != _route(request):
        return problem(Invalid.of("Idempotency-Key", "reused", _("This Idempotency-Key was used for another request.")))
    return HttpResponse(
        bytes(row.answer),
        status=row.status,
        content_type="application/json; charset=utf-8",
        headers={REPLAYED: "true", "Cache-Control": "no-store"},
    )


def _route(request: HttpRequest) -> str:
    return request.get_full_path()[:300]


def _keep(owner: str, key: str, request: HttpRequest, digest: str, run: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer, and keep the answer; in a transaction, whose savepoint is gone back to where nothing may stay."""
    before = transaction.savepoint()
    response = run()
    status = response.status_code
    if status >= 500 or connection.connection.info.transaction_status == TransactionStatus.INERROR:  # noqa: PLR2004
        transaction.savepoint_rollback(before)
    if status < 500 and status not in NOT_KEPT:  # noqa: PLR2004 - server errors
        SentRequest.objects.create(
            actor=owner,
            key=key,
            route=_route(request),
            body_hash=digest,
            status=status,
            answer=response.content,
            at=clock.now(),
        )
    return response
