"""Which case a mail belongs to: by what it answers, by the token in our address, by a number its sender may name."""

from zhike.doors.connectors.mail.rules.texts import case_numbers_in, tokens_in, waybills_in
from zhike.doors.connectors.mail.types import Mail, Place, Proof
from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound
from zhike.record.customers import queries as customers
from zhike.record.interactions import queries as interactions
from zhike.record.shipments import queries as shipments
from zhike.service.cases import queries as cases
from zhike.service.cases.types import CASE_SUBJECT


def place_of(*, actor: Actor, mail: Mail) -> Place:
    """Nowhere where it begins something new.

    What it answers and the mark in our address are known only to who had a mail of ours. A number in the subject
    anybody can write: it counts only from somebody of that customer, and only while nothing says that it is forged.
    """
    known = interactions.letter_subjects(
        actor=actor, message_ids=[mail.in_reply_to, *mail.references], refs=list(mail.own)
    )
    for kind, pk, _customer in known:
        if kind == CASE_SUBJECT:
            return Place(int(pk))
    for token in tokens_in(mail.recipients):
        case_id = cases.case_of_token(token)
        if case_id is not None and _exists(actor, case_id):
            return Place(case_id)
    return _by_number(actor, mail)


def shipment_of(*, actor: Actor, mail: Mail, customer_id: int) -> int | None:
    """The one shipment that the text names; of several, those of this customer; None while it is not one alone."""
    numbers = waybills_in(f"{mail.subject}\n{mail.text}")
    known = shipments.known_waybills(actor=actor, waybills=numbers) if numbers else set()
    found = {
        row.pk: row.customer_id
        for number in numbers
        if number in known
        for row in shipments.find_by_waybill(actor=actor, waybill=number)
    }
    own = [pk for pk, owner in found.items() if owner == customer_id]
    chosen = own or list(found)
    return chosen[0] if len(chosen) == 1 else None


def _by_number(actor: Actor, mail: Mail) -> Place:
    suggested: int | None = None
    for number in case_numbers_in(mail.subject):
        try:
            case = cases.get_case(actor=actor, case_id=cases.id_of(actor=actor, number=number))
        except NotFound:
            continue
        matches = customers.find_by_any_key(actor=actor, key=mail.sender, now=case.received_at)
        wrote = interactions.wrote_about(actor=actor, about=(CASE_SUBJECT, str(case.pk)), address=mail.sender)
        if mail.proof is not Proof.FAIL and (wrote or any(one.customer_id == case.customer_id for one in matches)):
            return Place(case.pk)
        suggested = suggested or case.pk
    return Place(suggested=suggested)


def _exists(actor: Actor, case_id: int) -> bool:
    return cases.case_rows(actor=actor).filter(pk=case_id).exists()
