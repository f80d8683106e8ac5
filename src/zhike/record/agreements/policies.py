"""Who may see and set what is promised."""

from collections.abc import Collection
from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor
from zhike.platform.authz import Right
from zhike.platform.parameters import OWN_PRACTICE, Parameter
from zhike.record.customers import policies as customers
from zhike.record.organization.policies import EVERYBODY

VIEW_TARGETS = Right("agreements.view_targets", _("See service targets"), EVERYBODY)
SET_TARGETS = Right("agreements.set_targets", _("Propose changes of service targets"), frozenset({"quality", "admin"}))
APPROVE_TARGETS = Right(
    "agreements.approve_targets",
    _("Approve proposed changes of service targets"),
    frozenset({"admin", "supervisor", "executive"}),
)
VIEW = Right("agreements.view", _("See agreements, standards and promises"), EVERYBODY, for_programs=True)
EDIT = Right(
    "agreements.edit",
    _("Write, start and end agreements with customers"),
    frozenset({"account_manager", "supervisor", "admin"}),
    for_programs=True,
)
CHANGE_OTHERS = Right(
    "agreements.change_others",
    _("Change agreements that a colleague looks after"),
    frozenset({"supervisor", "admin"}),
    for_programs=True,
)
STANDARDS = Right(
    "agreements.write_standards",
    _("Write service standards and the list of vague words"),
    frozenset({"quality", "admin"}),
)
PROMISE = Right(
    "agreements.promise", _("Give customers promises and say what became of them"), customers.WRITERS, for_programs=True
)
SETTLE_OTHERS = Right(
    "agreements.settle_others",
    _("Say what became of a colleague's promise"),
    frozenset({"supervisor", "admin"}),
)
OVERSEE = Right(
    "agreements.oversee", _("See which promises of colleagues are overdue"), frozenset({"supervisor", "executive"})
)

REMIND_BEFORE = Parameter(
    key="agreements.remind_before",
    label=_("Whoever holds a promise is reminded this long before its time"),
    kind=timedelta,
    default=timedelta(hours=1),
    unit=_("hours"),
    source=OWN_PRACTICE,
    minimum=timedelta(minutes=5),
)
TAKE_BACK_WITHIN = Parameter(
    key="agreements.take_back_within",
    label=_("What became of a promise can be taken back within"),
    kind=timedelta,
    default=timedelta(hours=1),
    unit=_("hours"),
    source=OWN_PRACTICE,
    minimum=timedelta(minutes=1),
)
REVIEW_BEFORE = Parameter(
    key="agreements.review_before",
    label=_("The account manager is reminded of a review or an ending agreement this long before"),
    kind=timedelta,
    default=timedelta(days=60),
    unit=_("days"),
    source=OWN_PRACTICE,
    minimum=timedelta(days=1),
)

NOBODY = Q(pk__in=[])


def scope(actor: Actor, prefix: str = "") -> Q:
    """Agreements of the customers within reach."""
    return customers.scope(actor, f"{prefix}customer__") if actor.has(VIEW.code) else NOBODY


def right_to_change(actor: Actor, *, holders: Collection[int]) -> Right:
    """EDIT for the `holders`: whoever looks after the agreement or its customer. For anybody else one above it."""
    return EDIT if not actor.has(EDIT.code) or actor.staff_id in holders else CHANGE_OTHERS


def sees_changes(actor: Actor) -> bool:
    """Changes of targets are for those who propose or decide them."""
    return actor.has(SET_TARGETS.code) or actor.has(APPROVE_TARGETS.code)


def promise_scope(actor: Actor, prefix: str = "") -> Q:
    """Promises to the customers within reach, and those that one holds."""
    found = scope(actor, prefix)
    if actor.staff_id is None or actor.reach.everything or not actor.has(VIEW.code):
        return found
    return found | Q(**{f"{prefix}holder_id": actor.staff_id})
