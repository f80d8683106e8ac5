"""Erasing a person: finding who is meant, and saying why."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from zhike.record.customers.actions.erasure import LONGEST_REASON
from zhike.record.customers.types import BASIS_LABELS, ErasureBasis


class FindForm(forms.Form):
    text = forms.CharField(
        label=_("Name, telephone number or e-mail address"),
        max_length=120,
        help_text=_(
            "Somebody without a file is found by the whole telephone number or e-mail address: consignees, people who"
            " wrote on the web or by mail."
        ),
    )


class EraseForm(forms.Form):
    """`contacts`, `number` and `key` were settled on the steps before."""

    basis = forms.ChoiceField(label=_("Legal basis"), choices=[(str(b), label) for b, label in BASIS_LABELS.items()])
    reason = forms.CharField(
        label=_("Who asked, and how"),
        max_length=LONGEST_REASON,
        help_text=_("Stays on the certificate: give the date and number of the request, not the person's name."),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    def given(self) -> tuple[ErasureBasis, str, UUID]:
        data = self.cleaned_data
        return ErasureBasis(data["basis"]), data["reason"], data["key"]


class RefuseForm(forms.Form):
    answer = forms.CharField(
        label=_("Why not"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The person may be told: for example which law wants the data to be kept, and until when."),
    )
