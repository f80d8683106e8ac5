"""Everything that the mail door writes."""

from zhike.doors.connectors.mail.actions.boxes import note_look, save_mailbox, stop_mailbox
from zhike.doors.connectors.mail.actions.filing import drop_mail, file_into, file_mail, file_under, park_mail
from zhike.doors.connectors.mail.actions.forgetting import forget_mails
from zhike.doors.connectors.mail.actions.keeping import keep_mail

__all__ = [
    "drop_mail",
    "file_into",
    "file_mail",
    "file_under",
    "forget_mails",
    "keep_mail",
    "note_look",
    "park_mail",
    "save_mailbox",
    "stop_mailbox",
]
