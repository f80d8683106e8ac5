"""A change of targets as somebody proposes it, and the question which one holds."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform import clock
from zhike.platform.ui.forms import CodeField, DayField, DecimalField
from zhike.record.agreements.types import MEASURE_LABELS, Measure, TargetEntry

Choices = Sequence[tuple[str, Any]]
OPEN, EVERY = "open", "every"
_MOST_HOURS: Final = 8784


class EndTargetForm(forms.Form):
    """From when on, why, and by whose decision."""

    valid_from = DayField(
        label=_("From which day"), required=False, help_text=_("Empty or today: from the approval on.")
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("Every ledger of a clock that moves keeps it.")
    )
    source = forms.CharField(
        label=pgettext_lazy("standard", "Source"),
        max_length=300,
        help_text=_("The decision, contract or law behind it"),
    )

    def since(self, now: datetime, zone: str) -> datetime | None:
        """The first instant of the day chosen; None for today."""
        day = self.cleaned_data["valid_from"]
        return clock.day_start(day, zone) if day and day != clock.local_date(now, zone) else None


class TargetForm(EndTargetForm):
    """A target: which clock, for whom, how long."""

    field_order = ("measure", "category", "customer_class", "hours", "counted", "calendar")
    measure = forms.ChoiceField(
        label=_("Clock"), choices=[(str(code), label) for code, label in MEASURE_LABELS.items()]
    )
    category = forms.ChoiceField(label=_("Category"), required=False)
    customer_class = CodeField(
        label=_("Class of the customer"),
        max_length=4,
        required=False,
        help_text=_("A letter such as A; empty: every class."),
    )
    hours = DecimalField(
        label=pgettext_lazy("target", "Hours"), min_value=0, max_value=_MOST_HOURS, max_digits=8, decimal_places=4
    )
    counted = forms.ChoiceField(
        label=_("Counted in"),
        choices=[(OPEN, _("working hours")), (EVERY, _("hours of the clock, day and night"))],
    )
    calendar = forms.ChoiceField(
        label=_("Calendar"), required=False, help_text=_("Only where it is not that of the unit at work.")
    )

    def __init__(self, *args: Any, categories: Choices, calendars: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [("", pgettext_lazy("target", "every category")), *categories]  # type: ignore[attr-defined]
        self.fields["calendar"].choices = [  # type: ignore[attr-defined]
            ("", pgettext_lazy("calendar of a target", "that of the unit at work, else the company's")),
            *calendars,
        ]

    def entry(self, now: datetime, zone: str) -> TargetEntry:
        data = self.cleaned_data
        return TargetEntry(
            measure=Measure(data["measure"]),
            budget=timedelta(hours=float(data["hours"])),
            category=data["category"],
            customer_class=data["customer_class"].upper(),
            calendar_id=int(data["calendar"]) if data["calendar"] else None,
            every_hour=data["counted"] == EVERY,
            valid_from=self.since(now, zone),
            reason=data["reason"],
            source=data["source"],
        )


class NoteForm(forms.Form):
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class RefusalForm(forms.Form):
    note = forms.CharField(label=_("Why it is refused"), max_length=300)


class WhichForm(forms.Form):
    """A matter in the abstract, or one of a customer."""

    category = forms.ChoiceField(label=_("Category"))
    customer_class = CodeField(label=_("Class of the customer"), max_length=4, required=False)
    customer = CodeField(label=_("Customer's number"), max_length=20, required=False)

    def __init__(self, *args: Any, categories: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = list(categories)  # type: ignore[attr-defined]

    def clean_customer_class(self) -> str:
        return str(self.cleaned_data["customer_class"]).upper()

    def clean_customer(self) -> str:
        return str(self.cleaned_data["customer"]).upper()
