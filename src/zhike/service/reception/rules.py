"""Pure decisions of the reception: what events make of a call, how a payload is read, when an enquiry lights up."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.errors import Conflict, FieldError
from zhike.service.reception.types import (
    CANONICAL,
    CallDirection,
    CallNow,
    CallPast,
    CallState,
    CallTold,
    Mapped,
    Profile,
    Told,
    WaitingEntry,
)
from zhike.service.reception.types.words import WAITING_CHANNELS

MAX_TEXT = 4000
MAX_NAME = 120
MAX_REF = 120
MAX_EXTENSION = 20
MAX_CALLED = 40
# Clocks of telephone systems run a little ahead.
AHEAD = timedelta(minutes=5)
# Ways of telephone systems to say that the caller hides the number.
WITHHELD = frozenset(
    {"", "anonymous", "private", "withheld", "unknown", "unavailable", "restricted", "blocked", "-1", "匿名", "未知"}
)
# In which order events of one instant count.
_ORDER = {Told.RINGING: 0, Told.TRANSFERRED: 1, Told.ANSWERED: 2, Told.HELD: 3, Told.MISSED: 4, Told.ENDED: 5}
_ONCE = frozenset({Told.ENDED, Told.MISSED})

Wrong = dict[str, list[FieldError]]


class TakenBySomebody(Conflict):
    code = "taken_by_somebody"
    message = _("%(name)s has taken this already.")
    next_step = _("Take the next one; nobody is answered twice.")


class NotWaiting(Conflict):
    code = "no_longer_waiting"
    message = _("This enquiry waits no longer.")


class NotYours(Conflict):
    code = "taken_by_somebody_else"
    message = _("%(name)s has this in hand.")
    next_step = _("Ask them to give it back, or take another one.")


class CallSettled(Conflict):
    code = "call_settled"
    message = _("This call is written down already.")
    next_step = _("Add a note to the customer's file or to the case instead.")


class CallOfCase(Conflict):
    code = "call_of_case"
    message = _("This call stands in case %(number)s and on its customer's timeline: the caller is theirs.")
    next_step = _("What was said is kept. If it was another customer's matter, take the call out of the case first.")


class CallOfNoCase(Conflict):
    code = "call_of_no_case"
    message = _("This call stands in no case.")


def event_key(told: CallTold, at: datetime) -> str:
    """What makes two messages the same: an end happens once, a ring once a telephone, the rest once an instant."""
    if told.event in _ONCE:
        return told.event.value
    if told.event is Told.RINGING:
        return f"{told.event.value}:{told.extension}"
    return f"{told.event.value}:{told.extension}:{at.astimezone(UTC).isoformat(timespec='milliseconds')}"


def reduced(events: Sequence[CallPast]) -> CallNow:
    """The call that these events make, in whatever order they arrived. At least one event."""
    told = sorted(events, key=lambda one: (one.occurred_at, _ORDER[one.event]))
    answered = [one.occurred_at for one in told if one.event is Told.ANSWERED]
    over = [one for one in told if one.event in _ONCE]
    extension = ""
    state = CallState.RINGING
    for one in told:
        if one.event in _ONCE:
            continue
        extension = one.extension or extension
        state = {Told.ANSWERED: CallState.ANSWERED, Told.HELD: CallState.HELD}.get(one.event, CallState.RINGING)
    if over:
        state = CallState.ENDED if answered else CallState.MISSED
        extension = extension or next((one.extension for one in reversed(over) if one.extension), "")
    return CallNow(
        state=state,
        extension=extension,
        started_at=told[0].occurred_at,
        answered_at=answered[0] if answered else None,
        ended_at=over[-1].occurred_at if over else None,
    )


def is_withheld(number: str) -> bool:
    return number.strip().casefold() in WITHHELD


def told_errors(told: CallTold) -> Wrong:
    wrong: Wrong = {}
    if not told.call_id.strip():
        wrong["call_id"] = [FieldError("required", _("An event names its call."))]
    for name, most in (("call_id", MAX_REF), ("extension", MAX_EXTENSION), ("called", MAX_CALLED)):
        if len(getattr(told, name)) > most:
            wrong[name] = [FieldError("too_long", _("At most %(maximum)s characters."), {"maximum": most})]
    return wrong


def waiting_errors(entry: WaitingEntry, *, now: datetime) -> Wrong:
    wrong: Wrong = {}
    if entry.channel not in WAITING_CHANNELS:
        wrong["channel"] = [FieldError("unfit", _("Nobody waits in this channel."))]
    for name, most in (("text", MAX_TEXT), ("name", MAX_NAME)):
        if len(getattr(entry, name)) > most:
            wrong[name] = [FieldError("too_long", _("At most %(maximum)s characters."), {"maximum": most})]
    if not (entry.text.strip() or entry.name.strip() or entry.phone.strip()):
        wrong["text"] = [FieldError("required", _("Say what is asked, or who waits."))]
    if entry.asked_at is not None and entry.asked_at > now + AHEAD:
        wrong["asked_at"] = [FieldError("future", _("This lies in the future."))]
    return wrong


def lit_since(asked_at: datetime, after: timedelta) -> datetime:
    """From when a waiting enquiry is lit (CASE-27)."""
    return asked_at + after


def profile_errors(profile: Profile) -> Wrong:
    """A profile names at least where the call's id and the event stand, and only events that exist."""
    wrong: Wrong = {}
    missing = [name for name in ("call_id", "event") if not profile.fields.get(name, "").strip()]
    if missing:
        text = _("Say where %(names)s stands.")
        wrong["fields"] = [FieldError("required", text, {"names": ", ".join(missing)})]
    if strange := sorted(set(profile.fields) - set(CANONICAL)):
        text = _("There is no field %(names)s.")
        wrong["fields"] = [FieldError("unknown", text, {"names": ", ".join(strange)})]
    known = {one.value for one in Told}
    if strange := sorted(set(profile.events.values()) - known):
        text = _("There is no event %(names)s; these exist: %(known)s.")
        wrong["events"] = [
            FieldError("unknown", text, {"names": ", ".join(strange), "known": ", ".join(one.value for one in Told)})
        ]
    if strange := sorted(set(profile.directions.values()) - {one.value for one in CallDirection}):
        text = _("A direction is “in” or “out”, not %(names)s.")
        wrong["directions"] = [FieldError("unknown", text, {"names": ", ".join(strange)})]
    if not clock.is_zone(profile.zone):
        wrong["zone"] = [FieldError("unknown", _("There is no such time zone."))]
    return wrong


def at_path(payload: object, path: str) -> str:
    """The text at a dotted path of a payload; `a|b` takes the first of several that says something."""
    for one in path.split("|"):
        found: object = payload
        for name in one.strip().split("."):
            if isinstance(found, Mapping):
                found = found.get(name)
            elif isinstance(found, list) and name.isdecimal() and int(name) < len(found):
                found = found[int(name)]
            else:
                found = None
        if isinstance(found, str | int | float) and not isinstance(found, bool) and str(found).strip():
            return str(found).replace("\x00", "").strip()
    return ""


def moment_of(text: str, zone: str) -> datetime | None:
    """An instant from ISO text, `2026-11-23 08:00:00` of `zone`, or seconds or milliseconds since 1970."""
    if not text:
        return None
    try:
        if text.replace(".", "", 1).isdecimal():
            seconds = float(text)
            return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, tz=UTC)  # noqa: PLR2004
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else clock.instant_of(found, zone)
    except (ValueError, OverflowError, OSError):
        return None


def mapped(payload: Any, profile: Profile) -> tuple[Mapped, Wrong]:  # noqa: ANN401 - any JSON
    """A payload through its profile. An event that the profile does not name is ignored, by name."""
    said = {name: at_path(payload, path) for name, path in profile.fields.items() if path.strip()}
    word = said.get("event", "")
    known = {one.value for one in Told}
    event = profile.events.get(word, word if word in known and not profile.events else "")
    wrong: Wrong = {}
    if not said.get("call_id"):
        wrong["call_id"] = [FieldError("required", _("An event names its call."))]
    if not word:
        wrong["event"] = [FieldError("required", _("The payload says no event where the profile looks for it."))]
    written = said.get("occurred_at", "")
    at = moment_of(written, profile.zone)
    if written and at is None:
        wrong["occurred_at"] = [FieldError("unreadable", _("This is no time: %(text)s"), {"text": written[:60]})]
    if wrong:
        return Mapped(None), wrong
    if not event:
        return Mapped(None, ignored=word[:60]), {}
    direction = profile.directions.get(said.get("direction", ""), said.get("direction", ""))
    told = CallTold(
        call_id=said["call_id"],
        event=Told(event),
        direction=CallDirection.OUT if direction == CallDirection.OUT.value else CallDirection.IN,
        caller=said.get("caller", ""),
        called=said.get("called", ""),
        extension=said.get("extension", ""),
        occurred_at=at,
    )
    return Mapped(told), {}
