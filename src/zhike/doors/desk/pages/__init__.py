"""Pages of the desk that span rooms; each module here brings its own `urlpatterns`, all mounted at the root."""

from importlib import import_module
from pkgutil import iter_modules

from django.urls import URLPattern, URLResolver

MOUNT = ""
urlpatterns: list[URLPattern | URLResolver] = [
    pattern
    for module in iter_modules(__path__)
    for pattern in getattr(import_module(f"{__name__}.{module.name}"), "urlpatterns", [])
]
