"""Calendars, holidays and what is due when, for people."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from zhike.platform.calendars.pages import calendars, holidays, recompute
from zhike.platform.calendars.policies import VIEW_CALENDARS
from zhike.platform.ui.navigation import Job, NavItem, register

MOUNT = "settings/calendars/"

register(
    NavItem(
        job=Job.SETTINGS,
        label=_("Calendars"),
        url_name="calendars:list",
        right=VIEW_CALENDARS.code,
        order=20,
    )
)

urlpatterns = [
    path("", calendars.calendar_list, name="list"),
    path("new/", calendars.calendar_new, name="new"),
    path("<int:calendar_id>/", calendars.calendar_page, name="page"),
    path("<int:calendar_id>/edit/", calendars.calendar_edit, name="edit"),
    path("<int:calendar_id>/hours/", calendars.calendar_hours, name="hours"),
    path("<int:calendar_id>/hours/remove/", calendars.hours_remove, name="hours_remove"),
    path("<int:calendar_id>/days/", calendars.calendar_day, name="day"),
    path("<int:calendar_id>/days/clear/", calendars.day_clear, name="day_clear"),
    path("<int:calendar_id>/recompute/", recompute.recompute_page, name="recompute"),
    path("holidays/new/", holidays.holidays_new, name="holidays_new"),
    path("holidays/<int:holidays_id>/", holidays.holidays_page, name="holidays"),
    path("holidays/<int:holidays_id>/load/", holidays.holidays_load, name="holidays_load"),
    path("holidays/<int:holidays_id>/clear/", holidays.holiday_clear, name="holiday_clear"),
]
