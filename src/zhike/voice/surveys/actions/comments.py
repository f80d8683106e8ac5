"""What is done about a text that somebody wrote: one click makes it a case, another says that it was read (SURV-08)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Conflict, NotFound
from zhike.platform.i18n.labels import pick
from zhike.service.cases import actions as cases
from zhike.service.cases.types import CaseKind, Severity, VoiceEntry
from zhike.voice.surveys import events
from zhike.voice.surveys.actions.following import READING
from zhike.voice.surveys.models import Comment, FollowUp
from zhike.voice.surveys.policies import FOLLOW, scope
from zhike.voice.surveys.types import CommentDeed

_OPEN: Final = ""
MOST_AT_ONCE: Final = 500


class NobodysComment(Conflict):
    code = "comment_without_customer"
    message = _("Nobody knows whose comment this is; a case needs a customer.")
    next_step = _("Note it as read, or open a case from the customer's page.")


@action
def case_of_comment(*, actor: Actor, comment_id: int, now: datetime) -> int:
    """Make a case of a comment, of its person, customer and parcel; returns the case. Done twice, it is the same one.

    What follows the person up already, or is open about the same parcel, takes it: nothing is asked twice. Raises
    NobodysComment.
    """
    row = _locked(actor, comment_id)
    authorize(actor, FOLLOW, subject=("comment", comment_id))
    if row.case_id is not None:
        return row.case_id
    of = row.recipient
    if of.customer_id is None:
        raise NobodysComment
    followed = FollowUp.objects.filter(recipient=of).values_list("case_id", flat=True).first()
    entry = VoiceEntry(
        key=row.pk,
        customer_id=of.customer_id,
        contact_id=of.contact_id,
        shipment_id=of.shipment_id,
        case_id=followed or of.case_id,
        subject=_subject(row),
        kind=CaseKind.COMPLAINT if row.strong else CaseKind.SUGGESTION,
        severity=Severity.HIGH if row.strong else Severity.NORMAL,
    )
    case_id = cases.open_for_voices(actor=READING, entries=[entry], now=now)[row.pk].case_id
    row.deed, row.case_id, row.staff_id, row.done_at = CommentDeed.CASE.value, case_id, actor.staff_id, now
    row.save()
    audit.record(
        actor,
        events.CommentDone(subject=("comment", row.pk), after={"deed": CommentDeed.CASE, "case": case_id}),
        now=now,
    )
    return case_id


@action
def note_comments(*, actor: Actor, comment_ids: Sequence[int], now: datetime) -> int:
    """These were read and ask for nothing; returns how many were open. One statement, whatever the number."""
    authorize(actor, FOLLOW)
    rows = Comment.objects.filter(scope(actor), pk__in=comment_ids[:MOST_AT_ONCE], deed=_OPEN)
    ids = list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    done = Comment.objects.filter(pk__in=ids).update(deed=CommentDeed.NOTED.value, staff_id=actor.staff_id, done_at=now)
    audit.record_many(
        actor,
        [events.CommentDone(subject=("comment", pk), after={"deed": CommentDeed.NOTED}) for pk in ids],
        now=now,
    )
    return done


def _locked(actor: Actor, comment_id: int) -> Comment:
    rows = Comment.objects.filter(scope(actor), pk=comment_id)
    found = rows.select_related("recipient__campaign", "answer__item").select_for_update(of=("self",), no_key=True)
    row = found.first()
    if row is None:
        raise NotFound
    return row


def _subject(row: Comment) -> str:
    """The question that was answered; the words themselves stay with the answer."""
    with translation.override(settings.LANGUAGE_CODE):
        said = {"question": pick(row.answer.item.texts) or row.answer.item.key, "survey": row.recipient.campaign.name}
        return gettext("Comment on “%(question)s”: %(survey)s") % said
