"""What mails say of people, emptied on demand or after a time (CUST-22); that a mail came, and when, stays."""

from collections.abc import Sequence
from datetime import datetime

from zhike.doors.connectors.mail import events
from zhike.doors.connectors.mail.models import IncomingMail
from zhike.doors.connectors.mail.types import OPEN, MailState
from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.files.actions import erase_contents
from zhike.record.customers.policies import ERASE
from zhike.record.interactions import actions as interactions


@action
def forget_mails(*, actor: Actor, mail_ids: Sequence[int], now: datetime) -> int:
    """Empty sender and subject, destroy the mail itself, and empty the entry that nobody in the files has made.

    One that still waited for somebody is dropped: there is nothing left to file. Returns how many mails changed.
    """
    authorize(actor, ERASE)
    rows = IncomingMail.objects.filter(pk__in=mail_ids)
    entries = rows.filter(interaction__isnull=False, interaction__contact__isnull=True)
    interactions.forget_entries(
        actor=actor, interaction_ids=list(entries.values_list("interaction_id", flat=True)), now=now
    )
    files = list(rows.values_list("raw_file_id", flat=True))
    if files:
        erase_contents(actor=actor, file_ids=files, reason="CUST-22", now=now)
    waiting = [MailState.KEPT.value, *(one.value for one in OPEN)]
    rows.filter(state__in=waiting).update(state=MailState.DROPPED.value, settled_at=now)
    changed = rows.update(sender="", sender_name="", subject="", detail="", refused=[])
    audit.record(actor, events.MailsForgotten(subject=("mail", "people"), after={"rows": changed}), now=now)
    return changed
