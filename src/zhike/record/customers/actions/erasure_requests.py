"""Requests for erasures: a program passes one on, a person grants or refuses it (CUST-22)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Conflict, Invalid, NotFound
from zhike.record.customers import events
from zhike.record.customers.actions.erasure import LONGEST_REASON, erase_people
from zhike.record.customers.models import Contact, Erasure, ErasureRequest
from zhike.record.customers.policies import ASK_ERASURE, ERASE, ERASURE_WITHIN, VIEW, scope
from zhike.record.customers.queries.erasure import read_addresses, read_numbers
from zhike.record.customers.types import ErasureBasis, RequestState

SUBJECT = "erasure_request"


@action
def ask_erasure(
    *,
    actor: Actor,
    key: UUID,
    contact_ids: Sequence[int] = (),
    phone_numbers: Sequence[str] = (),
    mail_addresses: Sequence[str] = (),
    reason: str,
    now: datetime,
) -> bool:
    """Keep a request until a person decides; whether it is new. A repeated `key` changes nothing."""
    authorize(actor, ASK_ERASURE)
    if not reason.strip() or len(reason.strip()) > LONGEST_REASON:
        raise Invalid.of("reason", "required", _("Say who asked for the erasure, and how."))
    if not (contact_ids or phone_numbers or mail_addresses):
        raise Invalid.of("contact_ids", "required", _("Name a person, a telephone number or an e-mail address."))
    if "\x00" in reason:
        raise Invalid.of("reason", "no_text", _("This holds signs that are no text."))
    numbers, addresses = read_numbers(phone_numbers, now), read_addresses(mail_addresses)
    # Somebody beyond its reach is nobody to a program: it learns now, not when a person looks at the request.
    within = scope(actor, "customer__") if actor.has(VIEW.code) else actor.reach.q("customer__scope_unit_id")
    if Contact.objects.filter(within, pk__in=contact_ids).count() != len(set(contact_ids)):
        raise NotFound
    row = ErasureRequest(
        key=key,
        asked_at=now,
        due_at=now + parameters.value(ERASURE_WITHIN, at=now),
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        contact_ids=sorted(set(contact_ids)),
        phone_numbers=numbers,
        mail_addresses=addresses,
        reason=reason.strip(),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        if not ErasureRequest.objects.filter(key=key).exists():
            raise
        audit.record(actor, events.ErasureAskedAgain(subject=(SUBJECT, str(key))), now=now)
        return False
    told = {"people": row.contact_ids, "numbers": len(numbers) + len(addresses), "due_at": row.due_at}
    audit.record(actor, events.ErasureAsked(subject=(SUBJECT, str(key)), after=told, reason=row.reason), now=now)
    return True


@action
def grant_erasure(
    *, actor: Actor, key: UUID, texts: Sequence[str], basis: ErasureBasis, reason: str, now: datetime
) -> int:
    """Erase whom the request names; the certificate has the request's key. Returns how many rows changed."""
    authorize(actor, ERASE)
    row = _open(key)
    changed = erase_people(
        actor=actor,
        contact_ids=row.contact_ids,
        phone_numbers=row.phone_numbers,
        mail_addresses=row.mail_addresses,
        texts=texts,
        basis=basis,
        reason=reason,
        key=key,
        now=now,
    )
    _decide(actor, row, RequestState.DONE, "", now)
    return changed


@action
def refuse_erasure(*, actor: Actor, key: UUID, answer: str, now: datetime) -> None:
    """Keep the data; the reason is what the person may be told (PIPL art. 50 wants one)."""
    authorize(actor, ERASE)
    row = _open(key)
    if not answer.strip() or len(answer.strip()) > LONGEST_REASON:
        raise Invalid.of("answer", "required", _("Say why, in at most 500 characters: the person is owed a reason."))
    _decide(actor, row, RequestState.REFUSED, answer.strip(), now)


def _open(key: UUID) -> ErasureRequest:
    row = ErasureRequest.objects.select_for_update().filter(key=key).first()
    if row is None:
        raise NotFound
    if row.state != RequestState.OPEN.value:
        raise Conflict(_("Somebody has decided about this request already."))
    return row


def _decide(actor: Actor, row: ErasureRequest, state: RequestState, answer: str, now: datetime) -> None:
    row.state, row.answer, row.decided_at, row.decided_by = state.value, answer, now, actor.staff_id
    row.contact_ids, row.phone_numbers, row.mail_addresses = [], [], []
    row.erasure = Erasure.objects.filter(key=row.key).first()
    row.save()
    told = {"state": state, "erasure": row.erasure.number if row.erasure else ""}
    event = events.ErasureRequestDecided(
        subject=(SUBJECT, str(row.key)), before={"state": RequestState.OPEN}, after=told, reason=answer
    )
    audit.record(actor, event, now=now)
