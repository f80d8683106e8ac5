"""Answers of the mail door: who may see a mail as it came, and what of people is in its list."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from zhike.doors.connectors.mail import queries
from zhike.doors.connectors.mail.actions import forget_mails
from zhike.doors.connectors.mail.actions.forgetting import write_blanks
from zhike.doors.connectors.mail.models import IncomingMail
from zhike.doors.connectors.mail.policies import FILE
from zhike.platform import audit
from zhike.platform.actors import Actor, system_actor
from zhike.platform.files.types import register_access
from zhike.record.customers.policies import keeping
from zhike.record.customers.types import (
    ErasedPeople,
    Label,
    NamingText,
    register_expiring,
    register_personal_data,
    register_personal_texts,
)

_ERASING = system_actor("mail.erase")


class MailsAsTheyCame:
    name = "mail"

    def visible(self, *, actor: Actor, file_ids: Sequence[int]) -> Collection[int]:
        if not actor.has(FILE.code) or not actor.reach.everything:
            # Within less reach the case shows the mail; here are those that no case has.
            rows = IncomingMail.objects.filter(raw_file_id__in=file_ids, case__isnull=True)
            return set(rows.values_list("raw_file_id", flat=True)) if actor.has(FILE.code) else set()
        return self.referenced(file_ids=file_ids)

    def referenced(self, *, file_ids: Sequence[int]) -> Collection[int]:
        return set(IncomingMail.objects.filter(raw_file_id__in=file_ids).values_list("raw_file_id", flat=True))


class Senders:
    """Mails that people have sent, whether they became entries or not, and reports about mails to them."""

    name = "mail"
    label: Label = _("Mails as they were received")

    def count(self, *, people: ErasedPeople) -> int:
        return len(queries.mails_of(people))

    def erase(self, *, people: ErasedPeople, now: datetime) -> int:
        return forget_mails(actor=_ERASING, mail_ids=queries.mails_of(people), now=now)

    def traces(self, *, people: ErasedPeople) -> Sequence[audit.Trace]:
        return (audit.Trace(kind="mail", ids=queries.mails_of(people)),)


class MailsOfOthers:
    """Mails of others whose words name somebody."""

    name = "mail"
    label: Label = _("Mails of others whose words name them")

    def about(self, *, people: ErasedPeople, limit: int) -> Sequence[NamingText]:
        return queries.mails_naming(people, limit)

    def texts(self, *, ids: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
        return queries.mail_texts(ids)

    def write(self, *, texts: Mapping[int, Mapping[str, str]], now: datetime) -> int:
        return write_blanks(texts, now)

    def traces(self, *, ids: Sequence[int]) -> Sequence[audit.Trace]:
        return (audit.Trace(kind="mail", ids=list(ids)),)


class SettledMails:
    name = "mail.settled"
    label: Label = _("Mails that were dropped or needed no answer")
    keep = keeping("mail.keep", _("Keep mails that were dropped or needed no answer"))

    def count(self, *, before: datetime) -> int:
        return queries.settled_before(before).count()

    def empty(self, *, before: datetime, limit: int, now: datetime) -> tuple[int, Sequence[audit.Trace]]:
        ids = list(queries.settled_before(before).order_by("pk").values_list("pk", flat=True)[:limit])
        changed = forget_mails(actor=_ERASING, mail_ids=ids, now=now) if ids else 0
        return changed, [audit.Trace(kind="mail", ids=ids)] if ids else []


register_access(MailsAsTheyCame())
register_personal_data(Senders(), keys=[])
register_personal_texts(MailsOfOthers())
register_expiring(SettledMails())
audit.register_naming("mailbox", queries.mailboxes_named)
