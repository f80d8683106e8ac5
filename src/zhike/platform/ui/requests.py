"""What pages ask of a request: its actor, whether HTMX sent it, where the next step leads."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor, ActorKind
from zhike.platform.errors import Forbidden


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


def is_fragment(request: HttpRequest) -> bool:
    """Whether HTMX asks for a part of the page (a boosted navigation asks for the whole)."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
