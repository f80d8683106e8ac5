"""Reading keys."""

from zhike.doors.api.actions import summary_of
from zhike.doors.api.models import ApiKey
from zhike.doors.api.policies import MANAGE_KEYS
from zhike.doors.api.types import KeySummary
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize


def list_keys(*, actor: Actor) -> list[KeySummary]:
    """Every key, newest first, without secrets."""
    authorize(actor, MANAGE_KEYS)
    return [summary_of(key) for key in ApiKey.objects.select_related("unit").order_by("-pk")[:500]]
