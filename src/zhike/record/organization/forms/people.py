"""Forms of people, their roles and the own profile."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform.accounts.types import Theme
from zhike.platform.ui.forms import CodeField, DayField
from zhike.record.organization.forms.units import lines
from zhike.record.organization.models import Staff
from zhike.record.organization.types import Duty, RoleReach, StaffEntry
from zhike.record.organization.types.labels import DUTY_LABELS, REACH_LABELS

Choices = list[tuple[str, str]]
THEME_LABELS = {
    Theme.AUTO.value: _("As the device"),
    Theme.LIGHT.value: _("Light"),
    Theme.DARK.value: _("Dark"),
}
LEVELS = [("", "–"), *((str(level), str(level)) for level in range(1, 6))]


class StaffForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=120)
    number = CodeField(label=_("Staff number"), max_length=40)
    unit_id = forms.ChoiceField(label=_("Unit"))
    form_of_address = forms.CharField(label=_("Form of address"), required=False, max_length=60)
    rank = forms.CharField(label=_("Rank"), required=False, max_length=60)
    phones = CodeField(
        label=_("Phones"),
        required=False,
        max_length=200,
        help_text=_("Several are separated by commas; the first one is shown."),
    )
    email = CodeField(label=_("E-mail"), required=False, max_length=254)
    is_courier = forms.BooleanField(label=_("Courier"), required=False)
    employed_from = DayField(label=_("Employed from"), required=False)
    employed_until = DayField(label=_("Employed until"), required=False)

    def __init__(self, *args: Any, units: Choices, skills: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit_id"] = forms.ChoiceField(label=_("Unit"), choices=units)
        self.skills = skills
        for code, label in skills:
            self.fields[f"skill_{code}"] = forms.ChoiceField(label=label, choices=LEVELS, required=False)

    def entry(self) -> StaffEntry:
        data = self.cleaned_data
        plain = ["name", "number", "form_of_address", "rank", "email", "is_courier", "employed_from", "employed_until"]
        levels = {code: data[f"skill_{code}"] for code, _label in self.skills}
        return StaffEntry(
            **{name: data[name] for name in plain},
            unit_id=int(data["unit_id"]),
            phones=lines(data["phones"]),
            skills={code: int(level) for code, level in levels.items() if level},
        )

    @staticmethod
    def values_of(staff: Staff, levels: dict[str, int]) -> dict[str, Any]:
        plain = [
            "name",
            "number",
            "unit_id",
            "form_of_address",
            "rank",
            "email",
            "is_courier",
            "employed_from",
            "employed_until",
        ]
        skills = {f"skill_{code}": str(level) for code, level in levels.items()}
        return {**{name: getattr(staff, name) for name in plain}, **skills, "phones": ", ".join(staff.phones)}


class CourierForm(forms.Form):
    phones = CodeField(
        label=_("Phones"),
        required=False,
        max_length=200,
        help_text=_("Several are separated by commas; the first one is shown."),
    )
    duty = forms.ChoiceField(label=pgettext_lazy("staff", "Duty"), choices=list(DUTY_LABELS.items()))

    @property
    def numbers(self) -> tuple[str, ...]:
        return lines(self.cleaned_data["phones"])

    @property
    def chosen_duty(self) -> Duty:
        return Duty(self.cleaned_data["duty"])


class AccountForm(forms.Form):
    username = CodeField(label=_("User name"), max_length=60)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class GiveRoleForm(forms.Form):
    role = forms.ChoiceField(label=pgettext_lazy("staff", "Role"))
    reach = forms.ChoiceField(
        label=_("Reaches"), required=False, choices=[("", _("as usual for the role")), *REACH_LABELS.items()]
    )
    unit_id = forms.ChoiceField(
        label=_("Unit"), required=False, help_text=_("Only for a reach over a unit; empty: the person's own.")
    )
    valid_from = DayField(label=_("From"), required=False, help_text=_("Empty: now."))
    valid_until = DayField(label=_("Until the end of"), required=False)

    def __init__(self, *args: Any, roles: Choices, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = forms.ChoiceField(label=pgettext_lazy("staff", "Role"), choices=roles)
        self.fields["unit_id"] = forms.ChoiceField(
            label=_("Unit"),
            required=False,
            choices=[("", "–"), *units],
            help_text=_("Only for a reach over a unit; empty: the person's own."),
        )

    @property
    def chosen_reach(self) -> RoleReach | None:
        return RoleReach(self.cleaned_data["reach"]) if self.cleaned_data["reach"] else None


class HandOverForm(forms.Form):
    """One kind of things goes to one colleague; ticked items alone, or all."""

    kind = forms.CharField(widget=forms.HiddenInput)
    to_staff_id = forms.ChoiceField(label=_("Hand over to"))
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)

    def __init__(self, *args: Any, colleagues: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_staff_id"] = forms.ChoiceField(label=_("Hand over to"), choices=[("", "–"), *colleagues])


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500)


class ProfileForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    theme = forms.ChoiceField(label=_("Appearance"), choices=list(THEME_LABELS.items()))
    keyboard_shortcuts = forms.BooleanField(label=_("Single-key shortcuts"), required=False)
    duty = forms.ChoiceField(label=pgettext_lazy("staff", "Duty"), choices=list(DUTY_LABELS.items()))

    @property
    def chosen_duty(self) -> Duty:
        return Duty(self.cleaned_data["duty"])
