"""Who may work on the lake itself; what a figure shows is decided by the reader's reach."""

from django.utils.translation import gettext_lazy as _

from zhike.platform.authz import Right

REFRESH_LAKE = Right("lake.refresh", _("Refresh and rebuild the figures' store"), frozenset({"admin"}))
