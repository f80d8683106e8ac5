"""Answering by mail: through contacting, with the number in the subject, and taken back before it leaves."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, files, messaging, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.calendars import actions as clocks
from zhike.platform.errors import Conflict, Invalid, NotFound
from zhike.platform.messaging.settings import REPLY_TO
from zhike.record.contacting import actions as contacting
from zhike.record.contacting import queries as contacting_queries
from zhike.record.contacting.types import (
    CASE_RECEIVED,
    CASE_REPLY,
    Ask,
    ContactChannel,
    Decision,
    Outcome,
    Purpose,
    Recipient,
    Rule,
)
from zhike.record.customers.types import Channel
from zhike.record.interactions import actions as interactions
from zhike.record.interactions import queries as interaction_queries
from zhike.record.interactions.types import AttachmentEntry, LetterEntry, LetterView
from zhike.service.cases import events, queries
from zhike.service.cases.actions import _parts
from zhike.service.cases.actions.answering import Answering, say
from zhike.service.cases.actions.waiting import clear_waiting, waits_of
from zhike.service.cases.models import Case, CaseContact, WaitingAnswer
from zhike.service.cases.policies import HANDLE
from zhike.service.cases.rules import MAX_TEXT, bare_subject, reply_token
from zhike.service.cases.types import (
    CASE_SUBJECT,
    FIRST_RESPONSE,
    REPLY_FAILED_NOTE,
    REPLY_UNCERTAIN_NOTE,
    CaseState,
    Coding,
    MailReply,
    MailSent,
    Said,
    WaitingState,
)
from zhike.service.cases.types.web import Author

MOST_FILES = 10
MOST_BYTES = 20_000_000
MOST_REFERENCES = 20


@action
def send_reply(
    *,
    actor: Actor,
    case_id: int,
    reply: MailReply,
    is_answer: bool = False,
    coding: Coding | None = None,
    now: datetime,
) -> MailSent:
    """Send the customer a mail about their own matter. It leaves, waits for the morning, or is withheld.

    What is withheld stands in the contact log with its rule; nothing is written into the case then. Pressed twice, one
    `nonce` is sent once. Raises Invalid on `body` or `files`, NotCoded.
    """
    case = _parts.locked_open(actor, case_id)
    authorize(actor, HANDLE, subject=("case", case_id))
    if not reply.body.strip() or len(reply.body) > MAX_TEXT:
        raise Invalid.of("body", "required", _("Write what the customer shall read, in at most 20,000 characters."))
    attached = _files(actor, reply.file_ids)
    author = queries.last_speaker(actor=actor, case=case)
    last = _letter_of(actor, case, author)
    address = last.sender if last else author.email if author else ""
    mail = _parts_of(case, last, attached, now)
    signature = queries.signature(actor=actor, case=case, language=_language(case, author))
    values = {"reply": reply.body.strip(), "staff": signature}
    once = f"case_reply:{case.pk}:{reply.nonce}" if reply.nonce else ""
    ask = _ask(actor, case, CASE_REPLY, values, address=address, mail=mail, once=once, author=author)
    if ask is None:
        return MailSent(Decision(Outcome.DENY, Rule.NO_ADDRESS))
    asked = contacting.send(actor=actor, ask=ask, now=now)
    if asked.log_id is None:
        return MailSent(asked.decision, repeated=True)
    if asked.decision.outcome is Outcome.DENY:
        return MailSent(asked.decision)
    row = contacting_queries.record(actor=_parts.DESK, record_id=asked.log_id)
    letter = LetterEntry(
        references=mail.references,
        recipients=(row.to,),
        ref=row.ref,
        attachments=tuple(AttachmentEntry(one.id) for one in attached),
    )
    said = Said(channel=Channel.MAIL, body=reply.body, subject=ask.text.subject, letter=letter, counted=False)
    answer = Answering(coding=coding) if is_answer else None
    entry_id = say(actor, case, said, answer=answer, waits=waits_of(row.ref, asked.decision), now=now)
    return MailSent(asked.decision, row.to, entry_id)


@action
def acknowledge(*, actor: Actor, case_id: int, letter: LetterEntry, now: datetime) -> Decision:
    """Tell whoever wrote the number of the new case, once a mail; decided by contacting like every message."""
    case = _parts.locked(actor, case_id)
    authorize(actor, HANDLE, subject=("case", case_id))
    mail = messaging.MailParts(
        in_reply_to=letter.message_id,
        references=(*letter.references, letter.message_id)[-MOST_REFERENCES:] if letter.message_id else (),
        reply_to=_reply_to(case, now),
    )
    values = {"staff": case.owner.name, "name": case.contact.name if case.contact else letter.sender_name}
    ask = _ask(actor, case, CASE_RECEIVED, values, address=letter.sender, mail=mail, once=f"case_received:{case.pk}")
    if ask is None:
        return Decision(Outcome.DENY, Rule.NO_ADDRESS)
    asked = contacting.send(actor=actor, ask=ask, now=now)
    audit.record(
        actor,
        events.CaseAcknowledged(subject=("case", case_id), after={"outcome": asked.decision.outcome.value}),
        now=now,
    )
    return asked.decision


@action
def take_back_reply(*, actor: Actor, case_id: int, entry_id: int, now: datetime) -> None:
    """Undo a mail that has not left: struck in the case, which stands as it did. Raises Conflict if too late."""
    case = _parts.locked_open(actor, case_id)
    authorize(actor, HANDLE, subject=("case", case_id))
    link = CaseContact.objects.filter(case=case, interaction_id=entry_id, incoming=False).first()
    found = interaction_queries.letters(actor=actor, interaction_ids=[entry_id]).get(entry_id) if link else None
    if link is None or found is None or found.ref is None:
        raise NotFound
    row = contacting_queries.records_by_ref(actor=actor, refs=[found.ref]).get(found.ref)
    if row is None:
        raise Conflict(_("The message has left already."))
    contacting.take_back(actor=actor, record_id=row.pk, now=now)
    interactions.strike_entry(actor=actor, interaction_id=entry_id, now=now)
    had_waited = clear_waiting(case, interaction_id=entry_id, now=now)
    if case.first_response_at == link.at and not had_waited:
        case.first_response_at = case.first_response_missed = None
        subjects = [_parts.subject_of(case)]
        clocks.reopen_clocks(
            actor=_parts.DESK, subjects=subjects, now=now, kinds=(FIRST_RESPONSE.code,), note=case.number
        )
    if case.state == CaseState.ANSWERED.value and case.answered_at == link.at and not had_waited:
        _parts.move(case, CaseState.IN_WORK, by=_parts.Cause(actor, "taken back"), now=now)
        case.answered_at, case.resolution = None, ""
    unsaid = WaitingAnswer.objects.filter(case=case).exclude(state=WaitingState.SENT.value)
    others = CaseContact.objects.filter(case=case, incoming=False).exclude(pk=link.pk)
    others = others.exclude(interaction_id__in=unsaid.values("interaction_id"))
    case.we_spoke_at = others.aggregate(last=Max("at"))["last"]
    _parts.save(case)
    audit.record(actor, events.ReplyTakenBack(subject=("case", case_id), after={"interaction": entry_id}), now=now)


@action
def note_mail_ends(
    *, actor: Actor, failed: Sequence[int], uncertain: Sequence[int], other: Sequence[int], now: datetime
) -> None:
    """What became of mails about these cases. Whoever was not reached has had no answer: the case is ours again."""
    authorize(actor, HANDLE)
    held = {row.pk: row for row in _parts.hold(Case.objects.filter(pk__in={*failed, *uncertain, *other}))}
    missed = [held[pk] for pk in sorted(set(failed)) if pk in held]
    for case in missed:
        if case.state in {CaseState.ANSWERED.value, CaseState.WAITING_CUSTOMER.value}:
            _parts.move(case, CaseState.IN_WORK, by=_parts.Cause(actor, "mail not delivered"), now=now)
            _parts.save(case)
    _parts.note_on_timelines(missed, REPLY_FAILED_NOTE, now=now)
    doubtful = [held[pk] for pk in sorted(set(uncertain)) if pk in held]
    _parts.note_on_timelines(doubtful, REPLY_UNCERTAIN_NOTE, now=now)
    _parts.tell_browsers(list(held.values()))
    audit.record(
        actor,
        events.MailEndsNoted(
            subject=("cases", len(held)), after={"failed": sorted(set(failed)), "uncertain": sorted(set(uncertain))}
        ),
        now=now,
    )


def _files(actor: Actor, file_ids: Sequence[int]) -> list[files.FileRef]:
    found = [files.get_file(actor=actor, file_id=pk) for pk in file_ids]
    if len(found) > MOST_FILES or sum(one.size for one in found) > MOST_BYTES:
        raise Invalid.of("files", "too_many", _("At most %(most)s files and 20 MB in one mail."), most=MOST_FILES)
    return found


def _letter_of(actor: Actor, case: Case, speaker: Author | None) -> LetterView | None:
    """The mail that is answered: the newest, where it is of whoever spoke last.

    Anybody else is answered at their own address, not at that of whoever wrote a mail before.
    """
    if speaker is not None and speaker.answer_by:
        return None
    about = (CASE_SUBJECT, str(case.pk))
    last = interaction_queries.last_letter(actor=actor, about=about, incoming=True)
    if last is None:
        return None
    wrote = CaseContact.objects.filter(case=case, interaction_id=last.interaction_id)
    of = list(wrote.values_list("interaction__contact_id", flat=True))
    return last if not of or of == [speaker.contact_id if speaker else case.contact_id] else None


def _language(case: Case, author: Author | None = None) -> str:
    """In which the customer is written to."""
    if author is not None:
        return author.language
    return (case.contact.language if case.contact else "") or case.language


def _ask(
    actor: Actor,
    case: Case,
    code: str,
    values: dict[str, str],
    *,
    address: str,
    mail: messaging.MailParts,
    once: str,
    author: Author | None = None,
) -> Ask | None:
    """The mail in the person's language; None where there is nobody to write to. `author` spoke last."""
    contact_id = author.contact_id if author else case.contact_id
    if contact_id is None and not address:
        return None
    named = {
        "customer": case.customer.name,
        "name": author.name if author else case.contact.name if case.contact else "",
        "case_number": case.number,
        "case_subject": bare_subject(case.subject)[:150] or case.number,
    }
    spoken, text = contacting_queries.text_for(
        actor=_parts.DESK, code=code, values={**named, **values}, language=_language(case, author)
    )
    # An address of nobody's is reached as itself; one of several people's would be ambiguous.
    to = Recipient(contact_id=contact_id, email=address, customer_id=case.customer_id, language=spoken, zone=case.zone)
    return Ask(
        to=to,
        purpose=Purpose.TRANSACTIONAL,
        channel=ContactChannel.EMAIL,
        text=text,
        related=(CASE_SUBJECT, str(case.pk)),
        once=once,
        mail=mail,
        about_customer_id=case.customer_id,
    )


def _parts_of(
    case: Case, last: LetterView | None, attached: Sequence[files.FileRef], now: datetime
) -> messaging.MailParts:
    answered = last.message_id if last else ""
    chain = (*last.references, answered) if last and answered else ()
    return messaging.MailParts(
        in_reply_to=answered,
        references=chain[-MOST_REFERENCES:],
        reply_to=_reply_to(case, now),
        automatic=False,
        attachments=tuple(messaging.Attached(one.sha256, one.name, one.media_type) for one in attached),
    )


def _reply_to(case: Case, now: datetime) -> str:
    wanted: str = parameters.value(REPLY_TO, at=now)
    return wanted.replace("{token}", reply_token(case.pk))
