"""Who may see and change orders and shipments, and the numbers by which the room decides."""

from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from zhike.platform import parameters
from zhike.platform.actors import Actor
from zhike.platform.authz import Right
from zhike.platform.files.types import IMAGES, PDF, Purpose
from zhike.record.organization.policies import EVERYBODY
from zhike.record.shipments.types.codes import LATE_RULE_LABELS, LateRule

_GOODS = frozenset({"agent", "supervisor", "department", "outlet", "admin"})

VIEW_SHIPMENTS = Right("shipments.view", _("See orders and shipments"), EVERYBODY, for_programs=True)
REGISTER_ORDERS = Right(
    "shipments.register",
    _("Register orders"),
    frozenset({"agent", "supervisor", "account_manager", "department"}),
    for_programs=True,
)
TRACK_SHIPMENTS = Right("shipments.track", _("Add tracking events and estimates"), _GOODS, for_programs=True)
REPLY_DELIVERY = Right("shipments.reply", _("Record delivery replies"), _GOODS, for_programs=True)
ASSIGN_COURIERS = Right(
    "shipments.assign",
    _("Name the outlet and courier of a leg"),
    frozenset({"agent", "supervisor", "department", "outlet"}),
    for_programs=True,
)
CORRECT_PROMISES = Right(
    "shipments.correct_promise", _("Correct a promise that was entered wrongly"), frozenset({"supervisor"})
)
ACKNOWLEDGE_WATCH = Right(
    "shipments.watch",
    _("Put entries of the watch list aside"),
    frozenset({"agent", "supervisor", "department", "outlet"}),
    for_programs=True,
)
IMPORT_SHIPMENTS = Right(
    "shipments.import", _("Import orders and tracking events"), frozenset({"department", "admin"}), for_programs=True
)
EXPLAIN_CODES = Right("shipments.codes", _("Say what carriers' status codes mean"), frozenset({"department", "admin"}))

PROOF = Purpose(code="shipments.proof", label=_("Proof of delivery"), types=IMAGES | {PDF}, right=REPLY_DELIVERY)

LATE_RULE = parameters.Parameter(
    key="shipments.late_rule",
    label=_("When a delivery counts as late"),
    kind=LateRule,
    default=LateRule.CALENDAR_DAY,
    source=parameters.OWN_PRACTICE,
    description=_("Each shipment keeps the rule that held when it was delivered."),
    choices=LATE_RULE_LABELS,
    needs_approval=True,
)
SILENT_AFTER = parameters.Parameter(
    key="shipments.silent_after",
    label=_("A shipment is silent without a scan for"),
    kind=timedelta,
    default=timedelta(hours=24),
    unit=_("hours"),
    source=parameters.OWN_PRACTICE,
    minimum=timedelta(hours=1),
)
TOLD_AT_ONCE = parameters.Parameter(
    key="shipments.told_at_once",
    label=_("Late or silent shipments that one run reports"),
    kind=int,
    default=2000,
    unit=_("shipments"),
    source=parameters.OWN_PRACTICE,
    minimum=1,
    maximum=100_000,
)
REPLY_AFTER = parameters.Parameter(
    key="shipments.reply_after",
    label=_("A delivery reply is missing after"),
    kind=timedelta,
    default=timedelta(hours=24),
    unit=_("hours"),
    source=parameters.OWN_PRACTICE,
    minimum=timedelta(hours=1),
)
WATCH_BACK = parameters.Parameter(
    key="shipments.watch_back",
    label=_("The watch list looks back"),
    kind=timedelta,
    default=timedelta(days=90),
    unit=_("days"),
    source=gettext_noop("own practice value; what is older is for claims and archives"),
    minimum=timedelta(days=1),
)


def scope(actor: Actor, prefix: str = "") -> Q:
    """Orders and shipments of the units within reach."""
    if not actor.has(VIEW_SHIPMENTS.code):
        return Q(pk__in=[])
    return actor.reach.q(f"{prefix}scope_unit_id")
