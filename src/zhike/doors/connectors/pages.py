"""Addresses that carriers and aggregators push to: `/connect/<format>/<source>/`."""

from dataclasses import asdict
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from zhike.doors.connectors import actions
from zhike.doors.connectors.rules import FORMATS
from zhike.doors.connectors.types import ZONE, Push
from zhike.platform import clock, parameters
from zhike.platform.actors import system_actor
from zhike.platform.errors import NotFound, ZhikeError
from zhike.platform.ui.access import public

MOUNT = "connect/"


def secret_name(format_code: str, source: str) -> str:
    """The entry of the deployment's secrets file that opens this address; without one the address does not exist."""
    return f"connector_{format_code}_{source}"


@public("each push is signed with the secret of its source")
@csrf_exempt
@require_POST
def receive(request: HttpRequest, format_code: str, source: str) -> JsonResponse:
    """Answers as the sender expects; a refusal says why and makes the sender try again."""
    secret = settings.ENV.secrets.get(secret_name(format_code, source), "")
    chosen = FORMATS.get(format_code)
    if chosen is None or not secret:
        raise NotFound
    now = clock.now()
    push = _push(request, now)
    try:
        taken = actions.take_push(
            actor=system_actor(f"connectors.{format_code}.{source}"),
            format_code=format_code,
            source=source,
            secret=secret,
            push=push,
            now=now,
        )
    except ZhikeError as error:
        body = {**chosen.refused, "code_name": error.code, "reason": error.text()}
        return JsonResponse(body, status=error.status)
    return JsonResponse({**chosen.taken, "events": asdict(taken)})


@public("each event is signed with the secret of its telephone system, over a timestamp of the last minutes")
@csrf_exempt
@require_POST
def receive_calls(request: HttpRequest, source: str) -> JsonResponse:
    """Events of calls; the answer says what became of each."""
    secret = settings.ENV.secrets.get(secret_name("telephony", source), "")
    if not secret:
        raise NotFound
    now = clock.now()
    try:
        taken = actions.take_calls(
            actor=system_actor(f"connectors.telephony.{source}"),
            source=source,
            secret=secret,
            push=_push(request, now),
            now=now,
        )
    except ZhikeError as error:
        return JsonResponse({"ok": False, "code": error.code, "reason": error.text()}, status=error.status)
    return JsonResponse({"ok": True, **asdict(taken)})


def _push(request: HttpRequest, now: datetime) -> Push:
    return Push(
        body=request.body,
        headers={name.lower(): value for name, value in request.headers.items()},
        form={name: str(value) for name, value in request.POST.items()},
        zone=parameters.value(ZONE, at=now),
        now=now,
    )


urlpatterns = [
    path("telephony/<slug:source>/", receive_calls, name="receive_calls"),
    path("<slug:format_code>/<slug:source>/", receive, name="receive"),
]
