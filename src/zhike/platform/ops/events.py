"""What the audit log says about repairs."""

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit


class ParkedEventsRetried(audit.Event):
    type = "ops.parked_retried"
    label = _("Parked events tried again")


class FailedJobRetried(audit.Event):
    type = "ops.job_retried"
    label = _("Failed job tried again")
