"""Who may read the log."""

from django.utils.translation import gettext_lazy as _

from zhike.platform.authz import Right

VIEW_AUDIT = Right("audit.view", _("Read the audit log"), frozenset({"admin", "auditor"}))
