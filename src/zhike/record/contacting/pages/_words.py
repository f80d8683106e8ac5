"""How pages of contacting say what was decided."""

from typing import Any

from zhike.platform.messaging.rules import masked
from zhike.platform.ui.components import Status, Tone
from zhike.record.contacting.rules.links import split
from zhike.record.contacting.types import (
    DELIVERY_LABELS,
    OUTCOME_LABELS,
    RULE_LABELS,
    Delivery,
    Outcome,
    Rule,
)

_TONES = {Outcome.ALLOW: Tone.PLAIN, Outcome.MADE: Tone.PLAIN, Outcome.HOLD: Tone.PAUSE, Outcome.DENY: Tone.QUIET}
_DELIVERY_TONES = {
    Delivery.WAITING: Tone.PLAIN,
    Delivery.SENT: Tone.OK,
    Delivery.FAILED: Tone.WARN,
    Delivery.UNCERTAIN: Tone.BREACH,
    Delivery.TAKEN_BACK: Tone.QUIET,
}


def outcome_status(row: Any) -> Status:  # noqa: ANN401 - a row of the log
    """What became of it: the fate of the message where there is one, else the decision."""
    delivery = Delivery(row.delivery)
    if delivery is not Delivery.NONE:
        return Status(DELIVERY_LABELS[delivery], _DELIVERY_TONES[delivery])
    outcome = Outcome(row.outcome)
    return Status(OUTCOME_LABELS[outcome], _TONES[outcome])


def rule_words(row: Any) -> str:  # noqa: ANN401
    """The rule in words; its stable id is for the journal and the API."""
    return str(RULE_LABELS[Rule(row.rule)]) if row.rule else ""


def recipient_name(row: Any) -> str:  # noqa: ANN401
    """A person with a file by name, anybody else by a masked address."""
    if row.contact is not None:
        return str(row.contact.name) or "–"
    return masked(row.to or split(row.person)[1])
