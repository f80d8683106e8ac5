"""Enquiries: taking them, and saying why nothing came of one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform.ui.forms import CodeField, DayField
from zhike.record.customers.forms import _choices as choices
from zhike.record.customers.types import (
    CHANNEL_LABELS,
    LOSS_LABELS,
    Channel,
    ContactEntry,
    CustomerEntry,
    EnquiryEntry,
    Loss,
    LossReason,
    PointEntry,
    PointKind,
)

_ASKED = {code: label for code, label in CHANNEL_LABELS.items() if code not in {Channel.NOTE, Channel.SYSTEM}}


class EnquiryForm(forms.Form):
    """For a known customer by its number, or for a new one by its name."""

    subject = forms.CharField(label=_("What is asked"), max_length=200)
    text = forms.CharField(
        label=_("Details"), required=False, widget=forms.Textarea(attrs={"rows": 4}), max_length=10000
    )
    channel = forms.ChoiceField(label=pgettext_lazy("enquiry", "By"), choices=choices.of(_ASKED))
    number = CodeField(label=_("Customer number"), max_length=20, required=False)
    name = forms.CharField(
        label=_("Name of a new customer"), max_length=200, required=False, help_text=_("Opens a prospect file at once.")
    )
    person = forms.CharField(label=_("Contact person"), max_length=120, required=False)
    phone = CodeField(label=_("Phone"), max_length=160, required=False)
    next_contact_on = DayField(label=_("Next contact"), required=False)

    def entry(self) -> EnquiryEntry:
        data = self.cleaned_data
        return EnquiryEntry(
            subject=data["subject"],
            text=data["text"],
            channel=Channel(data["channel"]),
            next_contact_on=data["next_contact_on"],
        )

    def prospect(self) -> CustomerEntry | None:
        return CustomerEntry(name=self.cleaned_data["name"]) if self.cleaned_data["name"] else None

    def somebody(self) -> ContactEntry | None:
        return ContactEntry(name=self.cleaned_data["person"]) if self.cleaned_data["person"] else None

    def points(self) -> list[PointEntry]:
        phone = self.cleaned_data["phone"]
        return [PointEntry(kind=PointKind.PHONE, raw=phone)] if phone else []


class LossForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=choices.of(LOSS_LABELS))
    note = forms.CharField(label=_("In their words"), max_length=300, required=False)
    next_contact_on = DayField(label=_("Ask again on"))

    def loss(self) -> Loss:
        data: dict[str, Any] = self.cleaned_data
        return Loss(reason=LossReason(data["reason"]), note=data["note"], next_contact_on=data["next_contact_on"])
