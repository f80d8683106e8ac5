"""What the audit log says about mailboxes and mails."""

from django.utils.translation import gettext_lazy as _

from zhike.doors.connectors.mail.types import KIND_LABELS, REASON_LABELS, SECURITY_LABELS, STATE_LABELS
from zhike.platform import audit

audit.tell(
    "mail",
    reason=REASON_LABELS,
    state=STATE_LABELS,
    kind=KIND_LABELS,
    security=SECURITY_LABELS,
    mailbox=audit.Of("mailbox"),
    case=audit.Of("case"),
    category=audit.Of("case_category"),
)
_PERSONAL = frozenset({"sender", "subject"})


class MailboxSaved(audit.Event):
    type = "mail.mailbox_saved"
    label = _("Mailbox set up or changed")


class MailKept(audit.Event):
    type = "mail.kept"
    label = _("Mail received")


class MailFiled(audit.Event):
    type = "mail.filed"
    label = _("Mail filed")
    personal = _PERSONAL


class MailParked(audit.Event):
    type = "mail.parked"
    label = _("Mail set aside")


class MailDropped(audit.Event):
    type = "mail.dropped"
    label = _("Mail dropped")


class MailsForgotten(audit.Event):
    type = "mail.forgotten"
    label = _("Mails emptied")
