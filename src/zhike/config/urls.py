"""The one place where addresses are mounted: pages of each room, doors, sign-in."""

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path


def _room_pages() -> list[URLPattern | URLResolver]:
    """Every room with a `pages` module mounts its `urlpatterns` at its `MOUNT` ('' means the root)."""
    found: list[URLPattern | URLResolver] = []
    for room in [*settings.ROOMS, *settings.PLATFORM_ROOMS]:
        if find_spec(f"{room}.pages") is None:
            continue
        pages = import_module(f"{room}.pages")
        namespace = room.rsplit(".", 1)[-1]
        found.append(path(pages.MOUNT, include((pages.urlpatterns, namespace), namespace=namespace)))
    return found


urlpatterns = [
    *_room_pages(),
    path("sign-in/", include("allauth.urls")),
]
