"""Errors that arise outside our views take the one shape too: unknown addresses, wrong methods, our own faults."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from zhike.doors.api.entry import TooLarge, problem
from zhike.doors.api.root import BadRequest
from zhike.platform.errors import Forbidden, NotFound, ZhikeError

GetResponse = Callable[[HttpRequest], HttpResponse]
PREFIX = "/api/"


class MethodNotAllowed(ZhikeError):
    code = "method_not_allowed"
    status = 405
    message = _("This address does not take this method.")
    next_step = _("The header Allow names those that it takes.")


class OurFault(ZhikeError):
    code = "internal"
    status = 500
    message = _("The program failed on this request.")
    next_step = _("Send it once more; if it fails again, tell us the id of the operation.")


_BY_STATUS: dict[int, type[ZhikeError]] = {
    HTTPStatus.BAD_REQUEST: BadRequest,
    HTTPStatus.FORBIDDEN: Forbidden,
    HTTPStatus.NOT_FOUND: NotFound,
    HTTPStatus.METHOD_NOT_ALLOWED: MethodNotAllowed,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TooLarge,
}


def shape_middleware(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not request.path.startswith(PREFIX) or response.status_code < HTTPStatus.BAD_REQUEST:
            return response
        if response.headers.get("Content-Type", "").startswith("application/json"):
            return response
        shaped = problem(_error_of(response.status_code))
        shaped.status_code = response.status_code
        if "Allow" in response.headers:
            shaped.headers["Allow"] = response.headers["Allow"]
        return shaped

    return middleware


def _error_of(status: int) -> ZhikeError:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return OurFault()
    return _BY_STATUS.get(status, BadRequest)()
