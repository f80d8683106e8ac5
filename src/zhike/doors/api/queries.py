"""Reading keys."""

from zhike.doors.api.models import ApiKey
from zhike.doors.api.policies import MANAGE_KEYS
from zhike.doors.api.types import KeySummary
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize


def list_keys(*, actor: Actor) -> list[KeySummary]:
    """Every key, newest first, without secrets."""
    authorize(actor, MANAGE_KEYS)
    return [summary_of(key) for key in ApiKey.objects.select_related("unit").order_by("-pk")[:500]]


def summary_of(key: ApiKey, *, shown_once: str = "") -> KeySummary:
    return KeySummary(
        id=key.pk,
        name=key.name,
        prefix=key.prefix,
        rights=tuple(key.rights),
        unit_name=key.unit.name if key.unit else "",
        made_at=key.made_at,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
        last_used_at=key.last_used_at,
        shown_once=shown_once,
    )
