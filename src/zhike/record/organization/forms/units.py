"""Forms of units."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as now_translated
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform import clock
from zhike.platform.calendars.rules.reading import NotShifts, load_shifts, read_shifts, shifts_text, week_of
from zhike.platform.calendars.types import Week
from zhike.platform.ui.forms import CodeField, DayField, DecimalField, MomentField
from zhike.record.organization.models import Unit
from zhike.record.organization.types import Side, UnitEntry, UnitKind, UnitSummary
from zhike.record.organization.types.labels import KIND_LABELS, SERVICE_LABELS, SIDE_LABELS

DAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))


def unit_choices(units: Iterable[UnitSummary]) -> list[tuple[str, str]]:
    """Units as a select shows them, set in by how deep they hang."""
    return [(str(u.id), f"{'　' * u.depth}{u.name} {u.code}") for u in units]


def lines(text: str) -> tuple[str, ...]:
    return tuple(
        part.strip()
        for part in text.replace("，", ",").replace("、", ",").replace("\n", ",").split(",")
        if part.strip()
    )


class UnitForm(forms.Form):
    """Everything about a unit but its place in the tree."""

    name = forms.CharField(label=_("Name"), max_length=120)
    code = CodeField(label=pgettext_lazy("unit", "Code"), max_length=40)
    kind = forms.ChoiceField(label=_("Kind"), choices=list(KIND_LABELS.items()))
    side = forms.ChoiceField(label=_("Front or back"), choices=list(SIDE_LABELS.items()))
    zone = CodeField(label=_("Time zone"), max_length=64, initial="Asia/Shanghai")
    phones = CodeField(
        label=_("Phones"),
        required=False,
        max_length=200,
        help_text=_("Several are separated by commas; the first one is shown."),
    )
    address = forms.CharField(label=_("Address"), required=False, max_length=300)
    city = forms.CharField(label=_("City"), required=False, max_length=80)
    region_code = CodeField(label=_("Region code"), required=False, max_length=12)
    lat = DecimalField(label=_("Latitude"), required=False, max_digits=9, decimal_places=6)
    lon = DecimalField(label=_("Longitude"), required=False, max_digits=9, decimal_places=6)
    services = forms.MultipleChoiceField(
        label=_("Services"),
        required=False,
        choices=list(SERVICE_LABELS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    area_text = forms.CharField(label=_("Service area"), required=False, max_length=500)
    districts = forms.CharField(
        label=_("Districts"), required=False, max_length=1000, help_text=_("Several are separated by commas.")
    )
    calendar_id = forms.ChoiceField(label=_("Calendar"), required=False)
    own_hours = forms.BooleanField(label=_("Own opening hours instead of the calendar's"), required=False)
    valid_from = DayField(label=_("Open from"), required=False)
    valid_until = DayField(label=_("Open until"), required=False)

    def __init__(self, *args: Any, calendars: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choice("calendar_id").choices = [("", "–"), *calendars]
        for position, day in enumerate(DAYS):
            self.fields[f"day_{position}"] = CodeField(
                label=day,
                required=False,
                max_length=120,
                widget=forms.TextInput(attrs={"placeholder": "09:00-12:00, 13:30-18:00"}),
            )

    def _choice(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        if not isinstance(field, forms.ChoiceField):
            raise TypeError(name)
        return field

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["hours"] = self._week(data) if data.get("own_hours") else None
        return data

    def _week(self, data: dict[str, Any]) -> Week | None:
        days = []
        for position in range(len(DAYS)):
            try:
                days.append(read_shifts(data.get(f"day_{position}") or ""))
            except NotShifts as problem:
                text = now_translated("Hours read 09:00-12:00, 13:30-18:00; not: %(part)s") % {"part": problem.part}
                self.add_error(f"day_{position}", text)
        return week_of(days) if len(days) == len(DAYS) else None

    def entry(self) -> UnitEntry:
        data = self.cleaned_data
        plain = ("name", "code", "zone", "address", "city", "region_code", "lat", "lon", "area_text", "hours")
        return UnitEntry(
            **{name: data[name] for name in plain},
            kind=UnitKind(data["kind"]),
            side=Side(data["side"]),
            phones=lines(data["phones"]),
            services=tuple(data["services"]),
            districts=lines(data["districts"]),
            calendar_id=int(data["calendar_id"]) if data["calendar_id"] else None,
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
        )

    @staticmethod
    def values_of(unit: Unit) -> dict[str, Any]:
        """The form's initial values for a unit that exists."""
        plain = [
            "name",
            "code",
            "kind",
            "side",
            "zone",
            "address",
            "city",
            "region_code",
            "lat",
            "lon",
            "services",
            "area_text",
            "calendar_id",
        ]
        hours = {f"day_{n}": shifts_text(load_shifts(day)) for n, day in enumerate(unit.hours or [])}
        return {
            **{name: getattr(unit, name) for name in plain},
            **hours,
            "phones": ", ".join(unit.phones),
            "districts": ", ".join(unit.districts),
            "own_hours": unit.hours is not None,
            "valid_from": unit.valid_from,
            "valid_until": unit.valid_until,
        }


class MoveForm(forms.Form):
    parent_id = forms.ChoiceField(label=_("Below"))
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)

    def __init__(self, *args: Any, units: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent_id"] = forms.ChoiceField(label=_("Below"), choices=units)


class CloseForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500)


class DisruptionForm(forms.Form):
    text = forms.CharField(label=_("What happened"), max_length=300)
    starts_at = MomentField(label=_("From"))
    ends_at = MomentField(label=_("Until"), required=False, help_text=_("Empty: until somebody ends it."))

    def instants(self, zone: str) -> tuple[datetime, datetime | None]:
        """Wall times of the unit as instants."""
        ends = self.cleaned_data["ends_at"]
        start = clock.instant_of(self.cleaned_data["starts_at"].replace(tzinfo=None), zone)
        return start, clock.instant_of(ends.replace(tzinfo=None), zone) if ends else None
