"""Pure decisions on cases: moves, what a contact belongs to, how a complaint was handled, effort."""

import base64
import binascii
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from zhike.platform.errors import Conflict, FieldError
from zhike.platform.i18n.labels import LANGUAGES
from zhike.service.cases.types import (
    AT_ONCE,
    WITH_UNIT,
    WORKING_STATES,
    CaseEntry,
    CaseKind,
    CaseState,
    Coding,
    Effort,
    Handling,
    StatutoryFor,
)
from zhike.service.cases.types.web import LinkKind

MAX_SUBJECT = 200
MAX_TEXT = 20_000
MAX_REASON = 300
# Clocks of telephone systems run a little ahead.
AHEAD = timedelta(minutes=5)

Wrong = dict[str, list[FieldError]]

_WORKING = frozenset(WORKING_STATES)
MOVES: Mapping[CaseState, frozenset[CaseState]] = {
    **{state: (_WORKING - {CaseState.NEW, state}) | {CaseState.ANSWERED, CaseState.CLOSED} for state in WORKING_STATES},
    CaseState.ANSWERED: frozenset({CaseState.IN_WORK, CaseState.CLOSED}),
    CaseState.CLOSED: frozenset({CaseState.IN_WORK}),
}


def signed(writer: str, owner: str, *, deputy: bool, language: str = "") -> str:
    """Under which name the customer reads an answer (CASE-02): its owner's, and of a deputy for whom they answer.

    An empty `language` is the active one.
    """
    if not deputy or not writer:
        return owner
    with translation.override(language if language in LANGUAGES else LANGUAGES[0]) if language else nullcontext():
        return _("%(name)s, on behalf of %(owner)s, who is responsible") % {"name": writer, "owner": owner}


class CaseClosed(Conflict):
    code = "case_closed"
    message = _("This case is closed.")
    next_step = _("Reopen it; it keeps its number.")


class ContactOpened(Conflict):
    code = "contact_opened_case"
    message = _("%(number)s began with this contact; it cannot be taken out.")
    next_step = _("Open the right case, then close this one as its duplicate.")


class MoveNotAllowed(Conflict):
    code = "case_move_not_allowed"
    message = _("A case cannot go from “%(old)s” to “%(new)s”.")


class TasksStillOpen(Conflict):
    code = "case_tasks_open"
    message = _("Departments still work on this case: %(count)s open.")
    next_step = _("Wait for their replies or cancel these tasks first.")


class NotCoded(Conflict):
    code = "case_not_coded"
    message = _("A case is closed with its cause and who is responsible.")
    kept = _("What you typed is still in the form.")
    next_step = _("Choose both and close again.")


class AnswerNotCoded(NotCoded):
    message = _("An answer is kept with its cause and who is responsible.")
    next_step = _("Choose both and send again.")


def check_move(old: CaseState, new: CaseState) -> None:
    """Raise unless a case may go from one state to the other."""
    if new not in MOVES[old]:
        if old is CaseState.CLOSED:
            raise CaseClosed
        raise MoveNotAllowed(old=old.value, new=new.value)


def after_contact(state: CaseState) -> CaseState:
    """Where a case stands once the customer has spoken: what waited for them, or was answered, is our turn again."""
    if state in {CaseState.WAITING_CUSTOMER, CaseState.ANSWERED, CaseState.CLOSED}:
        return CaseState.IN_WORK
    return state


def after_tasks(state: CaseState, *, left: int) -> CaseState:
    """Where a case stands once departments have replied: with the last reply it is its owner's turn."""
    return CaseState.IN_WORK if state is CaseState.WAITING_INTERNAL and left == 0 else state


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case that a new contact may belong to."""

    case_id: int
    state: CaseState
    category_id: int
    shipment_id: int | None
    last_contact_at: datetime


def matching(
    candidates: Sequence[Candidate], *, category_id: int, shipment_id: int | None, at: datetime, within: timedelta
) -> Candidate | None:
    """The case to which a contact of the same customer belongs (CASE-03), or None for a new matter.

    Same waybill, or the same category where no waybill is named on either side; last contact at most `within` ago.
    Open ones first, then the latest.
    """
    same = [
        c
        for c in candidates
        if c.last_contact_at >= at - within
        and (
            (shipment_id is not None and c.shipment_id == shipment_id)
            or (shipment_id is None and c.shipment_id is None and c.category_id == category_id)
        )
    ]
    return max(same, key=lambda c: (c.state is not CaseState.CLOSED, c.last_contact_at, c.case_id), default=None)


def answered_at_once(entry: CaseEntry, *, by_staff: bool) -> bool:
    """Whether recording the contact is itself the first response: somebody of us spoke with the customer."""
    return by_staff and entry.channel in AT_ONCE


def handling_of(*, opened_at: datetime, answered_at: datetime | None, solved: bool, quick: timedelta) -> Handling:
    """CASE-09: quick within the category's time, solved later, or not handled."""
    if not solved or answered_at is None:
        return Handling.NOT
    return Handling.QUICK if answered_at - opened_at <= quick else Handling.SOLVED


def statutory_applies(kind: CaseKind, business_line: str, lines: StatutoryFor) -> bool:
    """Whether the law sets a deadline; a complaint without a waybill counts as one about express."""
    if kind is not CaseKind.COMPLAINT or lines is StatutoryFor.NONE:
        return False
    return lines is StatutoryFor.ALL or business_line in {"", "express"}


# methods §5.4: weight and cap of each part.
EFFORT_PARTS = {
    "repeats": (Decimal("0.30"), Decimal(3)),
    "transfers": (Decimal("0.20"), Decimal(2)),
    "switches": (Decimal("0.20"), Decimal(2)),
    "re_explains": (Decimal("0.15"), Decimal(3)),
    "hours": (Decimal("0.15"), Decimal(72)),
}


def effort_index(**parts: Decimal | int) -> Decimal:
    """Operational effort index OEI = 100·Σ w·min(1, x/cap), 0 to 100, two decimals (methods §5.4)."""
    total = sum(
        (weight * min(Decimal(1), Decimal(parts.get(name, 0)) / cap) for name, (weight, cap) in EFFORT_PARTS.items()),
        Decimal(0),
    )
    return (100 * total).quantize(Decimal("0.01"))


_PREFIX = re.compile(
    r"^\s*(?:(?:re|aw|sv|fwd?|wg|回复|回覆|答复|答覆|转发|轉寄)\s*(?:\[\d+\]|\(\d+\))?\s*[:：]\s*)+", re.IGNORECASE
)
_NUMBER_IN = re.compile(r"\s*[(\[（【]\s*C-?\d[\d-]*\s*[)\]）】]\s*$", re.IGNORECASE)
_REPLY_SALT = "zhike.cases.reply"


def bare_subject(subject: str) -> str:
    """A subject without the marks of answers and without our number at its end."""
    return _PREFIX.sub("", _NUMBER_IN.sub("", " ".join(subject.split()))).strip()


def topic_of(subject: str) -> str:
    """What makes two subjects the same topic."""
    return bare_subject(subject).casefold()


def reply_token(case_id: int) -> str:
    """What stands for a case in an address for answers; in small letters, as some servers write addresses."""
    return f"c{case_id}-{salted_hmac(_REPLY_SALT, str(case_id), algorithm='sha256').hexdigest()[:12]}"


def case_of_token(token: str) -> int | None:
    """The case that a token of ours stands for; None where it is none."""
    number, dash, _proof = token.lower().removeprefix("c").partition("-")
    if not (dash and number.isascii() and number.isdigit() and len(number) < 19):  # noqa: PLR2004 - fits a bigint
        return None
    return int(number) if constant_time_compare(token.lower(), reply_token(int(number))) else None


def effort_of(
    *, contacts: int, repeats: int, transfers: int, switches: int, re_explains: int, elapsed: timedelta
) -> Effort:
    hours = (Decimal(int(elapsed.total_seconds())) / 3600).quantize(Decimal("0.1"))
    index = effort_index(repeats=repeats, transfers=transfers, switches=switches, re_explains=re_explains, hours=hours)
    return Effort(contacts=contacts, repeats=repeats, transfers=transfers, switches=switches, hours=hours, index=index)


def channels_switched(known: Collection[str], new: str) -> bool:
    """Whether a contact in this channel makes the customer change it."""
    return bool(known) and new not in known


def entry_errors(entry: CaseEntry, *, now: datetime) -> Wrong:
    wrong: Wrong = {}
    if not entry.subject.strip():
        wrong["subject"] = [FieldError("required", _("Say in one line what it is about."))]
    for name, text, most in (("subject", entry.subject, MAX_SUBJECT), ("text", entry.text, MAX_TEXT)):
        if len(text) > most:
            wrong[name] = [FieldError("too_long", _("At most %(maximum)s characters."), {"maximum": most})]
    if entry.at is not None and entry.at > now + AHEAD:
        wrong["at"] = [FieldError("future", _("This lies in the future."))]
    return wrong


def coding_errors(coding: Coding) -> Wrong:
    """Who is responsible names a unit exactly where one of ours is meant."""
    if coding.party in WITH_UNIT and coding.unit_id is None:
        return {"unit_id": [FieldError("required", _("Choose the unit."))]}
    if coding.party not in WITH_UNIT and coding.unit_id is not None:
        return {"unit_id": [FieldError("unfit", _("Only our own units are named here."))]}
    return {}


_LINK_SALT: Final = "zhike.cases.link"
# A link costs places of an SMS: who (16 bytes), how they came by it (1), until which hour (4), that it is ours (8).
_REF, _SAID, _PROOF = 16, 21, 8
_HOUR: Final = 3600


def seal_link(ref: UUID, kind: LinkKind, *, until: datetime) -> str:
    """The token of a link to the case of one author on the web."""
    said = ref.bytes + kind.value.encode() + int(until.timestamp() // _HOUR).to_bytes(4, "big")
    return base64.urlsafe_b64encode(said + _proof(said)).decode().rstrip("=")


def unseal_link(token: str, *, now: datetime) -> tuple[UUID, LinkKind] | None:
    """Whose link it is and how they came by it; None when it is not ours or past its time."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    said, proof = raw[:_SAID], raw[_SAID:]
    if len(raw) != _SAID + _PROOF or not constant_time_compare(proof, _proof(said)):
        return None
    until = datetime.fromtimestamp(int.from_bytes(said[_REF + 1 :], "big") * _HOUR, UTC)
    return (UUID(bytes=said[:_REF]), LinkKind(said[_REF : _REF + 1].decode())) if until > now else None


def _proof(said: bytes) -> bytes:
    return salted_hmac(_LINK_SALT, said, algorithm="sha256").digest()[:_PROOF]


def words_of(text: str) -> frozenset[str]:
    """The words of a list that people type with commas of either kind, whatever their case."""
    return frozenset(word.strip().casefold() for word in text.replace("，", ",").replace("、", ",").split(",")) - {""}
