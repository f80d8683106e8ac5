"""The file itself: what is written in it, who is responsible, where it stands."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform.ui.forms import CodeField
from zhike.record.customers.forms import _choices as choices
from zhike.record.customers.types import (
    INDUSTRY_LABELS,
    KIND_LABELS,
    LEGAL_FORM_LABELS,
    SOURCE_LABELS,
    STAGE_LABELS,
    CustomerEntry,
    CustomerKind,
    Industry,
    LegalForm,
    Source,
    Stage,
)


class CustomerForm(forms.Form):
    """`version` is the one that was read, so that a later one is noticed."""

    name = forms.CharField(label=_("Name"), max_length=200)
    owner = forms.ChoiceField(
        label=_("Responsible person"),
        help_text=_("Exactly one; the earlier ones stay on record."),
        error_messages={"required": _("Choose the one person who is responsible for this customer.")},
    )
    kind = forms.ChoiceField(label=pgettext_lazy("customer", "Kind"), choices=choices.of(KIND_LABELS))
    phone = CodeField(label=_("Phone"), max_length=160, required=False)
    registration_no = CodeField(label=_("Registration number"), max_length=40, required=False)
    legal_form = forms.ChoiceField(label=_("Legal form"), choices=choices.of(LEGAL_FORM_LABELS), required=False)
    industry = forms.ChoiceField(label=_("Industry"), choices=choices.of(INDUSTRY_LABELS), required=False)
    source = forms.ChoiceField(label=_("How we met"), choices=choices.of(SOURCE_LABELS), required=False)
    city = forms.CharField(label=_("City"), max_length=80, required=False)
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    region_code = CodeField(label=_("Region code"), max_length=12, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=choices.LANGUAGES)
    zone = CodeField(
        label=_("Time zone"),
        max_length=64,
        required=False,
        help_text=_("Empty: that of the responsible person's unit."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, owners: choices.Choices | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if owners is None:
            # Changing hands is a deed of its own, with a reason; so is a number.
            del self.fields["owner"], self.fields["phone"]
        else:
            offered = [("", pgettext_lazy("choice", "Choose …")), *owners]
            old = self.fields["owner"]
            self.fields["owner"] = forms.ChoiceField(
                label=old.label, help_text=old.help_text, choices=offered, error_messages=old.error_messages
            )

    def entry(self) -> CustomerEntry:
        data = self.cleaned_data
        plain = ("name", "registration_no", "region_code", "city", "address", "language", "zone")
        return CustomerEntry(
            **{name: data[name] for name in plain},
            kind=CustomerKind(data["kind"]),
            legal_form=LegalForm(data["legal_form"]),
            industry=Industry(data["industry"]),
            source=Source(data["source"]),
        )

    @staticmethod
    def values_of(entry: CustomerEntry, version: int) -> dict[str, Any]:
        return {**asdict(entry), "version": version}


class OwnerForm(forms.Form):
    to_staff_id = forms.ChoiceField(label=_("New responsible person"))
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def __init__(self, *args: Any, owners: choices.Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_staff_id"] = forms.ChoiceField(label=_("New responsible person"), choices=owners)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class StageForm(forms.Form):
    stage = forms.ChoiceField(
        label=pgettext_lazy("customer", "Stage"),
        choices=[(s.value, STAGE_LABELS[s]) for s in (Stage.DORMANT, Stage.LOST)],
    )
    reason = forms.CharField(label=_("What the customer told us"), max_length=200)


class GroupForm(forms.Form):
    parent = CodeField(
        label=_("Belongs to"), max_length=20, required=False, help_text=_("Customer number; empty takes it out.")
    )


class MergeForm(forms.Form):
    into = CodeField(label=_("Number of the file that stays"), max_length=20)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
