"""What the pages of campaigns draw alike."""

from collections.abc import Mapping
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from zhike.platform.ui import formats
from zhike.platform.ui.components import Crumb, Status, Tone
from zhike.record.contacting.types import RULE_LABELS
from zhike.voice.surveys.types import (
    AUDIENCE_LABELS,
    CAMPAIGN_STATE_LABELS,
    DISPOSITION_LABELS,
    CampaignState,
    Disposition,
    Label,
)
from zhike.voice.surveys.types.campaigns import CAMPAIGN_ENDED, MESSAGE_FAILED, NO_CONTACT, TAKEN_BACK
from zhike.voice.surveys.types.stopping import SIGNAL_LABELS, Signal, Strong

_TONES: Final = {
    CampaignState.RUNNING: Tone.ACT,
    CampaignState.CLOSED: Tone.PAUSE,
    CampaignState.CHECKED: Tone.OK,
    CampaignState.STOPPED: Tone.QUIET,
}
_FATES: Final = {
    Disposition.ANSWERED: Tone.OK,
    Disposition.COMPLAINT: Tone.WARN,
    Disposition.REFUSED: Tone.WARN,
    Disposition.WITHHELD: Tone.QUIET,
    Disposition.WAITING: Tone.PAUSE,
}
# Why somebody was not asked or not reached; what staff have typed stands for itself.
_OWN: Final[Mapping[str, Label]] = {
    NO_CONTACT: _("the file names nobody who could be asked"),
    CAMPAIGN_ENDED: _("the survey ended before"),
    TAKEN_BACK: _("the invitation was taken back"),
    MESSAGE_FAILED: _("the message could not be delivered"),
}
# The button of each next step.
STEP_LABELS: Final[Mapping[CampaignState, Label]] = {
    CampaignState.CLOSED: pgettext_lazy("step of a survey", "Close it"),
    CampaignState.REPORTED: pgettext_lazy("step of a survey", "Report is out"),
    CampaignState.ACTED: pgettext_lazy("step of a survey", "Actions are agreed"),
    CampaignState.CHECKED: pgettext_lazy("step of a survey", "Effect is checked"),
}


def state_of(state: CampaignState) -> Status:
    return Status(CAMPAIGN_STATE_LABELS[state], _TONES.get(state, Tone.PLAIN))


def fate_of(disposition: Disposition) -> Status:
    return Status(DISPOSITION_LABELS[disposition], _FATES.get(disposition, Tone.PLAIN))


def reason_words(reason: str) -> Label:
    rules: Mapping[str, Label] = {rule.value: label for rule, label in RULE_LABELS.items() if rule.value}
    return {**rules, **_OWN}.get(reason, reason)


def campaign_url(number: str) -> str:
    return reverse("surveys:campaign", args=[number])


def way_to(number: str = "", name: str = "") -> list[Crumb]:
    found = [Crumb(gettext("Surveys"), reverse("surveys:campaigns"))]
    return [*found, Crumb(name or number, campaign_url(number))] if number else found


def signal_words(found: Strong) -> str:
    """A strong signal in one sentence: what, of how many, against what, and how sure."""
    values = {
        "form": AUDIENCE_LABELS[found.audience],
        "signal": SIGNAL_LABELS[found.signal],
        "hits": formats.number(found.hits),
        "n": formats.number(found.n),
        "share": formats.percent(found.hits / found.n),
        "low": formats.percent(found.low),
        "high": formats.percent(found.high),
        "limit": formats.percent(found.limit),
    }
    if found.signal is Signal.PRECISE:
        return (
            gettext(
                "%(form)s: %(signal)s: among the first %(n)s answers the share of the dissatisfied lies between %(low)s"
                " and %(high)s, within ±%(limit)s."
            )
            % values
        )
    return (
        gettext(
            "%(form)s: %(signal)s: %(hits)s of the first %(n)s (%(share)s), at least %(low)s beyond doubt; the limit is"
            " %(limit)s."
        )
        % values
    )
