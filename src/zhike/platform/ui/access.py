"""Who may open a page: said above each view, enforced there, and read by the permission matrix."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from zhike.platform.actors import ActorKind
from zhike.platform.authz import Right
from zhike.platform.errors import Forbidden
from zhike.platform.ui.requests import actor_of, is_fragment

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
_ATTRIBUTE: Final = "zhike_access"
_SIGNED_IN: Final = frozenset({ActorKind.STAFF})


class Door(StrEnum):
    PUBLIC = "public"
    SIGNED_IN = "signed in"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Access:
    """`rights`: any one of them opens; `reason` says why a page is open to everybody."""

    door: Door
    rights: tuple[Right, ...] = ()
    reason: str = ""


def public(reason: str) -> Callable[[View[P]], View[P]]:
    """Open to everybody; the view itself asks for whatever key the reason names."""
    return _with(Access(Door.PUBLIC, reason=reason))


def signed_in(view: View[P]) -> View[P]:
    """Open to every member of staff; what they see there is a matter of the queries' scope."""
    return _with(Access(Door.SIGNED_IN))(view)


def requires(*rights: Right) -> Callable[[View[P]], View[P]]:
    """Open to staff with any one of these rights."""
    if not rights:
        raise ValueError("name a right, or use signed_in")
    return _with(Access(Door.RIGHT, rights))


def access_of(view: object) -> Access | None:
    """What was said above the view, through any decorator that keeps its attributes."""
    found = getattr(view, _ATTRIBUTE, None)
    return found if isinstance(found, Access) else None


def _with(access: Access) -> Callable[[View[P]], View[P]]:
    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if access.door is Door.PUBLIC:
                return view(request, *args, **kwargs)
            actor = actor_of(request)
            if actor is None or actor.kind not in _SIGNED_IN:
                return _to_sign_in(request)
            if access.rights and not any(actor.has(right.code) for right in access.rights):
                raise Forbidden(right=access.rights[0].code)
            return view(request, *args, **kwargs)

        setattr(guarded, _ATTRIBUTE, access)
        return guarded

    return decorate


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Back to this page after signing in; a fragment sends its whole page there."""
    if is_fragment(request):
        return HttpResponse(status=401, headers={"HX-Redirect": reverse("account_login")})
    back = request.get_full_path() if request.method in {"GET", "HEAD"} else "/"
    return redirect_to_login(back, login_url=reverse("account_login"))
