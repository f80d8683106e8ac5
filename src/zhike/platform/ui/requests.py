"""What pages ask of a request: its actor, whether HTMX sent it, where the next step leads."""

from django.http import HttpRequest

from zhike.platform.actors import Actor
from zhike.platform.errors import Forbidden


def actor_of(request: HttpRequest) -> Actor | None:
    """The actor that the actor middleware found, or None (also before that middleware has run)."""
    found = getattr(request, "actor", None)
    return found if isinstance(found, Actor) else None


def require_actor(request: HttpRequest) -> Actor:
    found = actor_of(request)
    if found is None:
        raise Forbidden
    return found


def is_fragment(request: HttpRequest) -> bool:
    """Whether HTMX asks for a part of the page (a boosted navigation asks for the whole)."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
