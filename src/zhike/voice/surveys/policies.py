"""Who asks, who reads what was said, who follows up; and the numbers of the house about it."""

from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor
from zhike.platform.authz import Right
from zhike.platform.parameters.types import OWN_PRACTICE, Parameter
from zhike.record.organization.policies import EVERYBODY

VIEW = Right("surveys.view", _("See surveys, answers and comments"), EVERYBODY - {"outlet", "admin"}, for_programs=True)
DESIGN = Right("surveys.design", _("Write forms"), frozenset({"quality"}), for_programs=True)
PUBLISH = Right("surveys.publish", _("Publish forms"), frozenset({"quality", "executive"}))
RUN = Right("surveys.run", _("Plan, send and close surveys"), frozenset({"quality"}), for_programs=True)
KEY_IN = Right(
    "surveys.key_in", _("Key in answers and outcomes"), frozenset({"quality", "account_manager", "supervisor"})
)
FOLLOW = Right(
    "surveys.follow",
    _("Follow up on what customers said"),
    frozenset({"agent", "supervisor", "account_manager", "quality"}),
    for_programs=True,
)
LOAD = Right("surveys.load", _("Take over answers from another system"), frozenset({"quality"}), for_programs=True)
# Answering needs no staff right: the holder of a link has this one for their own link.
ANSWER = Right("surveys.answer", _("Answer a survey by a link"), frozenset())

FOLLOW_DAYS = Parameter(
    key="surveys.follow_days",
    label=_("A low score is followed up within"),
    kind=int,
    default=2,
    unit=_("working days"),
    source=OWN_PRACTICE,
    minimum=1,
    maximum=30,
)
STRONG_WORDS = Parameter(
    key="surveys.strong_words",
    label=_("Words in a comment that ask for a follow-up"),
    kind=str,
    default=(
        "投诉,申诉,起诉,律师,法院,曝光,媒体,邮政管理局,消协,12305,12315,骗子,欺诈,再也不用,再也不会,不会再用,绝不再,"
        "投訴,申訴,起訴,律師,媒體,郵政管理局,消保會,騙子,欺詐,再也不會,不會再用,絕不再,"
        "complain,complaint,lawyer,sue,court,regulator,fraud,scam,never again,never use,last time"
    ),
    unit=_("words, with commas"),
    source=OWN_PRACTICE,
)
SECONDS_CHOICE = Parameter(
    key="surveys.seconds_choice",
    label=_("Estimated time for a question with choices"),
    kind=int,
    default=8,
    unit=_("seconds"),
    source=OWN_PRACTICE,
    minimum=1,
    maximum=120,
)
SECONDS_TEXT = Parameter(
    key="surveys.seconds_text",
    label=_("Estimated time for a question with a text"),
    kind=int,
    default=30,
    unit=_("seconds"),
    source=OWN_PRACTICE,
    minimum=1,
    maximum=600,
)
SECONDS_MOST = Parameter(
    key="surveys.seconds_most",
    label=_("A form warns above"),
    kind=int,
    default=180,
    unit=_("seconds"),
    source=OWN_PRACTICE,
    minimum=30,
    maximum=3_600,
)
FREQUENT_SHARE = Parameter(
    key="surveys.frequent_share",
    label=_("Of a frequent shipper's eligible services at most this share is asked about"),
    kind=Decimal,
    default=Decimal("0.2"),
    unit=_("share of 1"),
    source=OWN_PRACTICE,
    minimum=Decimal("0.01"),
    maximum=Decimal(1),
)
LINK_DAYS = Parameter(
    key="surveys.link_days",
    label=_("The link of an invitation is open for"),
    kind=int,
    default=30,
    unit=_("days"),
    source=OWN_PRACTICE,
    minimum=1,
    maximum=365,
)
ASKED_BEFORE = Parameter(
    key="surveys.asked_before",
    label=_("Planning a survey warns of people who were asked within"),
    kind=int,
    default=90,
    unit=_("days"),
    source=OWN_PRACTICE,
    minimum=1,
    maximum=730,
)
WAVES_A_YEAR = Parameter(
    key="surveys.waves_a_year",
    label=_("Waves of surveys in a year"),
    kind=int,
    default=4,
    unit=_("waves"),
    source=OWN_PRACTICE,
    minimum=1,
    maximum=52,
)
STOP_DISSATISFIED = Parameter(
    key="surveys.stop_dissatisfied",
    label=_("A running survey tells when more are dissatisfied than"),
    kind=Decimal,
    default=Decimal("0.4"),
    unit=_("share of 1"),
    source=OWN_PRACTICE,
    minimum=Decimal("0.01"),
    maximum=Decimal("0.99"),
)
STOP_REFUSED = Parameter(
    key="surveys.stop_refused",
    label=_("A running survey tells when more refuse, give no score or complain than"),
    kind=Decimal,
    default=Decimal("0.4"),
    unit=_("share of 1"),
    source=OWN_PRACTICE,
    minimum=Decimal("0.01"),
    maximum=Decimal("0.99"),
)
STOP_MARGIN = Parameter(
    key="surveys.stop_margin",
    label=_("The result of a wave is precise enough within plus or minus"),
    kind=Decimal,
    default=Decimal("0.05"),
    unit=_("share of 1"),
    source=OWN_PRACTICE,
    minimum=Decimal("0.005"),
    maximum=Decimal("0.5"),
)
STOP_BASE = Parameter(
    key="surveys.stop_base",
    label=_("A running survey is first looked at for an early end after"),
    kind=int,
    default=30,
    unit=_("answers"),
    source=OWN_PRACTICE,
    minimum=10,
    maximum=10_000,
)
NOBODY = Q(pk__in=[])


def scope(actor: Actor, prefix: str = "") -> Q:
    """Recipients and comments of the units within reach."""
    if not actor.has(VIEW.code):
        return NOBODY
    if actor.reach.everything:
        return Q()
    return actor.reach.q(f"{prefix}scope_unit_id")


def follow_scope(actor: Actor, prefix: str = "") -> Q:
    """Follow-ups of the units within reach, and those that one looks after oneself."""
    found = scope(actor, prefix)
    if actor.staff_id is None or actor.reach.everything or not actor.has(VIEW.code):
        return found
    return found | Q(**{f"{prefix}owner_id": actor.staff_id})


def form_scope(actor: Actor) -> Q:
    """Forms and campaigns ask for the whole company: whoever may see answers sees what was asked."""
    return Q() if actor.has(VIEW.code) or actor.has(DESIGN.code) else NOBODY
