"""Who may see and work on cases, and the numbers by which the desk decides."""

from datetime import timedelta

from django.db.models import OuterRef, Q, Subquery
from django.db.models.lookups import IsNull
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from zhike.platform.actors import Actor
from zhike.platform.authz import Right
from zhike.platform.files.types import DOCUMENTS, IMAGES, JPEG, PNG, WEBP, ZIP, Purpose
from zhike.platform.parameters import OWN_PRACTICE, Parameter
from zhike.record.organization.policies import EVERYBODY
from zhike.service.cases.models import Task
from zhike.service.cases.types import STATUTORY_LABELS, StatutoryFor

_DESK = frozenset({"agent", "supervisor", "account_manager", "claims", "quality"})

# Who takes new cases from the queue.
DESK_ROLES = ("agent",)

VIEW = Right("cases.view", _("See cases"), EVERYBODY, for_programs=True)
HANDLE = Right("cases.handle", _("Open, answer and close cases"), _DESK, for_programs=True)
ASSIGN = Right("cases.assign", _("Give cases to other people"), frozenset({"agent", "supervisor", "account_manager"}))
DO_TASKS = Right(
    "cases.do_tasks", _("Take and answer tasks of cases"), _DESK | {"department", "outlet"}, for_programs=True
)
ANSWER_ESCALATIONS = Right("cases.answer_escalations", _("Answer escalations"), frozenset({"supervisor", "executive"}))
GRANT = Right("cases.grant", _("Grant remedies within one's authority"), _DESK)
APPROVE = Right(
    "cases.approve", _("Approve remedies beyond an agent's authority"), frozenset({"supervisor", "executive"})
)
SUPERVISE = Right(
    "cases.supervise",
    _("See unlooked, parked and overdue cases of the desk"),
    frozenset({"supervisor", "executive", "quality"}),
)
MANAGE = Right("cases.manage", _("Change categories and causes"), frozenset({"quality", "admin"}))

REPLY_FILE = Purpose(
    code="cases.reply_file", label=_("File sent with a reply"), types=IMAGES | DOCUMENTS | {ZIP}, right=HANDLE
)

_REGULATIONS = gettext_noop(
    "Interim Regulations on Express Delivery (State Council Order 697 of 2018-03-02), art. 28; since 2025-06-01 art. 29"
    " (Order 806 of 2025-04-13)"
)
# Given to whoever writes on our pages, and to the holders of links for the one case that their link is of.
ASK_OUTSIDE = Right("cases.ask_outside", _("Bring a matter on the web"), frozenset(), for_programs=True)
BY_LINK = Right("cases.by_link", _("See and answer one's own case by a link"), frozenset())

LARGEST_PHOTO = Parameter(
    key="cases.largest_photo",
    label=_("Largest photo that customers may send"),
    kind=int,
    default=15,
    minimum=1,
    maximum=100,
    unit=_("MB"),
    source=OWN_PRACTICE,
)
PHOTO = Purpose(
    code="cases.photo",
    label=_("Photo of a customer"),
    types=frozenset({JPEG, PNG, WEBP}),
    right=ASK_OUTSIDE,
    largest=LARGEST_PHOTO,
)
LINK_FOR = Parameter(
    key="cases.link_for",
    label=_("How long a link opens a case after its holder last wrote"),
    kind=timedelta,
    default=timedelta(days=90),
    unit=_("days"),
    source=OWN_PRACTICE,
    minimum=timedelta(days=1),
)
LINK_AT_MOST = Parameter(
    key="cases.link_at_most",
    label=_("A link opens a case at most so long after its matter came, however often its holder writes"),
    kind=timedelta,
    default=timedelta(days=180),
    unit=_("days"),
    source=OWN_PRACTICE,
    minimum=timedelta(days=1),
)
GROUP_FROM = Parameter(
    key="cases.group_from",
    label=_("So many shipments of one customer that are late or silent at once make one case together"),
    kind=int,
    default=20,
    unit=_("shipments"),
    source=OWN_PRACTICE,
    minimum=2,
    maximum=10_000,
)
HIGH_CLASSES = Parameter(
    key="cases.high_classes",
    label=_("Late or silent goods of customers in these value classes are of high severity at once"),
    kind=str,
    default="A",
    unit=_("value classes, with commas"),
    source=OWN_PRACTICE,
)
HIGH_MARKS = Parameter(
    key="cases.high_marks",
    label=_("Likewise those of customers with these special marks"),
    kind=str,
    default="重点,priority",
    unit=_("special marks, with commas"),
    source=OWN_PRACTICE,
)
ATTACH_WITHIN = Parameter(
    key="cases.attach_within",
    label=_("A contact on the same matter joins a case whose last contact is at most this old"),
    kind=timedelta,
    default=timedelta(days=7),
    unit=_("days"),
    source=OWN_PRACTICE,
    minimum=timedelta(hours=1),
)
CLOSE_AFTER = Parameter(
    key="cases.close_after",
    label=_("An answered case closes without objection after"),
    kind=timedelta,
    default=timedelta(days=7),
    unit=_("days"),
    source=OWN_PRACTICE,
    minimum=timedelta(hours=1),
)
ESCALATION_WITHIN = Parameter(
    key="cases.escalation_within",
    label=_("An escalation is answered within"),
    kind=timedelta,
    default=timedelta(hours=4),
    unit=_("hours of the calendar"),
    source=OWN_PRACTICE,
    minimum=timedelta(minutes=15),
)
SAME_HANDLER = Parameter(
    key="cases.same_handler",
    label=_("A customer's new case goes to whoever handled the last one within"),
    kind=timedelta,
    default=timedelta(days=30),
    unit=_("days"),
    source=OWN_PRACTICE,
    minimum=timedelta(0),
)
STATUTORY_DAYS = Parameter(
    key="cases.statutory_days",
    label=_("Days in which a complaint must be answered by law"),
    kind=int,
    default=7,
    unit=_("calendar days"),
    source=_REGULATIONS,
    minimum=1,
    maximum=90,
)
STATUTORY_FOR = Parameter(
    key="cases.statutory_for",
    label=_("Complaints that have the statutory deadline"),
    kind=StatutoryFor,
    default=StatutoryFor.EXPRESS,
    source=_REGULATIONS,
    choices=STATUTORY_LABELS,
)

NOBODY = Q(pk__in=[])


def scope(actor: Actor, prefix: str = "") -> Q:
    """Cases of the units within reach, one's own, and those in which a unit within reach has a task."""
    if not actor.has(VIEW.code):
        return NOBODY
    if actor.reach.everything:
        return Q()
    own = actor.reach.q(f"{prefix}scope_unit_id") if actor.reach.intervals else NOBODY
    if actor.staff_id is not None:
        own |= Q(**{f"{prefix}owner_id": actor.staff_id})
    if not actor.reach.intervals:
        return own
    # Asked case by case, by the index of tasks: a list of all cases with tasks grows with the company, for each page.
    asked = Task.objects.filter(actor.reach.q(), case_id=OuterRef(f"{prefix}pk"))
    return own | Q(IsNull(Subquery(asked.values("pk")[:1]), False))  # noqa: FBT003 - the lookup's right side


def scope_parts(actor: Actor) -> list[Q]:
    """What `scope` lets through, cut up without overlap: by unit, by owner, by task; for lists."""
    if actor.reach.everything or not actor.reach.intervals or not actor.has(VIEW.code):
        return [scope(actor)]
    reach, own = actor.reach.q(), Q(owner_id=actor.staff_id or 0)
    asked = Q(pk__in=Task.objects.filter(actor.reach.q()).values("case_id"))
    return [reach, own & ~reach, asked & ~reach & ~own]


def task_scope(actor: Actor, prefix: str = "") -> Q:
    """Tasks of the units within reach, one's own, and those of cases that one owns."""
    if not actor.has(VIEW.code):
        return NOBODY
    if actor.reach.everything:
        return Q()
    own = actor.reach.q(f"{prefix}scope_unit_id") if actor.reach.intervals else NOBODY
    if actor.staff_id is not None:
        own |= Q(**{f"{prefix}assignee_id": actor.staff_id}) | Q(**{f"{prefix}case__owner_id": actor.staff_id})
    return own
