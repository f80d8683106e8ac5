"""A contact that stands in the wrong case is taken out of it."""

from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid, NotFound
from zhike.record.interactions import actions as interactions
from zhike.record.organization import queries as organization
from zhike.service.cases import events
from zhike.service.cases.actions import _parts
from zhike.service.cases.models import Case, CaseContact
from zhike.service.cases.policies import HANDLE
from zhike.service.cases.rules import MAX_REASON, ContactOpened, channels_switched
from zhike.service.cases.types import PROACTIVE
from zhike.service.cases.types.words import DETACHED_NOTE


@action
def detach_contact(*, actor: Actor, case_id: int, interaction_id: int, reason: str, now: datetime) -> None:
    """Take what a customer said out of a case in which it does not belong: struck there, and counted no longer.

    State and kind of the case stay; what this contact made of them a person puts right. Raises Invalid on `reason`,
    ContactOpened for the contact with which the case began.
    """
    case = _parts.locked(actor, case_id)
    authorize(actor, HANDLE, subject=("case", case_id))
    if not reason.strip() or len(reason) > MAX_REASON:
        raise Invalid.of("reason", "required", _("Please say why, in at most 300 characters."))
    rows = CaseContact.objects.filter(case=case, incoming=True).order_by("pk")
    link = rows.filter(interaction_id=interaction_id).first()
    if link is None:
        raise NotFound
    if case.origin not in {origin.value for origin in PROACTIVE} and rows[0].pk == link.pk:
        raise ContactOpened(number=case.number)
    interactions.strike_entry(actor=actor, interaction_id=interaction_id, now=now)
    link.delete()
    _count_anew(case)
    _parts.save(case)
    names = organization.staff_labels(actor=_parts.DESK, staff_ids=[actor.staff_id] if actor.staff_id else [])
    told = {"staff": names.get(actor.staff_id or 0, actor.id), "reason": reason.strip()}
    _parts.note_on_timelines([case], DETACHED_NOTE, filled={case.pk: told}, now=now)
    audit.record(
        actor,
        events.ContactDetached(
            subject=("case", case.pk), before={"interaction": interaction_id}, reason=reason.strip()
        ),
        now=now,
    )


def _count_anew(case: Case) -> None:
    """What the case counts of its customer's contacts, of those that are left."""
    left = CaseContact.objects.filter(case=case, incoming=True)
    known: set[str] = set()
    case.switches = 0
    for channel in left.order_by("pk").values_list("channel", flat=True):
        case.switches += channels_switched(known, channel)
        known.add(channel)
    case.contacts, case.repeats = max(case.contacts - 1, 0), max(case.repeats - 1, 0)
    case.customer_spoke_at = left.aggregate(last=Max("at"))["last"]
