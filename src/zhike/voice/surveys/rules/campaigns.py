"""Pure decisions of campaigns: the next step, who is in the sample, until when a link is open."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.errors import FieldError
from zhike.record.contacting.types import SENT_BY_US
from zhike.voice.surveys.types import Audience, CampaignState, Disposition, Trigger
from zhike.voice.surveys.types.campaigns import AUDIENCES, MAX_NAME, MAX_WORDS, CampaignEntry, StepWords

Wrong = dict[str, list[FieldError]]
# The cycle, one step at a time (SURV-17).
NEXT: Final[Mapping[CampaignState, CampaignState]] = {
    CampaignState.PLANNED: CampaignState.RUNNING,
    CampaignState.RUNNING: CampaignState.CLOSED,
    CampaignState.CLOSED: CampaignState.REPORTED,
    CampaignState.REPORTED: CampaignState.ACTED,
    CampaignState.ACTED: CampaignState.CHECKED,
}
STOPPABLE: Final = frozenset({CampaignState.PLANNED, CampaignState.RUNNING})
# What has to be written by the time of a step.
NEEDED: Final[Mapping[CampaignState, tuple[str, ...]]] = {
    CampaignState.REPORTED: ("purpose", "method"),
    CampaignState.ACTED: ("causes", "measures"),
    CampaignState.CHECKED: ("effect",),
}
# Of these the answer still counts while the link is open.
MAY_ANSWER: Final = frozenset(
    {
        Disposition.PLANNED,
        Disposition.WAITING,
        Disposition.SENT,
        Disposition.PARTIAL,
        Disposition.SILENT,
        Disposition.UNREACHABLE,
        Disposition.WITHHELD,
    }
)
# Those who have said all that they will say.
SAID: Final = frozenset({Disposition.ANSWERED, Disposition.REFUSED, Disposition.UNSCORED, Disposition.COMPLAINT})
_POINTS: Final = 2**32
_DAY: Final = timedelta(days=1)


def entry_errors(entry: CampaignEntry, audiences: Mapping[int, Audience]) -> Wrong:
    """Everything that is wrong with a plan; `audiences` are those of the published versions among its forms."""
    wrong: Wrong = {}
    if not entry.name.strip() or len(entry.name) > MAX_NAME:
        wrong["name"] = [FieldError("required", _("Give it a name of at most 120 characters."))]
    if entry.closes_on is not None and entry.closes_on < entry.planned_on:
        wrong["closes_on"] = [FieldError("before_start", _("It cannot close before it begins."))]
    if entry.trigger is Trigger.WAVE and entry.closes_on is None:
        wrong["closes_on"] = [FieldError("required", _("A wave says on which day it closes."))]
    if not 0 < entry.share <= 1:
        wrong["share"] = [FieldError("out_of_range", _("Ask a share above 0 % and up to 100 %."))]
    if unknown := set(entry.channels) - {channel.value for channel in SENT_BY_US}:
        wrong["channels"] = [FieldError("unfit", _("Only e-mail and SMS leave by themselves."))] if unknown else []
    wrong |= _form_errors(entry, audiences)
    for name in ("purpose", "method"):
        if len(getattr(entry, name)) > MAX_WORDS:
            wrong[name] = [FieldError("too_long", _("At most %(maximum)s characters."), {"maximum": MAX_WORDS})]
    return wrong


def _form_errors(entry: CampaignEntry, audiences: Mapping[int, Audience]) -> Wrong:
    allowed = AUDIENCES[entry.trigger]
    if not entry.forms:
        return {"forms": [FieldError("required", _("Choose at least one form."))]}
    wrong: Wrong = {}
    for audience, version_id in entry.forms.items():
        if audience not in allowed:
            told = _("This form does not fit what makes the survey ask.")
            wrong.setdefault("forms", []).append(FieldError("unfit", told))
        elif audiences.get(version_id) is not audience:
            told = _("Choose a published form that is written for this audience.")
            wrong.setdefault("forms", []).append(FieldError("not_published", told))
    return wrong


def step_errors(step: CampaignState, written: Mapping[str, str], words: StepWords) -> Wrong:
    """What has to be written before this step and is not."""
    wrong: Wrong = {}
    for name in StepWords.__dataclass_fields__:
        given = getattr(words, name)
        if given is not None and len(given) > MAX_WORDS:
            wrong[name] = [FieldError("too_long", _("At most %(maximum)s characters."), {"maximum": MAX_WORDS})]
        text = given if given is not None else written[name]
        if name in NEEDED.get(step, ()) and not text.strip():
            wrong[name] = [FieldError("required", _("Write this down before the next step."))]
    return wrong


def in_sample(seed: str, key: int, share: Decimal) -> bool:
    """Whether this one is among the share that is asked; the same for the same seed, whoever computes it.

    SQL does the same with `md5`, see `queries.audience`.
    """
    mark = hashlib.md5(f"{seed}:{key}".encode(), usedforsecurity=False).hexdigest()[:8]
    return Decimal(int(mark, 16)) < share * _POINTS


def allowed_of(eligible: int, share: Decimal) -> int:
    """How many of a customer's eligible services of a month may be asked about; the first always."""
    return max(1, int(eligible * share))


def link_until(invited_at: datetime, days: int, closes_on: date | None, zone: str) -> datetime:
    """The moment from which a link opens nothing: so many days after it was sent, at the latest when it closes."""
    until = invited_at + timedelta(days=days)
    return until if closes_on is None else min(until, clock.day_start(closes_on + _DAY, zone))


def is_over(closes_on: date | None, now: datetime, zone: str) -> bool:
    """Whether the last day of a campaign has passed where it is asked."""
    return closes_on is not None and clock.local_date(now, zone) > closes_on
