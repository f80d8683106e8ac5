"""The last room of the ground floor to load: by now every room's models are there, so rooms may register."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class OpsConfig(AppConfig):
    name = "zhike.platform.ops"
    label = "ops"
    verbose_name = _("Operations")

    def ready(self) -> None:
        autodiscover_modules("types", "policies", "events", "providers", "subscriptions", "facts")
