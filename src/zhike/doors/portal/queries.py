"""The tracking page of one waybill, in the reader's language."""

from collections.abc import Iterator
from datetime import date, datetime

from django.utils.translation import gettext, ngettext, pgettext

from zhike.doors.portal.policies import HOTLINE
from zhike.doors.portal.rules import days_between, step_states
from zhike.doors.portal.types import Call, CasePage, EventLine, Step, TrackView
from zhike.platform import clock, parameters, phones
from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound
from zhike.platform.files.types import MEGABYTE
from zhike.platform.ui import formats
from zhike.record.organization.queries import company_zone, outlet_card
from zhike.record.organization.types import OutletCard
from zhike.record.shipments.queries import track_public
from zhike.record.shipments.types.codes import REASON_LABELS, STATUS_LABELS, TERMINAL, TROUBLE, IncidentReason, Status
from zhike.record.shipments.types.views import PublicTrack
from zhike.service.cases.policies import LARGEST_PHOTO
from zhike.service.cases.queries import open_answers, outside_view
from zhike.service.cases.types import FiveAnswers

_ENDS = {Status.RETURNED, Status.CANCELLED}


def tracking(*, actor: Actor, waybill: str, now: datetime, phone_ending: str = "") -> TrackView:
    """What this actor may see of the shipment; raises NotFound. People and phones only with the second key."""
    track = track_public(actor=actor, waybill=waybill, now=now, phone_ending=phone_ending)
    outlet = _outlet(actor, track, now)
    events = [EventLine(at=e.occurred_at, zone=e.zone, text=_event_text(e.status, e.place)) for e in track.events]
    due = _due_day(track)
    return TrackView(
        waybill=track.waybill,
        headline=_headline(track, due, now),
        why=_why(track, due, now),
        late=track.is_late,
        status=str(STATUS_LABELS[track.status]),
        steps=_steps(track),
        trouble=track.status in TROUBLE,
        calls=tuple(_calls(track, outlet)),
        latest=events[0] if events else None,
        earlier=events[1:],
        proof=_proof(track),
        consignee=track.consignee,
        unlocked=track.unlocked,
        zone=track.zone,
        zone_note=_zone_note(track.zone, company_zone(actor=actor), now),
        last_event_at=track.last_event_at,
        help=help_calls(actor=actor, now=now),
    )


def help_calls(*, actor: Actor, now: datetime) -> list[Call]:
    """Whom anybody may call, with a waybill or without."""
    hotline = parameters.value(HOTLINE, at=now)
    return [Call(name=gettext("Service desk"), phone=hotline, shown=hotline)] if hotline and actor.id else []


def case_page(*, actor: Actor, now: datetime) -> CasePage:
    """The case that a link is of, ready to be read."""
    view = outside_view(actor=actor, now=now)
    call = _call(view.answers.owner_name, view.answers.owner_phone) if view.answers.owner_phone else None
    return CasePage(view=view, call=call, zone=view.zone, is_late=_is_past(view.answers.promised_at, now))


def _is_past(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now


def open_matter(*, actor: Actor, waybill: str, proven: bool, now: datetime) -> FiveAnswers | None:
    """The case that is open on this waybill, for who has shown its second key: nothing is asked twice (CASE-03)."""
    return open_answers(actor=actor, waybill=waybill, now=now) if proven and waybill else None


def largest_photo(*, actor: Actor, now: datetime) -> int:
    """Bytes that one photo may have."""
    return parameters.value(LARGEST_PHOTO, at=now) * MEGABYTE if actor.id else 0


def _outlet(actor: Actor, track: PublicTrack, now: datetime) -> OutletCard | None:
    if not track.unlocked or track.outlet_id is None:
        return None
    try:
        return outlet_card(actor=actor, unit_id=track.outlet_id, now=now)
    except NotFound:
        return None


def _zone_note(zone: str, home: str, now: datetime) -> str:
    """Said once, and only where the goods' clocks show another time than the company's."""
    if not formats.is_foreign(now, home, formats.Ink(now, zone)):
        return ""
    return gettext("Times are local: %(zone)s") % {"zone": formats.offset(now, zone)}


def _due_day(track: PublicTrack) -> date | None:
    """The day on which it is now expected: by the estimate, else by the promise."""
    if track.eta is not None:
        return clock.deadline_parts(track.eta, track.zone)[0]
    return track.promised_on


def _headline(track: PublicTrack, due: date | None, now: datetime) -> str:
    today = clock.local_date(now, track.zone)
    if track.status is Status.DELIVERED and track.delivered_at is not None:
        moment = formats.moment(track.delivered_at, formats.Ink(now, track.zone))
        return gettext("Delivered %(moment)s") % {"moment": moment}
    if track.status in TERMINAL or due is None or due < today:
        return str(STATUS_LABELS[track.status])
    instant = track.eta or track.promised_at
    if instant is not None and instant < now:
        return str(STATUS_LABELS[track.status])
    day = _day_word(due, today)
    if instant is None:
        return gettext("Arrives %(day)s") % {"day": day}
    time = clock.deadline_parts(instant, track.zone)[1]
    return gettext("Arrives %(day)s by %(time)s") % {"day": day, "time": time}


def _why(track: PublicTrack, due: date | None, now: datetime) -> str:
    """What became of the promise: kept silent while all is well."""
    if track.promised_on is None or track.status in _ENDS or not track.is_late:
        return ""
    today = clock.local_date(now, track.zone)
    on = clock.local_date(track.delivered_at, track.zone) if track.delivered_at else max(due or today, today)
    count = days_between(track.promised_on, on)
    values = {"day": _day_word(track.promised_on, today), "count": count}
    if track.delivered_at is None and (due is None or due < today):
        text = gettext("Promised for %(day)s. We do not know the new time yet.") % values
    elif count == 0:
        text = gettext("Promised for %(day)s, later the same day.") % values
    else:
        text = (
            ngettext("Promised for %(day)s, %(count)s day later.", "Promised for %(day)s, %(count)s days later.", count)
            % values
        )
    reason = _reason(track.incident_reason)
    return gettext("%(text)s Reason: %(reason)s.") % {"text": text, "reason": reason} if reason else text


def _reason(code: str) -> str:
    return str(REASON_LABELS[IncidentReason(code)]) if code in set(IncidentReason) else ""


def _day_word(day: date, today: date) -> str:
    words = {
        -1: pgettext("day", "yesterday"),
        0: pgettext("day", "today"),
        1: pgettext("day", "tomorrow"),
    }
    return words.get((day - today).days) or formats.day(day, today)


def _steps(track: PublicTrack) -> list[Step]:
    labels = (
        pgettext("way", "Ordered"),
        pgettext("way", "Picked up"),
        pgettext("way", "Under way"),
        pgettext("way", "At the door"),
        pgettext("way", "Returned") if track.status is Status.RETURNED else pgettext("way", "Delivered"),
    )
    states = step_states(track.status)
    return [Step(label, state) for label, state in zip(labels, states, strict=False)]


def _event_text(status: Status | None, place: str) -> str:
    label = str(STATUS_LABELS[status]) if status else gettext("On the way")
    return gettext("%(place)s, %(status)s") % {"place": place, "status": label} if place else label


def _calls(track: PublicTrack, outlet: OutletCard | None) -> Iterator[Call]:
    if track.courier_name and track.courier_phone:
        yield _call(gettext("Courier %(name)s") % {"name": track.courier_name}, track.courier_phone)
    if outlet is not None and outlet.phone:
        yield _call(outlet.name, outlet.phone, note=_hours(outlet))


def _call(name: str, phone: str, *, note: str = "") -> Call:
    """With the number as a telephone takes it anywhere; what cannot be read is dialled as it was written."""
    dialled = phones.parse(phone).e164 or phone
    return Call(name=name, phone=dialled, shown=phones.display(dialled), note=note)


def _hours(outlet: OutletCard) -> str:
    if outlet.is_open and outlet.until:
        return gettext("open until %(time)s") % {"time": outlet.until}
    if outlet.hours is None:
        return ""
    if not outlet.hours:
        return gettext("closed today")
    return pgettext("opening hours", "today") + " " + ", ".join(f"{start}–{end}" for start, end in outlet.hours)


def _proof(track: PublicTrack) -> str:
    if track.status is not Status.DELIVERED or not track.signer:
        return ""
    return gettext("Signed for by %(name)s") % {"name": track.signer}
