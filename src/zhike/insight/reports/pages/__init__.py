"""Reports on the desk: the list of what can be reported, and each as a page, a PDF and a sheet."""

from zhike.insight.reports.pages.views import MOUNT, urlpatterns

__all__ = ["MOUNT", "urlpatterns"]
