"""Who may do what with customer files, and which files an actor reaches."""

from datetime import timedelta

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from zhike.platform.actors import Actor
from zhike.platform.authz import Right
from zhike.platform.parameters import OWN_PRACTICE, Parameter
from zhike.record.organization.policies import EVERYBODY

WRITERS = frozenset({"agent", "supervisor", "account_manager", "department", "outlet", "claims", "quality", "admin"})

VIEW = Right("customers.view", _("See customer files"), EVERYBODY, for_programs=True)
VIEW_ALL = Right(
    "customers.view_all",
    _("See every customer file, whichever unit is responsible: one file for all departments"),
    frozenset({"department"}),
)
EDIT = Right("customers.edit", _("Open and change customer files, contacts and enquiries"), WRITERS, for_programs=True)
CHANGE_OWNER = Right(
    "customers.change_owner", _("Give customers to another responsible person"), frozenset({"supervisor", "admin"})
)
MERGE = Right("customers.merge", _("Merge duplicate files and link groups"), frozenset({"supervisor", "admin"}))
IMPORT = Right(
    "customers.import",
    _("Import lists of customers and contacts"),
    frozenset({"supervisor", "admin"}),
    for_programs=True,
)
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
# A program passes on what people ask for on a site of the company's; a person decides (PIPL art. 47, 50).
ASK_ERASURE = Right(
    "customers.ask_erasure", _("Ask for the erasure of a person"), frozenset({"admin"}), for_programs=True
)
# Given to the rooms above, which act as named system jobs.
PUSH = Right("customers.push", _("Set standings, dealings and services"), frozenset())

DORMANT_AFTER = Parameter(
    key="customers.dormant_after",
    label=_("A customer is dormant after this long without an order"),
    kind=timedelta,
    default=timedelta(days=90),
    unit=_("days"),
    source=OWN_PRACTICE,
    minimum=timedelta(days=1),
)
LOST_AFTER = Parameter(
    key="customers.lost_after",
    label=_("A customer is lost after this long without an order"),
    kind=timedelta,
    default=timedelta(days=180),
    unit=_("days"),
    source=OWN_PRACTICE,
    minimum=timedelta(days=1),
)
ERASURE_WITHIN = Parameter(
    key="customers.erasure_within",
    label=_("A request for an erasure is decided within"),
    kind=timedelta,
    default=timedelta(days=15),
    unit=_("days"),
    source=gettext_noop("rules of 2019 on apps that collect personal data against the law, section 6: 15 working days"),
    minimum=timedelta(days=1),
    maximum=timedelta(days=30),
)
PHONE_REGION = Parameter(
    key="customers.phone_region",
    label=_("Country of phone numbers without a country code"),
    kind=str,
    default="CN",
    unit=_("ISO country code"),
    source=OWN_PRACTICE,
)

KEEP_FOR_EVER = _(
    "0 keeps them for ever. No law names the time: keep them as long as the purpose needs, and no longer."
)


def keeping(key: str, label: str | Promise) -> Parameter[timedelta]:
    """How long a room keeps what an ended matter says of people; switched off until the company decides."""
    return Parameter(
        key=key,
        label=label,
        kind=timedelta,
        default=timedelta(0),
        unit=_("days"),
        source=OWN_PRACTICE,
        description=KEEP_FOR_EVER,
        minimum=timedelta(0),
        maximum=timedelta(days=36_500),
        needs_approval=True,
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
