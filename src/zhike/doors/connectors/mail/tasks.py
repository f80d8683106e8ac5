"""Looking into the mailboxes every minute, and filing what was kept."""

import logging

from django.db import DatabaseError

from zhike.doors.connectors.mail import actions, queries
from zhike.doors.connectors.mail.entry import opened
from zhike.doors.connectors.mail.models import Mailbox
from zhike.doors.connectors.mail.types import AT_A_TIME, BoxUnreachable
from zhike.platform import clock, jobs, parameters
from zhike.platform.actors import system_actor
from zhike.platform.errors import ZhikeError
from zhike.platform.files.types import LARGEST, MEGABYTE

logger = logging.getLogger(__name__)
POLLING = system_actor("mail.poll")
FILING = system_actor("mail.file")
QUEUE = "mail"
UNFORESEEN = (ZhikeError, ValueError, TypeError, LookupError, OSError, DatabaseError)


@jobs.periodic(cron="* * * * *", name="mail.poll", queue=QUEUE)
def poll() -> None:
    """Safe to run twice, and after a crash at any line: what is kept already is not kept again."""
    file_kept()
    for row in queries.mailboxes(actor=POLLING):
        if row.active:
            _look_and_file(row)


def _look_and_file(row: Mailbox) -> None:
    """One mailbox; what cannot be kept there is shown there, and holds up no other one."""
    try:
        look_into(row)
    except UNFORESEEN as error:
        logger.exception("mailbox could not be read", extra={"mailbox_id": row.pk})
        actions.note_look(actor=POLLING, mailbox_id=row.pk, error=_told(error), now=clock.now())
    file_kept()


def look_into(row: Mailbox) -> int:
    """Keep what is new in one mailbox; each mail is acknowledged after its commit. Returns how many are new."""
    now = clock.now()
    kept, error = 0, ""
    most, largest = parameters.value(AT_A_TIME, at=now), parameters.value(LARGEST, at=now) * MEGABYTE
    try:
        with opened(queries.access_of(actor=POLLING, row=row)) as folder:
            last = row.last_uid if row.uid_validity == folder.validity else 0
            for uid in folder.uids_after(last, most=most):
                fetched = folder.fetch(uid, largest=largest)
                if fetched is None:
                    continue
                kept += actions.keep_mail(actor=POLLING, mailbox_id=row.pk, fetched=fetched, now=now) is not None
                if fetched.whole:
                    folder.mark_kept(uid)
    except BoxUnreachable as gone:
        error = str(gone)
    actions.note_look(actor=POLLING, mailbox_id=row.pk, error=error, now=clock.now())
    return kept


def file_kept() -> int:
    """File what is kept, each mail by itself: one that cannot be filed is set aside and holds up nobody."""
    ids = queries.to_file(actor=FILING)
    for mail_id in ids:
        try:
            actions.file_mail(actor=FILING, mail_id=mail_id, now=clock.now())
        except UNFORESEEN as error:
            logger.exception("mail could not be filed", extra={"mail_id": mail_id})
            actions.park_mail(actor=FILING, mail_id=mail_id, detail=_told(error), now=clock.now())
    return len(ids)


def _told(error: Exception) -> str:
    return error.text() if isinstance(error, ZhikeError) else f"{type(error).__name__}: {error}"
