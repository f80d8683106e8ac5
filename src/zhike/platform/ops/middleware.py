"""Each request is one operation: its id is in every log line, audit entry and event, and in the answer."""

from collections.abc import Callable
from uuid import UUID

from django.core.signals import request_finished
from django.http import HttpRequest, HttpResponse

from zhike.platform import operation

HEADER = "X-Operation-Id"


def operation_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Take the caller's operation id when it is a UUID, else begin one; answer with it.

    The operation runs until the answer is sent: Django tells of refused requests after the last middleware, and a
    list that streams is still being read.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        operation_id = operation.begin(_named(request.headers.get(HEADER, "")))
        response = get_response(request)
        response[HEADER] = str(operation_id)
        return response

    return middleware


def _answered(**_kwargs: object) -> None:
    operation.end()


request_finished.connect(_answered, dispatch_uid="zhike.operation")


def _named(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
