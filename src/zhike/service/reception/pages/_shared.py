"""What several pages of the reception draw alike."""

from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext

from zhike.platform import phones
from zhike.platform.actors import Actor
from zhike.platform.ui.components import Mark, Severity, Status, Tone
from zhike.record.customers.types import CustomerSummary
from zhike.record.organization import queries as organization
from zhike.service.cases.types import STATE_LABELS
from zhike.service.reception.models import Call
from zhike.service.reception.queries import sight
from zhike.service.reception.types import CALL_LABELS, WAITING_LABELS, CallState, WaitingState

_TONES = {
    CallState.RINGING: Tone.ACT,
    CallState.HELD: Tone.PAUSE,
    CallState.MISSED: Tone.WARN,
    CallState.ENDED: Tone.QUIET,
}
_WAITING_TONES = {WaitingState.TAKEN: Tone.ACT, WaitingState.ANSWERED: Tone.OK, WaitingState.DROPPED: Tone.WARN}
ALERTS = frozenset({"警惕", "alert"})


def call_status(code: str) -> Status:
    state = CallState(code)
    return Status(CALL_LABELS[state], _TONES.get(state, Tone.PLAIN))


def waiting_status(code: str) -> Status:
    state = WaitingState(code)
    return Status(WAITING_LABELS[state], _WAITING_TONES.get(state, Tone.PLAIN))


def masked(number: str) -> str:
    return phones.mask(number) if number else gettext("Number withheld")


def caller_name(call: Call) -> str:
    """Who it is as far as is known and within reach; the masked number otherwise."""
    known = sight.person_of(call) or sight.file_of(call)
    return known.name if known is not None else masked(call.number)


def call_url(call: Call) -> str:
    return reverse("reception:call", args=[call.pk])


def standing_of(summary: CustomerSummary) -> dict[str, Any]:
    """Class, marks and risk, as the rooms above have set them."""
    standing = summary.standing
    marks = standing["special_marks"].data if "special_marks" in standing else []
    return {
        "class_letter": standing["class"].text if "class" in standing else "",
        "marks": [Mark(str(word), alert=str(word) in ALERTS) for word in marks or []],
        "risk": standing["risk"].number if "risk" in standing else None,
        "complaint": standing["open_complaint"].text if "open_complaint" in standing else "",
    }


def case_word(code: str) -> str:
    return str(STATE_LABELS[code])


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, even nothing at all; None where the form is only asked for."""
    return request.POST if request.method == "POST" else None


def unit_choices(actor: Actor) -> list[tuple[str, str]]:
    return [(str(unit.id), f"{unit.name} {unit.code}") for unit in organization.unit_tree(actor=actor)]


def staff_choices(actor: Actor) -> list[tuple[str, str]]:
    """Active colleagues who can sign in, by name."""
    rows = organization.staff_rows(actor=actor).active().filter(user__isnull=False)
    return [(str(one.pk), f"{one.name} {one.unit.name}") for one in rows.order_by("name_pinyin")]


def severity(*, lit: bool) -> Severity:
    return Severity.BREACH if lit else Severity.NONE
