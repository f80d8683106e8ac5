"""What the audit log says about contacting, and what rooms above are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, outbox
from zhike.record.contacting.types.words import (
    CHANNEL_LABELS,
    CONSENT_LABELS,
    CONSENT_SOURCE_LABELS,
    EVENT_LABELS,
    OUTCOME_LABELS,
    PARTY_LABELS,
    PURPOSE_LABELS,
    RULE_LABELS,
    TEMPLATE_STATE_LABELS,
)

audit.tell(
    "contacting",
    event=EVENT_LABELS,
    party=PARTY_LABELS,
    state=TEMPLATE_STATE_LABELS,
    outcome=OUTCOME_LABELS,
    rules=RULE_LABELS,
    # One text with purpose, channel and answer.
    what=(PURPOSE_LABELS, CHANNEL_LABELS, CONSENT_LABELS),
    channel=CHANNEL_LABELS,
    purpose=PURPOSE_LABELS,
    source=CONSENT_SOURCE_LABELS,
    events=audit.Keys(lambda: EVENT_LABELS, CHANNEL_LABELS),
)


class ConsentsRecorded(audit.Event):
    type = "contacting.consents_recorded"
    label = _("Consent or refusal recorded")
    personal = frozenset({"evidence", "address"})


class WishSet(audit.Event):
    type = "contacting.wish_set"
    label = _("Wishes about notices changed")
    personal = frozenset({"address"})


class ContactsAsked(audit.Event):
    type = "contacting.asked"
    label = _("Messages asked for and decided")


class ContactTakenBack(audit.Event):
    type = "contacting.taken_back"
    label = _("Message taken back before it left")


class ContactsMade(audit.Event):
    type = "contacting.made"
    label = _("Contacts made by people counted")


class HeldDecided(audit.Event):
    type = "contacting.held_decided"
    label = _("Waiting messages decided again")


class MessagesSettled(audit.Event):
    type = "contacting.settled"
    label = _("Fate of messages noted")


class SurveyAnswered(audit.Event):
    type = "contacting.answered"
    label = _("Survey invitation answered")


class NoticesDecided(audit.Event):
    type = "contacting.notices_decided"
    label = _("Notices of shipments decided")


class NoticeSwitched(audit.Event):
    type = "contacting.notice_switched"
    label = _("Notice table changed")


class TemplateWritten(audit.Event):
    type = "contacting.template_written"
    label = _("Template written")


class TemplatePublished(audit.Event):
    type = "contacting.template_published"
    label = _("Template published")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesSent(outbox.Event):
    """Notices of these records have reached the other side; at most 1,000 ids an event."""

    type: ClassVar[str] = "contacting.notices_sent"
    kind: str
    ids: Sequence[str]
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingDecided(outbox.Event):
    """Messages that waited, or were about to leave, and what was decided: at most 1,000 an event.

    `fate` is a Fate; `until` a moment where it waits longer. Of those that leave messaging tells once they have left.
    """

    type: ClassVar[str] = "contacting.waiting_decided"
    fate: str
    refs: Sequence[str]
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentsChanged(outbox.Event):
    """Somebody agreed or refused; `persons` are keys, without any address of a person with a file."""

    type: ClassVar[str] = "contacting.consents_changed"
    personal: ClassVar[frozenset[str]] = frozenset({"persons"})
    persons: Sequence[str]
    status: str
