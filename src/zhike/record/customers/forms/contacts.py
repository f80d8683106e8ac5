"""People at a customer and how to reach them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform.ui.forms import CodeField
from zhike.record.customers.forms import _choices as choices
from zhike.record.customers.types import (
    CHAIN_LABELS,
    CHANNEL_LABELS,
    POINT_LABELS,
    STRENGTH_LABELS,
    ChainRole,
    Channel,
    ContactCard,
    ContactEntry,
    PointEntry,
    PointKind,
)

_PREFERRED = {code: label for code, label in CHANNEL_LABELS.items() if code not in {Channel.NOTE, Channel.SYSTEM}}


class ContactForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    form_of_address = forms.CharField(
        label=_("Form of address"), max_length=60, required=False, help_text=_("As the person is spoken to")
    )
    position = forms.CharField(label=_("Position"), max_length=120, required=False)
    roles = forms.MultipleChoiceField(
        label=_("Places in the decision chain"),
        choices=choices.of(CHAIN_LABELS),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    strength = forms.ChoiceField(
        label=_("Relation"),
        choices=[("", pgettext_lazy("choice", "Not known")), *((str(k), v) for k, v in STRENGTH_LABELS.items())],
        required=False,
    )
    our_staff_id = forms.ChoiceField(label=_("Looked after by"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=choices.LANGUAGES)
    prefers_channel = forms.ChoiceField(label=_("Prefers"), choices=choices.of(_PREFERRED, blank=True), required=False)
    prefers_time = forms.CharField(label=_("Best time"), max_length=80, required=False)
    phone = CodeField(label=_("Phone"), max_length=160, required=False)
    email = CodeField(label=_("Email"), max_length=160, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, staff: choices.Choices, new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [("", pgettext_lazy("choice", "Nobody in particular")), *staff]
        self.fields["our_staff_id"] = forms.ChoiceField(label=_("Looked after by"), choices=offered, required=False)
        if not new:
            del self.fields["phone"], self.fields["email"]

    def entry(self) -> ContactEntry:
        data = self.cleaned_data
        plain = ("name", "form_of_address", "position", "language", "prefers_time")
        return ContactEntry(
            **{name: data[name] for name in plain},
            roles=tuple(ChainRole(role) for role in data["roles"]),
            strength=int(data["strength"]) if data["strength"] else None,
            our_staff_id=int(data["our_staff_id"]) if data["our_staff_id"] else None,
            prefers_channel=Channel(data["prefers_channel"]) if data["prefers_channel"] else None,
        )

    def points(self) -> list[PointEntry]:
        typed = ((PointKind.PHONE, self.cleaned_data["phone"]), (PointKind.EMAIL, self.cleaned_data["email"]))
        return [PointEntry(kind=kind, raw=raw) for kind, raw in typed if raw]

    @staticmethod
    def values_of(card: ContactCard) -> dict[str, Any]:
        plain = ("name", "form_of_address", "position", "language", "prefers_channel", "prefers_time", "version")
        return {
            **{name: getattr(card, name) for name in plain},
            "roles": list(card.roles),
            "strength": str(card.strength or ""),
            "our_staff_id": str(card.our_staff_id or ""),
        }


class PointForm(forms.Form):
    kind = forms.ChoiceField(label=pgettext_lazy("way to reach somebody", "Kind"), choices=choices.of(POINT_LABELS))
    raw = CodeField(label=_("Number or address"), max_length=160)
    shared = forms.BooleanField(label=_("Several people share it"), required=False)

    def entry(self) -> PointEntry:
        data = self.cleaned_data
        return PointEntry(kind=PointKind(data["kind"]), raw=data["raw"], shared=data["shared"])


class SeatForm(forms.Form):
    """A place that is known to exist, before anybody is known to hold it."""

    role = forms.ChoiceField(label=_("Place in the decision chain"), choices=choices.of(CHAIN_LABELS))
    title = forms.CharField(label=_("Title"), max_length=80, required=False)
