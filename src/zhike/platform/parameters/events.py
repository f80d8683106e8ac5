"""What the audit log says about parameters."""

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit


class ParameterChanged(audit.Event):
    type = "parameters.changed"
    label = _("Parameter changed")


class ChangeProposed(audit.Event):
    type = "parameters.proposed"
    label = _("Parameter change proposed")


class ProposalApproved(audit.Event):
    type = "parameters.approved"
    label = _("Parameter change approved")


class ProposalRefused(audit.Event):
    type = "parameters.refused"
    label = _("Parameter change refused")


class ProposalWithdrawn(audit.Event):
    type = "parameters.withdrawn"
    label = _("Parameter change withdrawn")
