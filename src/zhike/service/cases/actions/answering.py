"""Working on a case: answering, noting, waiting, saying what comes next."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Conflict, Invalid
from zhike.record.interactions import actions as interactions
from zhike.record.interactions.types import NoteKind
from zhike.service.cases import events, queries
from zhike.service.cases.actions import _parts
from zhike.service.cases.actions._coding import write_coding
from zhike.service.cases.actions.opening import write_outgoing
from zhike.service.cases.actions.waiting import Waits, keep_waiting
from zhike.service.cases.models import Case, OwnerSpell
from zhike.service.cases.policies import HANDLE
from zhike.service.cases.rules import MAX_TEXT, AnswerNotCoded, check_move
from zhike.service.cases.types import PAUSES, CaseState, Coding, Said, Severity, Taken


class EditClash(Conflict):
    code = "case_changed_meanwhile"
    kept = _("What you typed is still in the form.")
    next_step = _("Look at what has changed and save again.")


@action
def tell_customer(
    *,
    actor: Actor,
    case_id: int,
    said: Said,
    is_answer: bool = False,
    resolution: str = "",
    coding: Coding | None = None,
    now: datetime,
) -> Taken:
    """Write down what we told the customer. The first time stops the first-response clock; `is_answer` solves it.

    An answer is coded with its cause and who is responsible (CASE-22), so that a case that closes by silence is too.
    Sending is the contacting room's work; this records that it was said. Raises Invalid on `body`, NotCoded.
    """
    case = _parts.locked_open(actor, case_id)
    authorize(actor, HANDLE, subject=("case", case_id))
    if not said.body.strip() or len(said.body) > MAX_TEXT:
        raise Invalid.of("body", "required", _("Write what the customer shall read, in at most 20,000 characters."))
    interaction_id = say(actor, case, said, answer=Answering(resolution, coding) if is_answer else None, now=now)
    return Taken(case.pk, case.number, attached=True, interaction_id=interaction_id)


@dataclass(frozen=True, slots=True)
class Answering:
    """What belongs to an answer that solves the matter."""

    resolution: str = ""
    coding: Coding | None = None


def say(
    actor: Actor, case: Case, said: Said, *, answer: Answering | None, waits: Waits | None = None, now: datetime
) -> int:
    """Write down what was told, stop the clock of the first response, and solve the case with an answer.

    A message that `waits` does neither before it has left: the customer has heard nothing yet.
    Part of actions that hold the case and have authorized. Returns the entry's id. Raises NotCoded.
    """
    at = min(said.at or now, now)
    interaction_id = write_outgoing(actor, case, said, has_left=waits is None, now=now)
    resolution = None
    if answer is not None:
        resolution = answer.resolution.strip() or said.body.strip()
        if answer.coding is not None:
            write_coding(case, answer.coding)
        if case.cause_id is None:
            raise AnswerNotCoded
    if waits is not None:
        if answer is not None and case.state != CaseState.ANSWERED.value:
            check_move(CaseState(case.state), CaseState.ANSWERED)
        keep_waiting(actor, case, interaction_id, waits, resolution=resolution, now=now)
    else:
        _parts.stop_first_response(case, by=actor, at=at, now=now)
        if resolution is not None:
            case.answered_at, case.resolution = at, resolution
            _parts.move(case, CaseState.ANSWERED, by=_parts.Cause(actor), now=now)
    if case.state == CaseState.NEW.value:
        _parts.move(case, CaseState.IN_WORK, by=_parts.Cause(actor), now=now)
    _parts.save(case)
    audit.record(
        actor,
        events.CaseAnswered(
            subject=("case", case.pk),
            after={
                "interaction": interaction_id,
                "answer": answer is not None,
                "channel": said.channel,
                "until": waits.until if waits else None,
                "body": said.body,
            },
        ),
        now=now,
    )
    return interaction_id


@action
def note_on_case(*, actor: Actor, case_id: int, body: str, now: datetime) -> int:
    """An internal note, of whoever spoke last; the customer never sees it. Returns the entry's id."""
    case = _parts.locked(actor, case_id)
    authorize(actor, HANDLE, subject=("case", case_id))
    speaker = queries.last_speaker(actor=_parts.DESK, case=case)
    entry = interactions.add_note(
        actor=actor,
        customer_id=case.customer_id,
        body=body,
        kind=NoteKind.OTHER,
        contact_id=speaker.contact_id if speaker else case.contact_id,
        about=("case", str(case.pk)),
        now=now,
    )
    audit.record(actor, events.CaseEdited(subject=("case", case_id), after={"note": entry}), now=now)
    _parts.tell_browsers([case])
    return entry


@action
def set_waiting(*, actor: Actor, case_id: int, state: CaseState, reason: str, now: datetime) -> None:
    """Say for whom the case waits. Clocks pause only for the customer, an authority or force majeure."""
    case = _parts.locked_open(actor, case_id)
    authorize(actor, HANDLE, subject=("case", case_id))
    if state not in PAUSES:
        raise Invalid.of("state", "unfit", _("Choose for whom the case waits."))
    if not reason.strip():
        raise Invalid.of("reason", "required", _("Say what is awaited."))
    _move(actor, case, state, reason.strip(), now)


@action
def resume_case(*, actor: Actor, case_id: int, reason: str = "", now: datetime) -> None:
    """It is our turn again."""
    case = _parts.locked_open(actor, case_id)
    authorize(actor, HANDLE, subject=("case", case_id))
    _move(actor, case, CaseState.IN_WORK, reason, now)


@action
def edit_case(
    *,
    actor: Actor,
    case_id: int,
    version: int,
    now: datetime,
    severity: Severity | None = None,
    next_step: str | None = None,
    promised_at: datetime | None = None,
    tags: tuple[str, ...] | None = None,
) -> int:
    """Change what may change of an open case; `next_step` and `promised_at` are what the customer reads (CASE-26).

    Raises EditClash where somebody saved meanwhile. Returns the new version.
    """
    case = _parts.locked_open(actor, case_id)
    authorize(actor, HANDLE, subject=("case", case_id))
    if case.version != version:
        raise EditClash
    if promised_at is not None and promised_at <= now:
        raise Invalid.of("promised_at", "in_past", _("A promise lies in the future."))
    wanted = {"severity": severity, "next_step": next_step, "promised_at": promised_at, "tags": tags}
    given = {name: _stored(value) for name, value in wanted.items() if value is not None}
    before = {name: getattr(case, name) for name, value in given.items() if getattr(case, name) != value}
    if not before:
        return case.version
    for name in before:
        setattr(case, name, given[name])
    case.version += 1
    _parts.save(case)
    after = {name: given[name] for name in before}
    audit.record(actor, events.CaseEdited(subject=("case", case_id), before=before, after=after), now=now)
    return case.version


@action
def view_case(*, actor: Actor, case_id: int, now: datetime) -> None:
    """The owner has opened the case: from here on nobody need explain it to them again."""
    authorize(actor, HANDLE, subject=("case", case_id))
    spells = OwnerSpell.objects.filter(
        case_id=case_id, staff_id=actor.staff_id or 0, valid_until__isnull=True, viewed_at__isnull=True
    )
    if spells.update(viewed_at=now):
        audit.record(actor, events.CaseLooked(subject=("case", case_id), after={"first": True}), now=now)


def _move(actor: Actor, case: Case, state: CaseState, reason: str, now: datetime) -> None:
    old = case.state
    if _parts.move(case, state, by=_parts.Cause(actor, reason), now=now):
        _parts.save(case)
        audit.record(
            actor,
            events.CaseMoved(
                subject=("case", case.pk), before={"state": old}, after={"state": case.state}, reason=reason
            ),
            now=now,
        )


def _stored(value: object) -> object:
    if isinstance(value, Severity):
        return value.value
    if isinstance(value, tuple):
        return sorted({str(tag).strip()[:40] for tag in value if str(tag).strip()})
    return value.strip()[:300] if isinstance(value, str) else value
