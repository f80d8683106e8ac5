"""Each request is one operation: its id is in every log line, audit entry and event, and in the answer."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from zhike.platform import operation

HEADER = "X-Operation-Id"


def operation_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Take the caller's operation id when it is a UUID, else begin one; answer with it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with operation.operation(_named(request.headers.get(HEADER, ""))) as operation_id:
            response = get_response(request)
            response[HEADER] = str(operation_id)
            return response

    return middleware


def _named(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
