"""Who may see and change calendars, and run clocks; how early a clock warns."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from zhike.platform import parameters
from zhike.platform.authz import Right
from zhike.platform.calendars.types import WARN_SHARE

ALL_STAFF = frozenset(
    {
        "agent",
        "supervisor",
        "account_manager",
        "department",
        "outlet",
        "claims",
        "quality",
        "executive",
        "admin",
        "auditor",
    }
)
VIEW_CALENDARS = Right("calendars.view", _("See calendars and opening hours"), ALL_STAFF)
MANAGE_CALENDARS = Right("calendars.manage", _("Change calendars and holidays"), frozenset({"admin"}))
RUN_CLOCKS = Right(
    "clocks.run",
    _("Start, pause and stop clocks through the work on a record"),
    ALL_STAFF - {"auditor", "executive"},
)
RECOMPUTE_CLOCKS = Right(
    "clocks.recompute", _("Recompute running clocks after a change of rules"), frozenset({"admin", "supervisor"})
)

WARN_AT = parameters.Parameter(
    key="calendars.warn_share",
    label=_("A clock warns when this share of its time is used"),
    kind=Decimal,
    default=WARN_SHARE,
    unit=_("share"),
    source=parameters.OWN_PRACTICE,
    minimum=Decimal("0.1"),
    maximum=Decimal("0.99"),
)
