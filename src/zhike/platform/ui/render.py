"""The small components as markup: used by the template tags and, by the thousand, by table cells."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext

from zhike.platform import clock
from zhike.platform.ui import formats
from zhike.platform.ui.components import Audience, Clock, ClockState, Mark, Person, Status, Text, Tone
from zhike.platform.ui.formats import Ink

EMPTY = SafeString("")
STATUTORY = SafeString("<span>§</span>")
A_MINUTE = timedelta(seconds=59)  # what is left is rounded up, so that the last minute reads 1m
NOTHING = mark_safe('<span class="zk-quiet">–</span>')
TONE_ICONS = {Tone.WARN: "alert-triangle", Tone.BREACH: "alert-triangle", Tone.PAUSE: "player-pause"}
AUDIENCE_ICONS = {Audience.CUSTOMER: "eye", Audience.INTERNAL: "lock", Audience.DEPARTMENT: "lock", Audience.SYSTEM: ""}


@lru_cache(maxsize=1)
def sprite() -> str:
    return static("dist/icons.svg")


@lru_cache(maxsize=512)
def icon(name: str, label: str = "") -> SafeString:
    """An icon; decorative unless it has a label."""
    if not name:
        return EMPTY
    if label:
        return format_html(
            '<svg class="zk-icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>', label, sprite(), name
        )
    return format_html('<svg class="zk-icon" aria-hidden="true"><use href="{}#{}"></use></svg>', sprite(), name)


def join(parts: Iterable[object], glue: str = " ") -> SafeString:
    return format_html_join(glue, "{}", ((part,) for part in parts if part))


def link(url: str, text: object, css: str = "") -> SafeString:
    if not url:
        return format_html("{}", text)
    return (
        format_html('<a href="{}" class="{}">{}</a>', url, css, text)
        if css
        else format_html('<a href="{}">{}</a>', url, text)
    )


def status(value: Status) -> SafeString:
    return format_html(
        '<span class="zk-status zk-tone-{}">{}{}</span>', value.tone, icon(TONE_ICONS.get(value.tone, "")), value.word
    )


def class_letter(letter: str) -> SafeString:
    """The customer's value class; absent means not classified."""
    if not letter:
        return format_html('<span class="zk-quiet zk-small zk-nowrap">{}</span>', gettext("not classified"))
    return format_html(
        '<span class="zk-class" title="{}">{}</span>', gettext("Class %(letter)s") % {"letter": letter}, letter
    )


def mark(value: Mark) -> SafeString:
    return format_html(
        '<span class="zk-mark{}">{}{}</span>', " zk-mark-alert" if value.alert else "", icon("flag"), value.word
    )


def when(
    instant: datetime | None, ink: Ink, *, zone: str = "", relative: bool = False, within_day: bool = False
) -> SafeString:
    """An instant in the reader's zone; one from a foreign zone in its own, with that zone beside it."""
    if instant is None:
        return NOTHING
    foreign = formats.is_foreign(instant, zone, ink)
    shown = zone if foreign else ink.zone
    text = formats.ago(instant, ink, shown) if relative else formats.moment(instant, ink, shown)
    if within_day and not foreign:
        text = f"{clock.local(instant, shown):%H:%M}"
    title = formats.absolute(instant, shown)
    if foreign:
        title = f"{title} = {formats.absolute(instant, ink.zone)}"
    beside = format_html(' <span class="zk-zone">{}</span>', formats.offset(instant, zone)) if foreign else EMPTY
    return format_html(
        '<time class="zk-when" datetime="{}" title="{}">{}</time>{}', instant.isoformat(), title, text, beside
    )


def due_time(due: datetime, ink: Ink, zone: str = "") -> SafeString:
    foreign = formats.is_foreign(due, zone, ink)
    shown = zone if foreign else ink.zone
    beside = format_html(' <span class="zk-zone">{}</span>', formats.offset(due, zone)) if foreign else EMPTY
    return format_html(
        '<time class="zk-when" datetime="{}" title="{}">{}</time>{}',
        due.isoformat(),
        formats.absolute(due, shown),
        formats.deadline(due, ink, shown),
        beside,
    )


def clock_chip(value: Clock, ink: Ink) -> SafeString:
    """Glyph, remainder, due instant; opens its ledger."""
    kind, glyph, words = _clock_words(value, ink)
    inner = format_html(
        "{}{}{}<b>{}</b>{}",
        icon(glyph),
        STATUTORY if value.statutory else EMPTY,
        format_html('<span class="zk-clock-name">{}</span>', value.label) if value.label else EMPTY,
        words,
        format_html('<span class="zk-clock-due">{}</span>', due_time(value.due, ink, value.zone))
        if value.due and kind in {"running", "near", "over"}
        else EMPTY,
    )
    due = value.due.isoformat() if value.due and kind in {"running", "near", "over"} else ""
    near = value.near_at.isoformat() if value.near_at and due else ""
    if value.ledger_url:
        return format_html(
            '<a class="zk-clock zk-clock-{}" href="{}" data-zk-drawer data-due="{}" data-near="{}">{}</a>',
            kind,
            value.ledger_url,
            due,
            near,
            inner,
        )
    return format_html(
        '<span class="zk-clock zk-clock-{}" data-due="{}" data-near="{}">{}</span>', kind, due, near, inner
    )


def _clock_words(value: Clock, ink: Ink) -> tuple[str, str, str]:
    if value.state is ClockState.MET:
        text = formats.duration(value.took) if value.took is not None else gettext("met")
        return "met", "check", text
    if value.state is ClockState.MISSED:
        over = formats.duration(value.over_by) if value.over_by is not None else ""
        return "missed", "x", gettext("missed by %(time)s") % {"time": over} if over else gettext("missed")
    if value.state is ClockState.PAUSED and not value.statutory:
        return "paused", "player-pause", _paused_words(value, ink)
    if value.due is None:
        return "running", "clock", gettext("no due time")
    left = value.due - ink.now
    if left < timedelta():
        return "over", "alert-triangle", gettext("%(time)s over") % {"time": formats.duration(left)}
    near = value.near_at is not None and ink.now >= value.near_at
    words = gettext("%(time)s left") % {"time": formats.duration(left + A_MINUTE)}
    return ("near", "progress-check", words) if near else ("running", "clock", words)


def _paused_words(value: Clock, ink: Ink) -> str:
    holder = str(value.holder) or pgettext("clock", "paused")
    if value.since is None:
        return holder
    values = {"holder": holder, "time": formats.duration(ink.now - value.since)}
    return gettext("%(holder)s for %(time)s") % values


def clock_chips(values: Iterable[Clock], ink: Ink, most: int = 1) -> SafeString:
    """The most urgent first, then `+2`."""
    ordered = sorted(values, key=lambda clock: _urgency(clock, ink))
    rest = len(ordered) - most
    shown = [clock_chip(value, ink) for value in ordered[:most]]
    if rest > 0:
        shown.append(format_html('<span class="zk-quiet zk-small">+{}</span>', rest))
    return join(shown)


def _urgency(value: Clock, ink: Ink) -> tuple[int, float]:
    if value.state is ClockState.RUNNING and value.due is not None:
        return (0, (value.due - ink.now).total_seconds())
    return ({ClockState.PAUSED: 1, ClockState.MISSED: 2}.get(value.state, 3), 0.0)


def copy_button(text: str, what: Text = "") -> SafeString:
    """⧉: copies exactly this text."""
    label = gettext("Copy %(what)s") % {"what": what or text}
    return format_html(
        '<button type="button" class="zk-tiny zk-copy" data-zk-copy="{}" aria-label="{}" title="{}">{}</button>',
        text,
        label,
        label,
        icon("copy"),
    )


def waybill(number: str, url: str = "", *, copy: bool = True) -> SafeString:
    """A waybill shortened in the middle, whole in its title and when copied."""
    short = formats.waybill(number)
    shown = format_html('<span class="zk-waybill" title="{}">{}</span>', number, short)
    return format_html(
        '<span class="zk-waybill-line">{}{}</span>', link(url, shown), copy_button(number) if copy else EMPTY
    )


def phone(masked: str, *, reveal_url: str = "", call_url: str = "") -> SafeString:
    """A masked number; calling it and revealing it (which is logged) are apart."""
    if not masked:
        return NOTHING
    call = (
        format_html(
            '<a class="zk-tiny" href="{}" data-zk-call aria-label="{}" title="{}">{}</a>',
            call_url,
            gettext("Call"),
            gettext("Call"),
            icon("phone-call"),
        )
        if call_url
        else EMPTY
    )
    reveal = (
        format_html(
            '<button type="button" class="zk-tiny" data-zk-reveal="{}" aria-label="{}" title="{}">{}</button>',
            reveal_url,
            gettext("Reveal the number (is logged)"),
            gettext("Reveal the number (is logged)"),
            icon("eye"),
        )
        if reveal_url
        else EMPTY
    )
    return format_html('<span class="zk-phone"><span class="zk-num">{}</span>{}{}</span>', masked, call, reveal)


def person(value: Person, ink: Ink) -> SafeString:
    name = f"{value.name} {value.form_of_address}".strip() if value.form_of_address else value.name
    lang = format_html(' lang="{}"', value.lang) if value.lang else EMPTY
    duty = EMPTY
    if value.on_duty is not None:
        words = gettext("on duty") if value.on_duty else gettext("off duty")
        duty = format_html('<span class="zk-duty zk-duty-{}">{}</span>', "on" if value.on_duty else "off", words)
    last = when(value.last_contact, ink, relative=True) if value.last_contact else EMPTY
    return format_html(
        '<span class="zk-person"><span class="zk-person-name"{}>{}</span>{}{}{}{}{}</span>',
        lang,
        link(value.url, name),
        format_html('<span class="zk-second">{}</span>', value.role) if value.role else EMPTY,
        format_html('<span class="zk-quiet">{}</span>', value.unit) if value.unit else EMPTY,
        duty,
        phone(value.phone, reveal_url=value.reveal_url, call_url=value.call_url) if value.phone else EMPTY,
        format_html('<span class="zk-quiet zk-small">{}</span>', last) if last else EMPTY,
    )


def audience(value: Audience, department: str = "") -> SafeString:
    words = {
        Audience.CUSTOMER: pgettext("audience", "Customer sees"),
        Audience.INTERNAL: pgettext("audience", "Internal"),
        Audience.DEPARTMENT: department or pgettext("audience", "Department"),
        Audience.SYSTEM: pgettext("audience", "System"),
    }[value]
    return format_html(
        '<span class="zk-audience zk-audience-{}">{}{}</span>', value, icon(AUDIENCE_ICONS[value]), words
    )
