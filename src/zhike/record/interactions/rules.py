"""Pure decisions on entries."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.errors import FieldError
from zhike.record.interactions.types import CONTACT_CHANNELS, Audience, ContactLog, Direction

MAX_SUBJECT = 200
MAX_BODY = 20_000
# Clocks of telephone systems run a little ahead.
AHEAD = timedelta(minutes=5)

Wrong = dict[str, list[FieldError]]


def contact_errors(log: ContactLog, *, now: datetime) -> Wrong:
    """Everything that is wrong with a contact as written down."""
    wrong = text_errors(log.subject, log.body)
    if log.channel not in CONTACT_CHANNELS:
        wrong["channel"] = [FieldError("unfit", _("Choose how you were in touch."))]
    if log.direction is Direction.NONE:
        wrong["direction"] = [FieldError("required", _("Say who reached whom."))]
    if log.occurred_at is not None and log.occurred_at > now + AHEAD:
        wrong["occurred_at"] = [FieldError("future", _("This lies in the future."))]
    if log.zone and not clock.is_zone(log.zone):
        wrong["zone"] = [FieldError("unknown", _("There is no time zone of this name."))]
    if (log.audience is Audience.DEPARTMENT) != (log.audience_unit_id is not None):
        wrong["audience_unit_id"] = [FieldError("required", _("Choose the department that shall read this."))]
    return wrong


def text_errors(subject: str, body: str) -> Wrong:
    wrong: Wrong = {}
    if not subject.strip() and not body.strip():
        wrong["body"] = [FieldError("required", _("Write what was said."))]
    for name, text, most in (("subject", subject, MAX_SUBJECT), ("body", body, MAX_BODY)):
        if len(text) > most:
            wrong[name] = [FieldError("too_long", _("At most %(maximum)s characters."), {"maximum": most})]
    return wrong


def clean_text(text: str) -> str:
    """As typed, without characters that a database or a reader cannot hold."""
    return text.replace("\x00", "").replace("\r\n", "\n").strip()
