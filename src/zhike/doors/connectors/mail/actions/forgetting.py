"""What mails say of people, emptied on demand or after a time (CUST-22); that a mail came, and when, stays."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from zhike.doors.connectors.mail import events, queries
from zhike.doors.connectors.mail.models import IncomingMail
from zhike.doors.connectors.mail.policies import RAW
from zhike.doors.connectors.mail.rules.reading import Broken
from zhike.doors.connectors.mail.rules.rewriting import rewritten
from zhike.doors.connectors.mail.types import OPEN, MailState
from zhike.platform import audit, files
from zhike.platform.actions import action
from zhike.platform.actors import Actor, system_actor
from zhike.platform.authz import authorize
from zhike.platform.files.actions import erase_contents
from zhike.record.customers.policies import ERASE
from zhike.record.interactions import actions as interactions

_ERASING = system_actor("mail.erase")


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


def write_blanks(texts: Mapping[int, Mapping[str, str]], now: datetime) -> int:
    """Put texts with blanks in place of what mails of others say.

    As it came, the mail says it still. Where an entry has its words that copy is destroyed; else it is written anew.
    """
    for row in IncomingMail.objects.filter(pk__in=texts).select_related("raw_file").order_by("pk"):
        fields = dict(texts[row.pk])
        text = fields.pop("text", None)
        for name, said in fields.items():
            setattr(row, name, said)
        if row.raw_file.erased_at is None:
            before = row.raw_file_id
            if row.interaction_id is None and (anew := _written_anew(row, text)) is not None:
                kept = files.store(actor=_ERASING, content=anew, filename="mail.eml", purpose=RAW, now=now)
                row.raw_file_id, row.size = kept.id, len(anew)
            erase_contents(actor=_ERASING, file_ids=[before], reason="CUST-22", now=now)
        row.save(update_fields=[*fields, "raw_file", "size"])
    return len(texts)


def _written_anew(row: IncomingMail, text: str | None) -> bytes | None:
    """None where the mail cannot be read at all: nobody can file it either."""
    said = queries.mail_texts([row.pk])[row.pk].get("text") if text is None else text
    if said is None:
        return None
    try:
        with files.open(row.raw_file.sha256) as content:
            return rewritten(content.read(), subject=row.subject, sender_name=row.sender_name, text=said)
    except (Broken, OSError):
        return None
