"""Reading keys."""

from zhike.doors.api.models import ApiKey
from zhike.doors.api.policies import MANAGE_KEYS
from zhike.doors.api.types import KeySummary
from zhike.platform.actors import Actor
from zhike.platform.authz import Right, authorize, rights


def list_keys(*, actor: Actor) -> list[KeySummary]:
    """Every key, newest first, without secrets."""
    authorize(actor, MANAGE_KEYS)
    return [summary_of(key) for key in ApiKey.objects.select_related("unit").order_by("-pk")[:500]]


def giveable_rights(*, actor: Actor) -> dict[str, Right]:
    """What this actor may give to a key: the rights it holds, and those that are meant for programs."""
    authorize(actor, MANAGE_KEYS)
    return {code: right for code, right in rights().items() if right.for_programs or actor.has(code)}


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
