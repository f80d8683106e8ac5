"""Forms of roles and of the authority table."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform import clock
from zhike.platform.ui.forms import CodeField, DayField, DecimalField, WholeField
from zhike.record.organization.types import LimitTerms, Period, RoleReach
from zhike.record.organization.types.labels import PERIOD_LABELS, REACH_LABELS

Choices = list[tuple[str, str]]
LANGUAGE_FIELDS = (("zh-hans", "label_hans"), ("zh-hant", "label_hant"), ("en", "label_en"))


class RoleForm(forms.Form):
    label_hans = forms.CharField(label=_("Name, Simplified Chinese"), max_length=60)
    label_hant = forms.CharField(label=_("Name, Traditional Chinese"), max_length=60)
    label_en = forms.CharField(label=_("Name, English"), max_length=60)
    reach = forms.ChoiceField(label=_("Usual reach"), choices=list(REACH_LABELS.items()))
    rights = forms.MultipleChoiceField(label=_("Rights"), required=False, widget=forms.CheckboxSelectMultiple)
    active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, rights: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rights"] = forms.MultipleChoiceField(
            label=_("Rights"), required=False, choices=rights, widget=forms.CheckboxSelectMultiple
        )

    @property
    def labels(self) -> dict[str, str]:
        return {language: self.cleaned_data[name] for language, name in LANGUAGE_FIELDS}

    @property
    def chosen_reach(self) -> RoleReach:
        return RoleReach(self.cleaned_data["reach"])


class AuthorityForm(forms.Form):
    role = forms.ChoiceField(label=pgettext_lazy("staff", "Role"))
    action = forms.ChoiceField(label=_("May approve"))
    reason = CodeField(label=_("Reason code"), required=False, max_length=60, help_text=_("Empty: any reason."))
    max_amount = DecimalField(label=_("Up to, each time"), required=False, max_digits=18, decimal_places=4, min_value=0)
    currency = CodeField(label=_("Currency"), required=False, max_length=3, initial="CNY")
    period = forms.ChoiceField(
        label=pgettext_lazy("authority limit", "Per"), required=False, choices=[("", "–"), *PERIOD_LABELS.items()]
    )
    max_count = WholeField(label=_("At most so many times"), required=False, min_value=0)
    max_total = DecimalField(label=_("In total at most"), required=False, max_digits=18, decimal_places=4, min_value=0)
    valid_from = DayField(label=_("Valid from"))
    valid_until = DayField(label=_("Valid until the end of"), required=False)
    source = forms.CharField(label=_("Decided by (document, date)"), max_length=300)

    def __init__(self, *args: Any, roles: Choices, gated: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = forms.ChoiceField(label=pgettext_lazy("staff", "Role"), choices=roles)
        self.fields["action"] = forms.ChoiceField(label=_("May approve"), choices=gated)

    def terms(self, zone: str) -> LimitTerms:
        """Days as whole days of this zone."""
        data = self.cleaned_data
        until = data["valid_until"]
        plain = ["role", "action", "reason", "max_amount", "max_count", "max_total", "source"]
        return LimitTerms(
            **{name: data[name] for name in plain},
            currency=data["currency"].upper()
            if data["max_amount"] is not None or data["max_total"] is not None
            else "",
            period=Period(data["period"]) if data["period"] else None,
            valid_from=clock.day_start(data["valid_from"], zone),
            valid_until=clock.day_start(until + timedelta(days=1), zone) if until else None,
        )
