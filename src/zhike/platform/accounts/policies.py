"""Who may open, close and renew sign-ins; everybody keeps the own one."""

from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor, ActorKind
from zhike.platform.authz import Right, authorize
from zhike.platform.errors import Forbidden

MANAGE_ACCOUNTS = Right("accounts.manage", _("Open, close and renew sign-ins"), frozenset({"admin"}))


def authorize_own(actor: Actor, user_id: int) -> None:
    """Raise `Forbidden` unless this is the actor's own sign-in."""
    if actor.kind is not ActorKind.SYSTEM and actor.user_id != user_id:
        raise Forbidden(right="accounts.own", subject=("user", str(user_id)))


def authorize_own_or_manage(actor: Actor, user_id: int) -> None:
    if actor.user_id != user_id:
        authorize(actor, MANAGE_ACCOUNTS, subject=("user", user_id))
