"""The API's addresses."""

from django.urls import URLPattern, URLResolver, path

from zhike.doors.api.root import mount

MOUNT = "api/v1/"
urlpatterns: list[URLPattern | URLResolver] = [path("", mount().urls)]
