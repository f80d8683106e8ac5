"""Opening hours and days off as dated rows with their source."""

from django.db import models
from django.db.models import Q

from zhike.platform.calendars.types import DayKind


class HolidaySet(models.Model):
    """The days off and make-up workdays that several calendars share, usually those of one country."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=20)
    labels = models.JSONField()
    # ISO 3166 country and subdivision of the library that the days are loaded from; empty: kept by hand.
    country = models.CharField(max_length=2, default="", blank=True)
    subdivision = models.CharField(max_length=10, default="", blank=True)
    # Days of the week that are nobody's workday, 0 for Monday.
    weekend = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code"], name="calendars_holiday_set_once")]


class HolidayYear(models.Model):
    """A year whose days off have been announced; in years without a row nobody knows them yet."""

    id = models.BigAutoField(primary_key=True)
    holidays = models.ForeignKey(HolidaySet, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=200)
    verified_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["holidays", "year"], name="calendars_holiday_year_once"),
            models.CheckConstraint(condition=~Q(source=""), name="calendars_holiday_year_has_source"),
        ]


class HolidayDay(models.Model):
    """One date: a holiday, or a make-up workday (调休)."""

    id = models.BigAutoField(primary_key=True)
    holidays = models.ForeignKey(HolidaySet, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    kind = models.CharField(max_length=8)
    labels = models.JSONField()
    source = models.CharField(max_length=200)
    verified_on = models.DateField()
    # Loading a year again keeps what a person has corrected.
    is_edited = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["holidays", "day"], name="calendars_holiday_day_once"),
            models.CheckConstraint(
                condition=Q(kind__in=[DayKind.CLOSED.value, DayKind.MAKEUP.value]), name="calendars_holiday_day_kind"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="calendars_holiday_day_has_source"),
        ]


class Calendar(models.Model):
    """The opening hours of a unit, a team or a service."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=40)
    labels = models.JSONField()
    zone = models.CharField(max_length=60)
    # Without a set, holidays make no difference: an outlet that is always open.
    holidays = models.ForeignKey(HolidaySet, null=True, on_delete=models.PROTECT, related_name="+")
    makeup_weekday = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    is_default = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="calendars_code_once"),
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="calendars_default_single"
            ),
            models.CheckConstraint(condition=Q(makeup_weekday__lte=6), name="calendars_makeup_weekday_range"),
            models.CheckConstraint(
                condition=Q(is_active=True) | Q(is_default=False), name="calendars_default_is_active"
            ),
        ]


class WeeklyHours(models.Model):
    """The week from a day on, until the next row begins: seven lists of [start, end] in minutes, Monday first."""

    id = models.BigAutoField(primary_key=True)
    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="+")
    valid_from = models.DateField()
    week = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "valid_from"], name="calendars_hours_begin_once")]


class DayOverride(models.Model):
    """One date of one calendar that is like neither its weekday nor its holidays."""

    id = models.BigAutoField(primary_key=True)
    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    kind = models.CharField(max_length=8)
    shifts = models.JSONField(default=list)
    name = models.CharField(max_length=120, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["calendar", "day"], name="calendars_override_once"),
            models.CheckConstraint(
                condition=(Q(kind=DayKind.CLOSED.value) & Q(shifts=[]))
                | Q(kind=DayKind.MAKEUP.value)
                | (Q(kind=DayKind.SPECIAL.value) & ~Q(shifts=[])),
                name="calendars_override_hours",
            ),
        ]


class CalendarVersion(models.Model):
    """A calendar as it was, complete: clocks point at the version they were measured with. Never changed."""

    id = models.BigAutoField(primary_key=True)
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    spec = models.JSONField()
    at = models.DateTimeField()
    # Whose decision it was (`Actor.person`): somebody else lets it hold for clocks that run already.
    made_by_person = models.CharField(max_length=100, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "version"], name="calendars_version_once")]
