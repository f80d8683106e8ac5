"""What the audit log says about calendars and clocks."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform import audit, outbox
from zhike.platform.calendars.types import kind_labels

audit.tell(
    "clocks",
    kinds=audit.Keys(kind_labels),
    holder=audit.Of("unit"),
    holders=audit.Of("unit"),
    states=audit.Keys(
        dict,
        {
            "running": pgettext_lazy("state of a clock", "running"),
            "paused": pgettext_lazy("state of a clock", "standing still"),
            "met": pgettext_lazy("state of a clock", "kept"),
            "missed": pgettext_lazy("state of a clock", "missed"),
            "cancelled": pgettext_lazy("state of a clock", "cancelled"),
        },
    ),
)


class CalendarOpened(audit.Event):
    type = "calendars.opened"
    label = _("Calendar opened")


class CalendarChanged(audit.Event):
    type = "calendars.changed"
    label = _("Calendar changed")


class HolidaySetOpened(audit.Event):
    type = "calendars.holidays_opened"
    label = _("Holiday list opened")


class HolidaysLoaded(audit.Event):
    type = "calendars.holidays_loaded"
    label = _("Holidays loaded")


class HolidayChanged(audit.Event):
    type = "calendars.holiday_changed"
    label = _("Holiday changed")


class ClocksStarted(audit.Event):
    type = "clocks.started"
    label = _("Clocks started")


class ClocksPaused(audit.Event):
    type = "clocks.paused"
    label = _("Clocks paused")


class ClocksResumed(audit.Event):
    type = "clocks.resumed"
    label = _("Clocks resumed")


class ClocksHandedOver(audit.Event):
    type = "clocks.handed_over"
    label = _("Clocks handed over")


class ClocksStopped(audit.Event):
    type = "clocks.stopped"
    label = _("Clocks stopped")


class ClocksReopened(audit.Event):
    type = "clocks.reopened"
    label = _("Clocks reopened")


class ClocksCancelled(audit.Event):
    type = "clocks.cancelled"
    label = _("Clocks cancelled")


class ClocksRecomputed(audit.Event):
    type = "clocks.recomputed"
    label = _("Clocks recomputed")


class ClocksTold(audit.Event):
    type = "clocks.told"
    label = _("Deadlines that near or have passed reported")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClocksChangedEvent(outbox.Event):
    """Clocks near or have passed their deadline, or were measured anew; `items` are (subject kind, id, clock kind)."""

    type: ClassVar[str] = "clocks.changed"
    news: str
    items: list[list[str | int]]
