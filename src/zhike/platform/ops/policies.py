"""Who looks after the machinery."""

from django.utils.translation import gettext_lazy as _

from zhike.platform.authz import Right

VIEW_OPERATIONS = Right("ops.view", _("See queues, failures and backups"), frozenset({"admin", "auditor"}))
REPAIR = Right("ops.repair", _("Try failed jobs and parked events again"), frozenset({"admin"}))
