"""What the audit log says about messages."""

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.messaging.types import CHANNEL_LABELS, STATE_LABELS

audit.tell("messaging", channel=CHANNEL_LABELS, purpose=audit.Room(), state=STATE_LABELS)
_PERSONAL = frozenset({"to", "subject"})


class MessageQueued(audit.Event):
    type = "messaging.queued"
    label = _("Message queued")
    personal = _PERSONAL


class MessageTakenBack(audit.Event):
    type = "messaging.taken_back"
    label = _("Message taken out of the queue before it left")


class MessageSentAgain(audit.Event):
    type = "messaging.sent_again"
    label = _("Uncertain or failed message sent again")


class MessageMarkedSent(audit.Event):
    type = "messaging.marked_sent"
    label = _("Uncertain message marked as sent")


class MessageGivenUp(audit.Event):
    type = "messaging.given_up"
    label = _("Message given up")


class MessageBounced(audit.Event):
    type = "messaging.bounced"
    label = _("Mail came back")


class MessagesReleased(audit.Event):
    type = "messaging.released"
    label = _("Held messages released")


class MessagesForgotten(audit.Event):
    type = "messaging.forgotten"
    label = _("Contents of messages forgotten")
