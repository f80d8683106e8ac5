"""Why a survey may end before its last day: a signal that is strong however often one looks (SURV-33)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform.errors import Conflict
from zhike.voice.surveys.types.words import Label


class Signal(StrEnum):
    """What has become clear: too many are dissatisfied, too many will not answer, or more answers would add little."""

    DISSATISFIED = "dissatisfied"
    REFUSED = "refused"
    PRECISE = "precise"


SIGNAL_LABELS: Final[Mapping[Signal, Label]] = {
    Signal.DISSATISFIED: pgettext_lazy("signal of a survey", "More are dissatisfied than the limit"),
    Signal.REFUSED: pgettext_lazy("signal of a survey", "More refuse or complain than the limit"),
    Signal.PRECISE: pgettext_lazy("signal of a survey", "The result is as precise as wanted"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Strong:
    """A signal at the look that settled it: `hits` of the first `n`, with the bounds of that look; shares of 1.

    `limit` is what the lower bound lies above, or the margin within which the share is known.
    """

    signal: Signal
    audience: str
    n: int
    hits: int
    low: float
    high: float
    limit: float

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> "Strong | None":
        """Read back what was stored; None for nothing."""
        return cls(**{**stored, "signal": Signal(stored["signal"])}) if stored else None


class NoStrongSignal(Conflict):
    code = "survey_no_signal"
    message = _("There is no strong signal on which this survey could be closed early.")
    kept = _("It goes on asking.")
    next_step = _("Stop it with a reason of your own, or close it.")
