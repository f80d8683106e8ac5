"""What people type about calendars and holidays."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.calendars.rules.reading import NotShifts, read_shifts, shifts_text, week_of
from zhike.platform.calendars.types import WEEKDAYS, DayKind, Shifts, Week
from zhike.platform.i18n.labels import LANGUAGES
from zhike.platform.ui.forms import CodeField, DayField, DecimalField, MomentField, WholeField

HOURS_HELP = _("For example 09:00-12:00, 13:30-18:00; 22:00-06:00 runs into the next day; empty is closed.")
WRONG_HOURS = {
    "not_a_shift": _("%(part)s is not a time like 09:00-18:00."),
    "not_a_time": _("%(part)s is no time of a day; the last is 24:00."),
    "overlap": _("%(part)s overlap."),
    "too_many": _("At most six shifts a day."),
}


class ShiftsField(CodeField):
    """Hours of one day as text; cleaned to shifts."""

    def clean(self, value: Any) -> Shifts:  # noqa: ANN401 - Django's signature
        text = cast("str", super().clean(value))
        try:
            return read_shifts(text)
        except NotShifts as wrong:
            raise forms.ValidationError(
                WRONG_HOURS[wrong.code], code=wrong.code, params={"part": wrong.part}
            ) from wrong


class LabelsMixin(forms.Form):
    """A name in three languages; one is enough."""

    label_zh_hans = forms.CharField(label=_("Name, Simplified Chinese"), max_length=120, required=False)
    label_zh_hant = forms.CharField(label=_("Name, Traditional Chinese"), max_length=120, required=False)
    label_en = forms.CharField(label=_("Name, English"), max_length=120, required=False)

    def labels(self) -> dict[str, str]:
        return {code: self.cleaned_data[f"label_{code.replace('-', '_')}"] for code in LANGUAGES}


class WeekMixin(forms.Form):
    """Seven days of hours, Monday first."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for position, name in enumerate(WEEKDAYS):
            self.fields[f"day_{position}"] = ShiftsField(label=name, required=False)
        self.fields["day_0"].help_text = HOURS_HELP

    def week(self) -> Week:
        return week_of([self.cleaned_data[f"day_{position}"] for position in range(len(WEEKDAYS))])


class WeekForm(WeekMixin):
    """Hours that hold from a day on."""

    valid_from = DayField(label=_("These hours hold from"))
    field_order = ("valid_from",)


class CalendarForm(LabelsMixin):
    """Everything about a calendar but its hours."""

    zone = forms.ChoiceField(label=_("Time zone"))
    holidays_id = forms.TypedChoiceField(
        label=_("Follows the holidays of"), required=False, coerce=int, empty_value=None
    )
    makeup_weekday = forms.TypedChoiceField(
        label=_("A make-up workday has the hours of"), choices=list(enumerate(WEEKDAYS)), coerce=int
    )
    is_default = forms.BooleanField(label=_("The company calendar"), required=False)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, holiday_lists: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(name for name in clock.zone_names() if "/" in name or name == "UTC")
        cast("forms.ChoiceField", self.fields["zone"]).choices = [(name, name) for name in zones]
        lists: list[tuple[int | str, Any]] = [("", _("no holidays: open as the week says")), *holiday_lists]
        cast("forms.ChoiceField", self.fields["holidays_id"]).choices = lists


class NewCalendarForm(CalendarForm, WeekMixin):
    """A calendar with its first week."""

    code = CodeField(label=_("Code"), max_length=40, help_text=_("Lower-case letters, digits and hyphens."))
    field_order = ("code", "label_zh_hans", "label_zh_hant", "label_en", "zone", "holidays_id", "makeup_weekday")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["is_active"]


class OverrideForm(forms.Form):
    """One date that is not like its weekday."""

    day = DayField(label=_("Day"))
    kind = forms.TypedChoiceField(
        label=_("What it is"),
        coerce=DayKind,
        choices=[
            (DayKind.CLOSED, _("Closed")),
            (DayKind.MAKEUP, _("Make-up workday")),
            (DayKind.SPECIAL, _("Special hours")),
        ],
    )
    shifts = ShiftsField(
        label=_("Hours"), required=False, help_text=_("For special hours, or the own hours of a make-up day.")
    )
    name = forms.CharField(label=_("Name of the day"), max_length=120, required=False)


class HolidayForm(LabelsMixin):
    """One shared day entered by hand."""

    day = DayField(label=_("Day"))
    kind = forms.TypedChoiceField(
        label=_("What it is"),
        coerce=DayKind,
        choices=[(DayKind.CLOSED, _("Holiday")), (DayKind.MAKEUP, _("Make-up workday"))],
    )
    source = forms.CharField(label=_("Who announced it"), max_length=200)
    field_order = ("day", "kind")


class HolidaySetForm(LabelsMixin):
    """A holiday list for a country, or one kept by hand."""

    code = CodeField(label=_("Code"), max_length=20)
    country = CodeField(
        label=_("Country or region"),
        max_length=2,
        required=False,
        help_text=_("Two letters, such as CN, TW or DE; empty: kept by hand."),
    )
    field_order = ("code", "country")


class LoadForm(forms.Form):
    """Years to bring in."""

    first = WholeField(label=_("From year"), min_value=2000, max_value=2200)
    last = WholeField(label=_("To year"), min_value=2000, max_value=2200)

    def years(self) -> range:
        return range(self.cleaned_data["first"], self.cleaned_data["last"] + 1)


class DueForm(forms.Form):
    """What is due if opened at a moment."""

    start = MomentField(label=_("Opened at"))
    hours = DecimalField(label=_("Open hours to use"), required=False, min_value=0, max_value=24_000, decimal_places=2)
    days = WholeField(label=_("Or calendar days by law"), required=False, min_value=1, max_value=400)


class ReasonForm(forms.Form):
    """Why clocks are recomputed; every ledger keeps it."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


def week_initial(week: Week, valid_from: date) -> dict[str, Any]:
    return {
        "valid_from": valid_from,
        **{f"day_{position}": shifts_text(shifts) for position, shifts in enumerate(week)},
    }
