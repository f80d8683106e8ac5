"""Who reads, writes and publishes what the company knows."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor, Reach
from zhike.platform.authz import Right
from zhike.platform.files.types import DOCUMENTS, IMAGES, Purpose
from zhike.platform.parameters.types import OWN_PRACTICE, Parameter
from zhike.platform.search.types import Sight
from zhike.record.organization.policies import EVERYBODY
from zhike.service.knowledge.types import EVERYWHERE, SECOND_LABELS, ArticleState, SecondPersonFor

VIEW = Right("knowledge.view", _("Read articles and phrases"), EVERYBODY, for_programs=True)
WRITE = Right(
    "knowledge.write",
    _("Write articles and propose changes"),
    frozenset({"quality", "supervisor", "claims", "account_manager"}),
    for_programs=True,
)
PUBLISH = Right(
    "knowledge.publish", _("Publish and withdraw articles"), frozenset({"quality", "supervisor", "executive"})
)
PHRASES = Right("knowledge.phrases", _("Change the list of phrases"), frozenset({"quality", "supervisor"}))

SECOND_PERSON = Parameter(
    key="knowledge.second_person",
    label=_("Articles that somebody else than their writer publishes"),
    kind=SecondPersonFor,
    default=SecondPersonFor.RULES,
    source=OWN_PRACTICE,
    choices=SECOND_LABELS,
    needs_approval=True,
)
REVIEW_DAYS = Parameter(
    key="knowledge.review_days",
    label=_("An article is looked at again after"),
    kind=int,
    default=180,
    unit=_("days"),
    source=OWN_PRACTICE,
    minimum=7,
    maximum=1_100,
)
ATTACHMENT = Purpose(
    code="knowledge.attachment", label=_("Attachment of an article"), types=DOCUMENTS | IMAGES, right=WRITE
)
NOBODY = Q(pk__in=[])


def scope(actor: Actor, prefix: str = "") -> Q:
    """Articles for one's unit and roles, and one's own; what is not published only for who writes or publishes."""
    if not actor.has(VIEW.code):
        return NOBODY
    own = Q(**{f"{prefix}owner_id": actor.staff_id}) if actor.staff_id is not None else NOBODY
    is_whole, sees_drafts = actor.reach.everything, actor.has(WRITE.code) or actor.has(PUBLISH.code)
    if is_whole and sees_drafts:
        return Q()
    seen = Q() if is_whole else _units(actor, prefix)
    if not sees_drafts:
        seen &= Q(**{f"{prefix}state": ArticleState.PUBLISHED.value})
        seen &= Q(**{f"{prefix}roles": []}) | Q(**{f"{prefix}roles__overlap": sorted(actor.roles)})
    return seen | own


def _units(actor: Actor, prefix: str) -> Q:
    """Of the whole company, of units within reach, and of the units above one's own."""
    seen = Q(**{f"{prefix}unit__isnull": True})
    if actor.reach.intervals:
        seen |= actor.reach.q(f"{prefix}unit__tree_no")
    if actor.unit_no is not None:
        seen |= Q(**{f"{prefix}unit__tree_no__lte": actor.unit_no, f"{prefix}unit__tree_end__gte": actor.unit_no})
    return seen


def use_scope(actor: Actor) -> Q:
    """Uses by people of the units within reach."""
    return actor.reach.q() if actor.has(VIEW.code) else NOBODY


def sight(actor: Actor) -> Sight:
    """What the house's search shows: articles of everybody, of units within reach, for one's roles, and one's own."""
    if not actor.has(VIEW.code):
        return Sight()
    own = ((actor.unit_no, actor.unit_no),) if actor.unit_no is not None else ()
    reach = Reach(everything=actor.reach.everything, intervals=((EVERYWHERE, EVERYWHERE), *actor.reach.intervals, *own))
    sees_all_roles = actor.has(WRITE.code) or actor.has(PUBLISH.code)
    groups = None if sees_all_roles else frozenset(actor.roles)
    return Sight(whole=actor.reach.everything, reach=reach, staff_id=actor.staff_id, groups=groups)
