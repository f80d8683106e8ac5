"""What pages ask of a request: its actor, whether HTMX sent it, where the next step leads."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor, ActorKind
from zhike.platform.errors import Forbidden

_REFUSED = "zhike_refused_form"


class SignInNeeded(Forbidden):
    """Nobody is signed in: the page leads to the sign-in and back."""

    code = "sign_in_needed"
    status = 401
    message = _("Please sign in.")


def actor_of(request: HttpRequest) -> Actor | None:
    """The actor that the actor middleware found, or None (also before that middleware has run)."""
    found = getattr(request, "actor", None)
    return found if isinstance(found, Actor) else None


def require_actor(request: HttpRequest) -> Actor:
    """The signed-in actor; whoever is not signed in is sent to sign in."""
    found = actor_of(request)
    if found is None or found.kind is ActorKind.PUBLIC:
        raise SignInNeeded
    return found


def refused_on(request: HttpRequest, url: str, form: forms.Form) -> HttpResponse:
    """The page of this address with the form that was refused in its place there; `refused_form` hands it over."""
    found = resolve(url)
    setattr(request, _REFUSED, form)
    response: HttpResponse = found.func(request, *found.args, **found.kwargs)
    response.status_code = 422
    return response


def refused_form(request: HttpRequest) -> forms.Form | None:
    """What was refused and stands again on this page, or None."""
    found = getattr(request, _REFUSED, None)
    return found if isinstance(found, forms.Form) else None


def is_fragment(request: HttpRequest) -> bool:
    """Whether HTMX asks for a part of the page (a boosted navigation asks for the whole)."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
