"""Figures pages: overview, one figure with its splits, the rows behind, the dictionary."""

from zhike.insight.metrics.pages.views import MOUNT, urlpatterns

__all__ = ["MOUNT", "urlpatterns"]
