from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactingConfig(AppConfig):
    name = "zhike.record.contacting"
    label = "contacting"
    verbose_name = _("Contacting")
