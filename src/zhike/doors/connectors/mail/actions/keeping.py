"""A mail is kept as it came before anything else is done with it."""

from datetime import datetime

from zhike.doors.connectors.mail import events
from zhike.doors.connectors.mail.models import IncomingMail, Mailbox
from zhike.doors.connectors.mail.policies import FILE, RAW
from zhike.doors.connectors.mail.rules.reading import fingerprint
from zhike.doors.connectors.mail.types import Fetched, MailState, Reason
from zhike.platform import audit, files
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid, NotFound

# Before bytes that claim to be a picture and are none.
_MARK = b"X-Zhike-Kept: as it came\r\n"


@action
def keep_mail(*, actor: Actor, mailbox_id: int, fetched: Fetched, now: datetime) -> int | None:
    """Keep one mail; None where it was kept before, by its place in the mailbox or by what it says.

    The place in the mailbox moves on with it, in the same transaction: a crash on either side loses nothing.
    """
    authorize(actor, FILE)
    box = Mailbox.objects.select_for_update().filter(pk=mailbox_id).first()
    if box is None:
        raise NotFound
    if box.uid_validity != fetched.validity:
        box.uid_validity, box.last_uid = fetched.validity, 0
    box.last_uid = max(box.last_uid, fetched.uid)
    box.save(update_fields=["uid_validity", "last_uid"])
    mark = fingerprint(fetched.raw)
    if IncomingMail.objects.filter(fingerprint=mark).exists():
        return None
    try:
        kept = files.store(actor=actor, content=fetched.raw, filename="mail.eml", purpose=RAW, now=now)
    except Invalid:
        kept = files.store(actor=actor, content=_MARK + fetched.raw, filename="mail.eml", purpose=RAW, now=now)
    row = IncomingMail.objects.create(
        mailbox=box,
        uid_validity=fetched.validity,
        uid=fetched.uid,
        fingerprint=mark,
        raw_file_id=kept.id,
        size=fetched.size,
        received_at=now,
        state=(MailState.KEPT if fetched.whole else MailState.PARKED).value,
        reason="" if fetched.whole else Reason.TOO_LARGE.value,
    )
    audit.record(
        actor, events.MailKept(subject=("mail", row.pk), after={"mailbox": mailbox_id, "size": fetched.size}), now=now
    )
    return row.pk
