"""Who may read and write what was said."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor
from zhike.platform.authz import Right
from zhike.record.customers import policies as customers
from zhike.record.organization.policies import EVERYBODY

VIEW = Right("interactions.view", _("Read what was said with customers"), EVERYBODY, for_programs=True)
WRITE = Right("interactions.write", _("Write down contacts and notes"), customers.WRITERS, for_programs=True)
CORRECT = Right("interactions.correct", _("Correct what colleagues wrote down"), frozenset({"supervisor", "admin"}))
# Given to the rooms above, which act as named system jobs.
PUSH = Right("interactions.push", _("Add entries of the system"), frozenset())

NOBODY = Q(pk__in=[])


def scope(actor: Actor, prefix: str = "") -> Q:
    """Entries of the customers within reach."""
    return customers.scope(actor, f"{prefix}customer__") if actor.has(VIEW.code) else NOBODY
