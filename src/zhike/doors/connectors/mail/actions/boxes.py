"""Setting up mailboxes, and noting how the last look into them went."""

from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.doors.connectors.mail import events
from zhike.doors.connectors.mail.models import Mailbox
from zhike.doors.connectors.mail.policies import MANAGE
from zhike.doors.connectors.mail.rules.sealing import seal
from zhike.doors.connectors.mail.types import SHOWN_OF_BOX, BoxEntry
from zhike.platform import addresses, audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import FieldError, Invalid, NotFound
from zhike.platform.messaging.settings import LOOPBACK, Security
from zhike.platform.messaging.transports.mail import Malformed, address_of
from zhike.service.cases import queries as cases

MOST_PORT = 65_535


@action
def save_mailbox(*, actor: Actor, entry: BoxEntry, mailbox_id: int | None = None, now: datetime) -> int:
    """Set up a mailbox or change one; its password is sealed. Raises Invalid, NotFound. Returns its id.

    Another server or folder is read from its beginning: what is known already changes nothing.
    """
    authorize(actor, MANAGE, subject=("mailbox", mailbox_id or "new"))
    row = Mailbox.objects.select_for_update().filter(pk=mailbox_id).first() if mailbox_id else Mailbox()
    if row is None:
        raise NotFound
    address = addresses.normal(entry.address)
    if wrong := _wrong(entry, address, mailbox_id):
        raise Invalid(wrong)
    _needs_category(actor, entry.category)
    place = (row.host, row.port, row.user, row.folder)
    before = _shown(row) if mailbox_id else {}
    row.name, row.address, row.host, row.port = entry.name.strip(), address, entry.host.strip(), entry.port
    row.security, row.user, row.folder = entry.security.value, entry.user.strip(), entry.folder.strip() or "INBOX"
    row.category, row.acknowledges, row.active = entry.category, entry.acknowledges, entry.active
    row.authserv_id = entry.authserv_id.strip().casefold()
    if entry.password:
        row.password = seal(entry.password, settings.SECRET_KEY)
    if mailbox_id and place != (row.host, row.port, row.user, row.folder):
        row.uid_validity = row.last_uid = 0
    row.changed_at, row.error = now, ""
    row.save()
    audit.record(actor, events.MailboxSaved(subject=("mailbox", row.pk), before=before, after=_shown(row)), now=now)
    return row.pk


@action
def stop_mailbox(*, actor: Actor, mailbox_id: int, now: datetime) -> None:
    """Read it no more; what has come stays, and it is read on from there once it is in use again."""
    authorize(actor, MANAGE, subject=("mailbox", mailbox_id))
    row = Mailbox.objects.select_for_update().filter(pk=mailbox_id).first()
    if row is None:
        raise NotFound
    if not row.active:
        return
    row.active, row.changed_at = False, now
    row.save(update_fields=["active", "changed_at"])
    audit.record(
        actor,
        events.MailboxSaved(subject=("mailbox", row.pk), before={"active": True}, after={"active": False}),
        now=now,
    )


@action
def note_look(*, actor: Actor, mailbox_id: int, error: str, now: datetime) -> None:
    """How the last look into a mailbox went; a change from well to ill, or back, stands in the log."""
    authorize(actor, MANAGE, subject=("mailbox", mailbox_id))
    row = Mailbox.objects.select_for_update().filter(pk=mailbox_id).first()
    if row is None:
        raise NotFound
    changed = bool(row.error) != bool(error)
    row.asked_at, row.error = now, error[:400]
    if not error:
        row.answered_at = now
    row.save(update_fields=["asked_at", "answered_at", "error"])
    if changed:
        audit.record(actor, events.MailboxSaved(subject=("mailbox", row.pk), after={"reached": not error}), now=now)


def _needs_category(actor: Actor, code: str) -> None:
    try:
        cases.category_of(actor=actor, code=code)
    except NotFound:
        raise Invalid.of("category", "unknown", _("Choose a category of the list.")) from None


def _wrong(entry: BoxEntry, address: str, mailbox_id: int | None) -> dict[str, list[FieldError]]:
    wrong: dict[str, list[FieldError]] = {}
    try:
        if address_of(address).addr_spec != address:
            wrong["address"] = [FieldError("form", _("This is not an e-mail address."))]
    except Malformed:
        wrong["address"] = [FieldError("form", _("This is not an e-mail address."))]
    if Mailbox.objects.filter(address=address).exclude(Q(pk=mailbox_id or 0)).exists():
        wrong["address"] = [FieldError("taken", _("This mailbox is set up already."))]
    if not 1 <= entry.port <= MOST_PORT:
        wrong["port"] = [FieldError("range", _("A port lies between 1 and 65535."))]
    if entry.security is Security.NONE and entry.host.strip() not in LOOPBACK:
        wrong["security"] = [
            FieldError("unprotected", _("A password never travels unprotected: choose STARTTLS or TLS."))
        ]
    return wrong


def _shown(row: Mailbox) -> dict[str, object]:
    """For the log, without the password."""
    return {name: getattr(row, name) for name in SHOWN_OF_BOX}
