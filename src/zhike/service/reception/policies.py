"""Who takes calls and waiting enquiries, and the numbers by which the reception decides."""

from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from zhike.platform.actors import Actor
from zhike.platform.authz import Right
from zhike.platform.parameters import OWN_PRACTICE, Parameter

_SERVING = frozenset({"agent", "supervisor", "account_manager", "claims", "quality", "outlet"})

SERVE = Right("reception.serve", _("Take calls and waiting enquiries"), _SERVING)
MANAGE = Right(
    "reception.manage", _("Assign extensions and connect telephone systems"), frozenset({"admin", "supervisor"})
)
# Telephone systems and chat windows hand over through keys of their own.
PUSH_CALLS = Right("reception.push_calls", _("Hand over events of calls"), frozenset({"admin"}), for_programs=True)
PUSH_ENQUIRIES = Right(
    "reception.push_enquiries",
    _("Hand over enquiries that wait, and read what they were answered"),
    frozenset({"admin"}),
    for_programs=True,
)

LIGHT_AFTER = Parameter(
    key="reception.light_after",
    label=_("A waiting enquiry lights up after"),
    kind=timedelta,
    default=timedelta(seconds=60),
    unit=_("seconds"),
    source=OWN_PRACTICE,
    minimum=timedelta(seconds=5),
)
WRITE_DOWN_AFTER = Parameter(
    key="reception.write_down_after",
    label=_("A call that ended and was not wrapped up is written down by the system after"),
    kind=timedelta,
    default=timedelta(minutes=30),
    unit=_("minutes"),
    source=gettext_noop("chosen by the makers of Zhike"),
    minimum=timedelta(minutes=1),
)
RINGS_AT_MOST = Parameter(
    key="reception.rings_at_most",
    label=_("A call that only rings counts as missed after"),
    kind=timedelta,
    default=timedelta(minutes=10),
    unit=_("minutes"),
    source=gettext_noop("chosen by the makers of Zhike"),
    minimum=timedelta(minutes=1),
)
LOST_AFTER = Parameter(
    key="reception.lost_after",
    label=_("A call of which nothing more is heard counts as ended after"),
    kind=timedelta,
    default=timedelta(hours=4),
    unit=_("hours"),
    source=gettext_noop("chosen by the makers of Zhike"),
    minimum=timedelta(minutes=10),
)

NOBODY = Q(pk__in=[])


def call_scope(actor: Actor, prefix: str = "") -> Q:
    """Calls of the units within reach, and one's own."""
    if not (actor.has(SERVE.code) or actor.has(MANAGE.code)):
        return NOBODY
    if actor.reach.everything:
        return Q()
    own = actor.reach.q(f"{prefix}scope_unit_id") if actor.reach.intervals else NOBODY
    return own | Q(**{f"{prefix}staff_id": actor.staff_id}) if actor.staff_id is not None else own


def waiting_scope(actor: Actor, prefix: str = "") -> Q:
    """Enquiries of the units within reach, and those one has taken. A program sees those of its reach."""
    if not (actor.has(SERVE.code) or actor.has(PUSH_ENQUIRIES.code)):
        return NOBODY
    if actor.reach.everything:
        return Q()
    own = actor.reach.q(f"{prefix}scope_unit_id") if actor.reach.intervals else NOBODY
    return own | Q(**{f"{prefix}taken_by_id": actor.staff_id}) if actor.staff_id is not None else own


def extension_scope(actor: Actor, prefix: str = "") -> Q:
    """All within reach for those who assign them; everybody sees their own."""
    own = Q(**{f"{prefix}staff_id": actor.staff_id}) if actor.staff_id is not None else NOBODY
    if not actor.has(MANAGE.code):
        return own
    if actor.reach.everything:
        return Q()
    return own | actor.reach.q(f"{prefix}staff__unit__tree_no")
