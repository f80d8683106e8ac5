"""Who may contact whom, which entries an actor sees, and the numbers of the contact policy."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from zhike.platform import parameters
from zhike.platform.actors import Actor
from zhike.platform.authz import Right
from zhike.platform.outbox.policies import ACT_WITHIN
from zhike.platform.parameters import OWN_PRACTICE, Parameter
from zhike.record.contacting.types import Policy
from zhike.record.customers import policies as customers
from zhike.record.organization.policies import EVERYBODY

VIEW = Right("contacting.view", _("See the contact log, consents and wishes"), EVERYBODY)
SEND = Right(
    "contacting.send",
    _("Send messages to people within the contact policy"),
    frozenset({"agent", "supervisor", "account_manager", "outlet", "claims", "quality", "admin"}),
)
CONSENT = Right("contacting.consent", _("Record consents, refusals and wishes"), customers.WRITERS)
TEMPLATES = Right(
    "contacting.templates", _("Write and publish templates"), frozenset({"supervisor", "quality", "admin"})
)
NOTICES = Right("contacting.notices", _("Switch notices on and off"), frozenset({"supervisor", "admin"}))
# Given to the holders of links, each for the one person that the link was sent to.
CHOOSE = Right("contacting.choose", _("Choose one's own wishes by a link"), frozenset())
# Given to the rooms above, which act as named system jobs.
PUSH = Right("contacting.push", _("Give notices of events, settle messages"), frozenset())

_NIGHT = gettext_noop(
    "own practice value; no Chinese rule sets hours for everybody (USA: 47 CFR 64.1200(c)(1), 08:00 to 21:00)"
)
_DAY = timedelta(days=1)
WEEK_MAX = Parameter(
    key="contacting.cap_week",
    label=_("Contacts a person may get within seven days, deliveries and replies aside"),
    kind=int,
    default=2,
    minimum=0,
    maximum=100,
    unit=pgettext_lazy("unit of a limit", "contacts"),
    source=OWN_PRACTICE,
)
MONTH_MAX = Parameter(
    key="contacting.cap_month",
    label=_("Contacts a person may get within thirty days, deliveries and replies aside"),
    kind=int,
    default=4,
    minimum=0,
    maximum=400,
    unit=pgettext_lazy("unit of a limit", "contacts"),
    source=OWN_PRACTICE,
)
CUSTOMER_DAY_MAX = Parameter(
    key="contacting.cap_customer_day",
    label=_("Contacts a customer may get on one day, over all of its people"),
    kind=int,
    default=1,
    minimum=0,
    maximum=100,
    unit=pgettext_lazy("unit of a limit", "contacts"),
    source=OWN_PRACTICE,
)
PROMOTIONAL_MAX = Parameter(
    key="contacting.cap_promotional",
    label=_("Promotional contacts a customer may get in a period"),
    kind=int,
    default=2,
    minimum=0,
    maximum=100,
    unit=pgettext_lazy("unit of a limit", "contacts"),
    source=OWN_PRACTICE,
)
PROMOTIONAL_DAYS = Parameter(
    key="contacting.promotional_days",
    label=_("Length of the period for promotional contacts"),
    kind=int,
    default=30,
    minimum=1,
    maximum=366,
    unit=_("days"),
    source=OWN_PRACTICE,
)
QUIET_FROM = Parameter(
    key="contacting.quiet_from",
    label=_("Quiet at night from, after midnight where the person is"),
    kind=timedelta,
    default=timedelta(hours=21),
    minimum=timedelta(),
    maximum=_DAY,
    source=_NIGHT,
)
QUIET_UNTIL = Parameter(
    key="contacting.quiet_until",
    label=_("Quiet at night until, after midnight where the person is"),
    kind=timedelta,
    default=timedelta(hours=9),
    minimum=timedelta(),
    maximum=_DAY,
    source=_NIGHT,
)
NOON = Parameter(
    key="contacting.quiet_noon", label=_("Quiet at noon too"), kind=bool, default=False, source=OWN_PRACTICE
)
NOON_FROM = Parameter(
    key="contacting.noon_from",
    label=_("Quiet at noon from, after midnight"),
    kind=timedelta,
    default=timedelta(hours=12),
    minimum=timedelta(),
    maximum=_DAY,
    source=OWN_PRACTICE,
)
NOON_UNTIL = Parameter(
    key="contacting.noon_until",
    label=_("Quiet at noon until, after midnight"),
    kind=timedelta,
    default=timedelta(hours=14),
    minimum=timedelta(),
    maximum=_DAY,
    source=OWN_PRACTICE,
)
HOLIDAYS = Parameter(
    key="contacting.quiet_holidays",
    label=_("Quiet on the holidays of the company calendar too"),
    kind=bool,
    default=False,
    source=OWN_PRACTICE,
)
QUARANTINE_TRANSACTION = Parameter(
    key="contacting.quarantine_transaction",
    label=_("No survey after a survey about one service for"),
    kind=timedelta,
    default=timedelta(days=30),
    minimum=timedelta(),
    maximum=timedelta(days=366),
    source=OWN_PRACTICE,
)
QUARANTINE_RELATIONSHIP = Parameter(
    key="contacting.quarantine_relationship",
    label=_("No survey after a survey about the whole relationship for"),
    kind=timedelta,
    default=timedelta(days=90),
    minimum=timedelta(),
    maximum=timedelta(days=366),
    source=OWN_PRACTICE,
)
REMINDER_AFTER = Parameter(
    key="contacting.reminder_after",
    label=_("A survey's reminder goes no earlier than"),
    kind=timedelta,
    default=timedelta(days=3),
    minimum=timedelta(),
    maximum=timedelta(days=90),
    source=OWN_PRACTICE,
)
REMINDERS_MAX = Parameter(
    key="contacting.reminders",
    label=_("Reminders of one survey"),
    kind=int,
    default=1,
    minimum=0,
    maximum=5,
    unit=_("reminders"),
    source=OWN_PRACTICE,
)
IGNORED_MAX = Parameter(
    key="contacting.ignored",
    label=_("No more surveys after so many left unanswered"),
    kind=int,
    default=3,
    minimum=1,
    maximum=50,
    unit=_("surveys"),
    source=OWN_PRACTICE,
)
IGNORED_AFTER = Parameter(
    key="contacting.ignored_after",
    label=_("A survey counts as left unanswered after"),
    kind=timedelta,
    default=timedelta(days=14),
    minimum=timedelta(days=1),
    maximum=timedelta(days=366),
    source=OWN_PRACTICE,
)
SAME_TEXT = Parameter(
    key="contacting.same_text",
    label=_("The same text does not go to a person twice within"),
    kind=timedelta,
    default=timedelta(days=90),
    minimum=timedelta(),
    maximum=timedelta(days=3660),
    source=OWN_PRACTICE,
)
UNDO = Parameter(
    key="contacting.undo",
    label=_("A message that a person sends can be taken back for"),
    kind=timedelta,
    default=timedelta(seconds=10),
    minimum=timedelta(),
    maximum=timedelta(minutes=10),
    source=OWN_PRACTICE,
)
ZONE = Parameter(
    key="contacting.zone",
    label=_("Time zone of people about whom nothing else is known"),
    kind=str,
    default="Asia/Shanghai",
    source=OWN_PRACTICE,
)
PUBLIC_ADDRESS = Parameter(
    key="contacting.public_address",
    label=_("Address under which customers reach our pages, with https://"),
    kind=str,
    default="",
    source=OWN_PRACTICE,
)
NOBODY = Q(pk__in=[])


def policy_at(now: datetime) -> Policy:
    """Every number of the policy as it holds at this moment."""
    return Policy(
        act_within=parameters.value(ACT_WITHIN, at=now),
        week_max=parameters.value(WEEK_MAX, at=now),
        month_max=parameters.value(MONTH_MAX, at=now),
        customer_day_max=parameters.value(CUSTOMER_DAY_MAX, at=now),
        promotional_max=parameters.value(PROMOTIONAL_MAX, at=now),
        promotional_days=parameters.value(PROMOTIONAL_DAYS, at=now),
        quiet_from=_wall(parameters.value(QUIET_FROM, at=now)),
        quiet_until=_wall(parameters.value(QUIET_UNTIL, at=now)),
        noon=parameters.value(NOON, at=now),
        noon_from=_wall(parameters.value(NOON_FROM, at=now)),
        noon_until=_wall(parameters.value(NOON_UNTIL, at=now)),
        holidays=parameters.value(HOLIDAYS, at=now),
        quarantine_transaction=parameters.value(QUARANTINE_TRANSACTION, at=now),
        quarantine_relationship=parameters.value(QUARANTINE_RELATIONSHIP, at=now),
        reminder_after=parameters.value(REMINDER_AFTER, at=now),
        reminders_max=parameters.value(REMINDERS_MAX, at=now),
        ignored_max=parameters.value(IGNORED_MAX, at=now),
        ignored_after=parameters.value(IGNORED_AFTER, at=now),
        same_text=parameters.value(SAME_TEXT, at=now),
    )


def public_address(now: datetime) -> str:
    """Where links in messages lead, without a slash at the end; empty where nobody has said so."""
    trusted = list(settings.CSRF_TRUSTED_ORIGINS)
    return (parameters.value(PUBLIC_ADDRESS, at=now) or (trusted[0] if trusted else "")).rstrip("/")


def scope(actor: Actor, prefix: str = "") -> Q:
    """Entries about customers within reach, and, with whole reach, those about people without a file."""
    if not actor.has(VIEW.code):
        return NOBODY
    if actor.reach.everything:
        return Q()
    return Q(**{f"{prefix}customer__isnull": False}) & customers.scope(actor, f"{prefix}customer__")


def _wall(after_midnight: timedelta) -> time:
    """Twenty-four hours after midnight is midnight."""
    minutes = int(after_midnight.total_seconds()) // 60 % (24 * 60)
    return time(minutes // 60, minutes % 60)
