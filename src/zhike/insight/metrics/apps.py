from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class MetricsConfig(AppConfig):
    name = "zhike.insight.metrics"
    label = "metrics"
    verbose_name = _("Metrics")

    def ready(self) -> None:
        autodiscover_modules(
            "facts",
            "rules.goods",
            "rules.contacts",
            "rules.cases",
            "rules.customers",
            "rules.knowledge",
            "rules.promises",
            "rules.reception",
            "rules.stay",
            "rules.surveys",
            "rules.latency",
        )
