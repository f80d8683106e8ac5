"""Mailboxes and mails for those who look after them."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from zhike.doors.connectors.mail.models import IncomingMail, Mailbox
from zhike.doors.connectors.mail.policies import FILE, MANAGE
from zhike.doors.connectors.mail.rules.reading import Broken, read_mail
from zhike.doors.connectors.mail.rules.sealing import unseal
from zhike.doors.connectors.mail.types import (
    ANSWERED_OF_LATE,
    OPEN,
    BoxAccess,
    BoxUnreachable,
    Candidate,
    Kind,
    MailState,
    Suggested,
)
from zhike.platform import addresses, files, parameters
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.db.ids import ids_of
from zhike.platform.errors import NotFound
from zhike.platform.files import storage
from zhike.platform.messaging.settings import SMTP_SENDER, Security
from zhike.platform.messaging.transports.mail import Malformed, address_of
from zhike.record.customers import queries as customers
from zhike.record.customers.types import ErasedPeople, NamingText
from zhike.service.cases import queries as cases

_WORDS = ("subject", "sender_name", "detail")


def mailbox_rows(*, actor: Actor) -> QuerySet[Mailbox]:
    authorize(actor, MANAGE)
    return Mailbox.objects.all()


def mailboxes(*, actor: Actor) -> list[Mailbox]:
    authorize(actor, MANAGE)
    return list(Mailbox.objects.order_by("name", "pk"))


def mailbox(*, actor: Actor, mailbox_id: int) -> Mailbox:
    """Raises NotFound."""
    authorize(actor, MANAGE, subject=("mailbox", mailbox_id))
    found = Mailbox.objects.filter(pk=mailbox_id).first()
    if found is None:
        raise NotFound
    return found


def access_of(*, actor: Actor, row: Mailbox) -> BoxAccess:
    """How to reach it, the password opened. Raises BoxUnreachable where the key of this deployment has changed."""
    authorize(actor, MANAGE, subject=("mailbox", row.pk))
    password = unseal(row.password, settings.SECRET_KEY)
    if password is None:
        raise BoxUnreachable("the stored password cannot be opened with this deployment's key; enter it again")
    return BoxAccess(
        host=row.host,
        port=row.port,
        security=Security(row.security),
        user=row.user,
        password=password,
        folder=row.folder,
    )


def _seen(actor: Actor) -> QuerySet[IncomingMail]:
    """Mails that no case has, and those of cases within reach: a mail shows no more than its case does."""
    authorize(actor, FILE)
    suggestion = cases.case_rows(actor=actor).filter(pk=OuterRef("suggested_id")).values("number")[:1]
    rows = IncomingMail.objects.select_related("mailbox", "case", "raw_file").annotate(suggestion=Subquery(suggestion))
    if actor.reach.everything:
        return rows
    return rows.filter(Q(case__isnull=True) | Q(case__in=cases.case_rows(actor=actor).values("pk")))


def mail_rows(*, actor: Actor, states: Collection[MailState] = OPEN) -> QuerySet[IncomingMail]:
    """Mails in these states, the newest first."""
    authorize(actor, FILE)
    return _seen(actor).filter(state__in=[one.value for one in states]).order_by("-pk")


def open_count(*, actor: Actor, most: int | None = None) -> int:
    """How many mails wait for somebody, counted no further than `most`."""
    authorize(actor, FILE)
    rows = IncomingMail.objects.filter(state__in=[one.value for one in OPEN])
    return (rows[:most] if most else rows).count()


def state_counts(*, actor: Actor) -> dict[str, int]:
    authorize(actor, FILE)
    return dict(IncomingMail.objects.values_list("state").annotate(n=Count("pk")).order_by())


def mail(*, actor: Actor, mail_id: int) -> IncomingMail:
    """Raises NotFound."""
    authorize(actor, FILE, subject=("mail", mail_id))
    found = _seen(actor).filter(pk=mail_id).first()
    if found is None:
        raise NotFound
    return found


def suggested_case(*, actor: Actor, row: IncomingMail) -> Suggested | None:
    """The case that a mail names, while nobody has decided and if the reader may see it."""
    authorize(actor, FILE, subject=("mail", row.pk))
    if row.suggested_id is None or row.state not in {one.value for one in OPEN}:
        return None
    found = cases.case_rows(actor=actor).filter(pk=row.suggested_id).first()
    return Suggested(found.pk, found.number, found.subject, found.customer.name) if found else None


# zhike: allow query-actor -- it reads no row, only the mail given
def suggested_number(row: IncomingMail) -> str:
    """The number of that case, of a row out of `mail_rows` or `mail`."""
    is_open = row.state in {one.value for one in OPEN}
    return (getattr(row, "suggestion", "") or "") if is_open else ""


def words_of(*, actor: Actor, row: IncomingMail) -> dict[str, Any]:
    """Text, folded history and names of attached files, as far as the mail can be read."""
    authorize(actor, FILE, subject=("mail", row.pk))
    try:
        mail = read_mail(raw_of(actor=actor, row=row), own=())
    except (Broken, OSError):
        return {"text": "", "quoted": "", "files": []}
    return {"text": mail.text, "quoted": mail.quoted, "files": [part.name for part in mail.parts]}


def raw_of(*, actor: Actor, row: IncomingMail) -> bytes:
    """The mail as it came; `row` with its file loaded. Raises OSError where the store has lost it."""
    authorize(actor, FILE, subject=("mail", row.pk))
    with files.open(row.raw_file.sha256) as content:
        return content.read()


def to_file(*, actor: Actor, limit: int = 500) -> list[int]:
    """Mails that are kept and not yet filed, in the order of their coming."""
    authorize(actor, FILE)
    rows = IncomingMail.objects.filter(state=MailState.KEPT.value).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def candidates(*, actor: Actor, address: str, now: datetime) -> list[Candidate]:
    """Whose address it is, as far as within reach; never more than one where it is certain. Two queries."""
    authorize(actor, FILE)
    if not address:
        return []
    return [
        Candidate(one.customer_id, one.number, one.name, one.contact_id, one.contact_name)
        for one in customers.find_by_any_key(actor=actor, key=address, now=now)
    ]


def from_sender(*, actor: Actor, sender: str, now: datetime) -> tuple[int, int]:
    """Mails of this sender within the last hour, and how many of them got a receipt. One query."""
    authorize(actor, FILE)
    rows = IncomingMail.objects.filter(sender=sender, received_at__gt=now - ANSWERED_OF_LATE)
    found = list(rows.values_list("acknowledged", flat=True))
    return len(found), sum(found)


def own_addresses(*, actor: Actor, now: datetime) -> set[str]:
    """Addresses of ours, in small letters: what comes from them is our own."""
    authorize(actor, FILE)
    own = {addresses.normal(address) for address in Mailbox.objects.values_list("address", flat=True)}
    try:
        own.add(addresses.normal(address_of(parameters.value(SMTP_SENDER, at=now)).addr_spec))
    except Malformed:
        return own
    return own


def mails_of(people: ErasedPeople) -> list[int]:
    """Mails from these people, with their entries or without, and delivery reports that name their address.

    A mail of somebody else that only mentions them is not among these: see `mails_naming`.
    """
    return people.seen("mail.mails", partial(_find_mails, people))


def _find_mails(people: ErasedPeople) -> list[int]:
    rows = IncomingMail.objects.filter(raw_file__erased_at__isnull=True) | IncomingMail.objects.exclude(sender="")
    found = set(rows.filter(interaction__contact_id__in=people.contact_ids).values_list("pk", flat=True))
    if people.addresses is None:
        senders = rows.exclude(sender="").values_list("sender", flat=True).distinct()
        theirs = [one for one in senders.iterator() if people.of_these([addresses.normal(one)])]
    else:
        theirs = people.of_these(people.addresses)
    if theirs:
        found |= set(rows.filter(sender__in=theirs).values_list("pk", flat=True))
    return sorted(found | set(_reports_about(people)))


def _reports_about(people: ErasedPeople) -> list[int]:
    """Delivery reports in which one of their addresses stands; each is read once for one erasure."""
    if not people.marks or people.addresses == []:
        return []
    known = people.of_these(people.addresses or ())
    if people.addresses is not None and not known:
        return []
    pattern = re.compile("|".join(map(addresses.pattern_of, known)), re.IGNORECASE) if known else None
    rows = IncomingMail.objects.filter(kind=Kind.BOUNCE.value, raw_file__erased_at__isnull=True)
    named = rows.values_list("pk", "raw_file__sha256").iterator()
    return [pk for pk, sha256 in named if people.once(f"mail:{sha256}", partial(_reports, sha256, pattern, people))]


def _reports(sha256: str, pattern: re.Pattern[str] | None, people: ErasedPeople) -> bool:
    path = storage.path_of(sha256)
    if not path.exists():
        return False
    said = path.read_bytes().decode("utf-8", errors="replace")
    if pattern is not None:
        return pattern.search(said) is not None
    return bool(people.of_these({addresses.normal(one) for one in addresses.IN_TEXT.findall(said)}))


def mails_naming(people: ErasedPeople, limit: int) -> list[NamingText]:
    """Mails of others whose words may name these people."""
    rows = IncomingMail.objects.filter(customers.mentions_q(people, *_WORDS)).exclude(pk__in=mails_of(people))
    found = list(rows.order_by("-pk")[:limit])
    texts = mail_texts([row.pk for row in found])
    return [
        NamingText(
            id=row.pk,
            fields=texts[row.pk],
            title=row.subject[:60] or str(row.pk),
            url=reverse("mail:page", args=[row.pk]),
        )
        for row in found
    ]


def mail_texts(ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """What these mails say now, by field; the text of those only that no entry has."""
    rows = list(IncomingMail.objects.filter(pk__in=ids).select_related("raw_file"))
    found = {row.pk: {name: getattr(row, name) for name in _WORDS} for row in rows}
    for row in rows:
        if row.interaction_id is None and row.raw_file.erased_at is None and (said := _said(row)) is not None:
            found[row.pk]["text"] = said
    return found


def _said(row: IncomingMail) -> str | None:
    try:
        with files.open(row.raw_file.sha256) as content:
            mail = read_mail(content.read(), own=())
    except (Broken, OSError):
        return None
    return "\n\n".join(one for one in (mail.text, mail.quoted) if one)


def settled_before(before: datetime) -> QuerySet[IncomingMail]:
    """Mails that nobody needs to answer and that still say who wrote."""
    states = [MailState.DROPPED.value, MailState.SILENT.value]
    rows = IncomingMail.objects.filter(state__in=states, received_at__lt=before)
    return rows.filter(raw_file__erased_at__isnull=True)


def mailboxes_named(*, actor: Actor, keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Names of mailboxes, by id as text; of those that the actor may manage."""
    if not actor.has(MANAGE.code):
        return {}
    rows = Mailbox.objects.filter(pk__in=ids_of(keys))
    return {str(pk): (name, "") for pk, name in rows.values_list("pk", "name")}
