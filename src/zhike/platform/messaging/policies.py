"""Who sends and who decides about messages whose fate is unknown."""

from django.utils.translation import gettext_lazy as _

from zhike.platform.authz import Right

SEND = Right(
    "messaging.send",
    _("Send messages"),
    frozenset({"agent", "supervisor", "account_manager", "department", "outlet", "claims", "quality", "admin"}),
)
DECIDE = Right(
    "messaging.decide", _("See all messages, send them again or give them up"), frozenset({"admin", "supervisor"})
)
