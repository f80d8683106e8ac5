"""Who acts in this request: `request.actor`, from the signed-in user's place in the company."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from zhike.platform import clock
from zhike.platform.actors import Actor, public_actor
from zhike.record.organization.queries import actor_for_user

GetResponse = Callable[[HttpRequest], HttpResponse]
# What somebody may do before the first password, which others have seen, is changed.
ALLOWED_BEFORE = ("account_change_password", "account_logout", "account_reauthenticate")


def actor_middleware(get_response: GetResponse) -> GetResponse:
    """Find the actor once a request: two queries for a signed-in person, none for everybody else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.actor = _actor(request)  # type: ignore[attr-defined]
        if _must_change_password(request):
            return _to_password_page(request)
        return get_response(request)

    return middleware


def _actor(request: HttpRequest) -> Actor:
    if request.user.is_authenticated:
        found = actor_for_user(request.user, now=clock.now())
        if found is not None:
            return found
    return public_actor(request.META.get("REMOTE_ADDR", ""))


def _must_change_password(request: HttpRequest) -> bool:
    if not getattr(request.user, "must_change_password", False):
        return False
    return not any(request.path == reverse(name) for name in ALLOWED_BEFORE) and not request.path.startswith("/ui/")


def _to_password_page(request: HttpRequest) -> HttpResponse:
    target = reverse("account_change_password")
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)
