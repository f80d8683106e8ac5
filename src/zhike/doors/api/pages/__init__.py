"""The API's addresses, and the page where its keys are made."""

from django.urls import URLPattern, URLResolver, path

from zhike.doors.api.pages import keys
from zhike.doors.api.root import mount

MOUNT = ""
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", mount().urls),
    path("settings/api-keys/", keys.key_list, name="keys"),
    path("settings/api-keys/new/", keys.new_key, name="new_key"),
    path("settings/api-keys/<int:key_id>/revoke/", keys.revoke, name="revoke"),
]
