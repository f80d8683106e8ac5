"""Timeline entries by day; runs of system entries of one channel fold into one line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.utils.translation import gettext

from zhike.platform import clock
from zhike.platform.ui import formats
from zhike.platform.ui.components import Audience, Channel, TimelineEntry
from zhike.platform.ui.formats import Ink

FOLD_FROM = 3
ICONS: dict[Channel, str] = {
    Channel.CALL: "phone",
    Channel.MAIL: "mail",
    Channel.SMS: "message",
    Channel.CHAT: "message-circle",
    Channel.PORTAL: "world",
    Channel.VISIT: "walk",
    Channel.COUNTER: "building-store",
    Channel.LETTER: "mail",
    Channel.NOTE: "note",
    Channel.GOODS: "package",
    Channel.MONEY: "receipt-2",
    Channel.SURVEY: "list-check",
    Channel.TASK: "list-check",
    Channel.SYSTEM: "robot",
}


@dataclass(frozen=True, slots=True)
class Group:
    icon: str
    entries: tuple[TimelineEntry, ...]
    collapsed: bool


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    label: str
    groups: tuple[Group, ...]


def days(entries: Sequence[TimelineEntry], ink: Ink) -> list[Day]:
    """In the given order (newest first as a rule); the day is the reader's."""
    return [
        Day(on, _day_label(on, ink), tuple(_groups(list(found))))
        for on, found in groupby(entries, key=lambda entry: clock.local_date(entry.at, ink.zone))
    ]


def _day_label(on: date, ink: Ink) -> str:
    today = clock.local_date(ink.now, ink.zone)
    if on == today:
        return gettext("Today")
    if on == today - timedelta(days=1):
        return gettext("Yesterday")
    return formats.day(on, today)


def _groups(entries: Sequence[TimelineEntry]) -> list[Group]:
    groups: list[Group] = []
    for (audience, channel), found in groupby(entries, key=lambda entry: (entry.audience, entry.channel)):
        run = tuple(found)
        folds = audience is Audience.SYSTEM and len(run) >= FOLD_FROM
        if folds:
            groups.append(Group(ICONS[channel], run, collapsed=True))
        else:
            groups.extend(Group(ICONS[channel], (entry,), collapsed=False) for entry in run)
    return groups
