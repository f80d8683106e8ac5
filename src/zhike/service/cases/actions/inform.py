"""The owner tells the customer of a delay before the customer asks (SHIP-08)."""

from datetime import datetime
from uuid import uuid4

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Conflict, Invalid
from zhike.record.contacting import actions as contacting
from zhike.record.contacting import queries as contacting_queries
from zhike.record.contacting.types import Ask, Asked, ContactChannel, Outcome, Purpose, Recipient, Text
from zhike.record.customers.types import Channel
from zhike.service.cases import events
from zhike.service.cases.actions import _parts
from zhike.service.cases.actions.answering import say
from zhike.service.cases.actions.waiting import Waits, waits_of
from zhike.service.cases.policies import HANDLE
from zhike.service.cases.queries.proactive import person_to_inform
from zhike.service.cases.rules import MAX_TEXT
from zhike.service.cases.types import Said, Taken


class NobodyToInform(Conflict):
    code = "case_nobody_to_inform"
    message = _("Nobody of this customer has an e-mail address or a mobile number.")
    kept = _("What you typed is still in the form.")
    next_step = _("Call them and record the call, or add an address to a contact.")


class NotSent(Conflict):
    code = "case_not_sent"
    message = _("The message was withheld by the contact rules.")
    kept = _("What you typed is still in the form.")
    next_step = _("Call the customer and record the call.")


@action
def inform_customer(*, actor: Actor, case_id: int, text: str, now: datetime) -> Taken:
    """Send the notice by e-mail, else by SMS, and write it down.

    The first-response clock stops once it has left. Raises Invalid on `text`, NobodyToInform, NotSent.
    """
    case = _parts.locked_open(actor, case_id)
    authorize(actor, HANDLE, subject=("case", case_id))
    if not text.strip() or len(text) > MAX_TEXT:
        raise Invalid.of("text", "required", _("Write what the customer shall read, in at most 20,000 characters."))
    to = person_to_inform(actor=actor, case=case)
    if to is None:
        raise NobodyToInform
    by_mail = bool(to.email)
    with translation.override(to.language):
        subject = gettext("News of your shipment, case %(number)s") % {"number": case.number} if by_mail else ""
    asked = contacting.send(
        actor=actor,
        ask=Ask(
            to=Recipient(contact_id=to.contact_id),
            purpose=Purpose.TRANSACTIONAL,
            channel=ContactChannel.EMAIL if by_mail else ContactChannel.SMS,
            text=Text(body=text.strip(), subject=subject),
            related=("case", str(case_id)),
            once=f"case:inform:{uuid4()}",
            about_customer_id=case.customer_id,
        ),
        now=now,
    )
    if asked.decision.outcome is Outcome.DENY:
        raise NotSent
    said = Said(channel=Channel.MAIL if by_mail else Channel.SMS, body=text.strip(), contact_id=to.contact_id)
    waits = _waits(actor, asked)
    entry_id = say(actor, case, said, answer=None, waits=waits, now=now)
    audit.record(
        actor,
        events.DelayTold(subject=("case", case_id), after={"contact": to.contact_id, "body": text.strip()}),
        now=now,
    )
    return Taken(case.pk, case.number, attached=True, interaction_id=entry_id)


def _waits(actor: Actor, asked: Asked) -> Waits | None:
    if asked.log_id is None or asked.decision.outcome is not Outcome.HOLD:
        return None
    return waits_of(contacting_queries.record(actor=_parts.DESK, record_id=asked.log_id).ref, asked.decision)
