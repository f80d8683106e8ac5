"""What the audit log says about calendars and clocks."""

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit


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
