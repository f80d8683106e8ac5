"""The API: every room's router under one roof, one way in, one shape of error."""

import logging
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from psycopg import DataError as PostgresDataError

from zhike.doors.api.entry import KeyAuth, SessionAuth, TooLarge, bound_cursors, once, problem
from zhike.platform.api import Problem, told
from zhike.platform.errors import FieldError, Invalid, NotFound, ZhikeError

logger = logging.getLogger(__name__)


class NotSignedIn(ZhikeError):
    code = "not_signed_in"
    status = 401
    message = _("This address needs an API key or a signed-in person.")
    next_step = _("Send Authorization: Bearer with a key that is not revoked or expired.")


class BadRequest(ZhikeError):
    code = "bad_request"
    status = 400
    message = _("The request could not be read.")
    next_step = _("Send JSON in UTF-8, as the reference says.")


ROOT = "/api/v1/"


class Api(NinjaAPI):
    """Answers are of the moment: nothing in between may keep them."""

    def get_root_path(self, path_params: Any) -> str:  # noqa: ANN401, ARG002 - the framework's signature
        return ROOT

    def create_response(self, request: HttpRequest, data: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401
        response = super().create_response(request, data, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """The description with the one shape of errors at every operation."""
        schema = super().get_openapi_schema(**kwargs)
        shape = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        known = schema["components"].setdefault("schemas", {})
        known.update(shape.pop("$defs", {}))
        known["Problem"] = shape
        answer = {
            "description": "Refused: a stable code, what happened, what was kept, what to do next",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for path in schema["paths"].values():
            for operation in path.values():
                named = {str(status): one for status, one in operation["responses"].items()}
                operation["responses"] = {**named, "4XX": answer}
        return schema


api = Api(
    title="Zhike 知客",
    version="1",
    description="The customer desk of a logistics company. Times are ISO 8601 with offset; money is exact text.",
    auth=[KeyAuth(), SessionAuth()],
    urls_namespace="api",
    # The interactive page of the framework needs inline script, which our pages refuse.
    docs_url=None,
    openapi_url="openapi.json",
)


api.add_decorator(once, mode="view")
api.add_decorator(bound_cursors, mode="view")


def mount() -> NinjaAPI:
    """Mount each room's router, in the order of the house."""
    for room in [*settings.PLATFORM_ROOMS, *reversed(settings.ROOMS)]:
        if room != "zhike.doors.api" and find_spec(f"{room}.api") is not None:
            api.add_router("", import_module(f"{room}.api").router)
    return api


@api.exception_handler(ZhikeError)
def _known(_request: HttpRequest, error: ZhikeError) -> HttpResponse:
    return problem(error)


@api.exception_handler(ValidationError)
def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields: dict[str, list[FieldError]] = {}
    for one in error.errors:
        place = ".".join(str(part) for part in one.get("loc", ())[1:] if part not in {"payload", "data"})
        fields.setdefault(place, []).append(told(one))
    return problem(Invalid(fields))


@api.exception_handler(AuthenticationError)
def _not_signed_in(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    response = problem(NotSignedIn())
    response["WWW-Authenticate"] = 'Bearer realm="zhike"'
    return response


@api.exception_handler(Http404)
def _absent(_request: HttpRequest, _error: Http404) -> HttpResponse:
    return problem(NotFound())


@api.exception_handler(HttpError)
def _http(_request: HttpRequest, error: HttpError) -> HttpResponse:
    # Its own words are English and say no more than that the body is no JSON.
    response = problem(BadRequest())
    response.status_code = error.status_code
    return response


@api.exception_handler(RequestDataTooBig)
def _too_large(_request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
    return problem(TooLarge())


@api.exception_handler(SuspiciousOperation)
def _suspicious(_request: HttpRequest, _error: SuspiciousOperation) -> HttpResponse:
    return problem(BadRequest())


@api.exception_handler(OverflowError)
@api.exception_handler(PostgresDataError)
@api.exception_handler(DataError)
def _unstorable(_request: HttpRequest, error: Exception) -> HttpResponse:
    """Values beyond what the database or the calendar holds that no rule has named; COPY raises psycopg's own."""
    logger.warning("value refused by the database", exc_info=error)
    return problem(Invalid(message=_("A value in this request cannot be stored.")))
