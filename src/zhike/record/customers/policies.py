"""Who may do what with customer files, and which files an actor reaches."""

from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor
from zhike.platform.authz import Right
from zhike.platform.parameters import Parameter

EVERYBODY = frozenset(
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
WRITERS = frozenset({"agent", "supervisor", "account_manager", "department", "outlet", "claims", "quality", "admin"})

VIEW = Right("customers.view", _("See customer files"), EVERYBODY)
VIEW_ALL = Right(
    "customers.view_all",
    _("See every customer file, whichever unit is responsible: one file for all departments"),
    frozenset({"department"}),
)
EDIT = Right("customers.edit", _("Open and change customer files, contacts and enquiries"), WRITERS)
CHANGE_OWNER = Right(
    "customers.change_owner", _("Give customers to another responsible person"), frozenset({"supervisor", "admin"})
)
MERGE = Right("customers.merge", _("Merge duplicate files and link groups"), frozenset({"supervisor", "admin"}))
IMPORT = Right("customers.import", _("Import lists of customers and contacts"), frozenset({"supervisor", "admin"}))
EXPORT = Right(
    "customers.export",
    _("Export lists of customers"),
    frozenset({"supervisor", "account_manager", "executive", "admin", "auditor"}),
)
REVEAL = Right(
    "customers.reveal",
    _("See whole phone numbers and addresses; each look is logged"),
    frozenset({"agent", "supervisor", "account_manager", "outlet", "claims", "quality"}),
)
ERASE = Right("customers.erase", _("Erase the personal data of people at customers"), frozenset({"admin"}))
# Given to the rooms above, which act as named system jobs.
PUSH = Right("customers.push", _("Set standings, dealings and services"), frozenset())

DORMANT_AFTER = Parameter(
    key="customers.dormant_after",
    label=_("A customer is dormant after this long without an order"),
    kind=timedelta,
    default=timedelta(days=90),
    unit=_("days"),
    source="CUST-14",
    minimum=timedelta(days=1),
)
LOST_AFTER = Parameter(
    key="customers.lost_after",
    label=_("A customer is lost after this long without an order"),
    kind=timedelta,
    default=timedelta(days=180),
    unit=_("days"),
    source="CUST-14",
    minimum=timedelta(days=1),
)
PHONE_REGION = Parameter(
    key="customers.phone_region",
    label=_("Country of phone numbers without a country code"),
    kind=str,
    default="CN",
    unit=_("ISO country code"),
    source="CUST-05",
)

NOBODY = Q(pk__in=[])


def scope(actor: Actor, prefix: str = "") -> Q:
    """The files within reach. Those one is responsible for carry one's own unit's number."""
    if not actor.has(VIEW.code):
        return NOBODY
    if actor.reach.everything or actor.has(VIEW_ALL.code):
        return Q()
    if actor.staff_id is None or actor.reach.covers(actor.unit_no):
        return actor.reach.q(f"{prefix}scope_unit_id")
    own = Q(**{f"{prefix}owner_id": actor.staff_id})
    return own | actor.reach.q(f"{prefix}scope_unit_id") if actor.reach.intervals else own
