"""Who may see, change and approve parameters."""

from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor
from zhike.platform.authz import Right

VIEW_PARAMETERS = Right(
    "parameters.view",
    _("See parameters and their history"),
    frozenset({"admin", "auditor", "quality", "executive", "supervisor", "claims"}),
)
CHANGE_PARAMETERS = Right("parameters.change", _("Change parameters"), frozenset({"admin", "quality"}))
APPROVE_PARAMETERS = Right(
    "parameters.approve", _("Approve proposed parameter changes"), frozenset({"admin", "executive"})
)


def is_proposer(actor: Actor, person: str) -> bool:
    """Whether `person` (the `proposed_by_person` of a proposal) acts here, by themselves or through a key of theirs."""
    return person == actor.person
