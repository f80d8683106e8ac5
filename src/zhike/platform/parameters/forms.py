"""What people type to change a parameter."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform.parameters import rules
from zhike.platform.parameters.types import Row
from zhike.platform.ui.forms import CodeField, MomentField

MOST_TEXT = 1000


class ChangeForm(forms.Form):
    """A new value of one parameter; the action reads and checks the value."""

    value = CodeField(label=_("New value"))
    valid_from = MomentField(label=_("Holds from"), required=False, help_text=_("Empty: from now on."))
    reason = forms.CharField(label=_("Reason"), max_length=MOST_TEXT, widget=forms.Textarea(attrs={"rows": 2}))
    source = forms.CharField(
        label=_("Source"), max_length=MOST_TEXT, help_text=_("The law, decision or document that says so.")
    )

    def __init__(self, row: Row, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parameter = row.parameter
        field = self.fields["value"]
        options = parameter.options()
        if parameter.kind is bool:
            yes_no = [("true", _("yes")), ("false", _("no"))]
            field.widget = forms.Select(choices=yes_no)
        elif options:
            field.widget = forms.Select(choices=[(rules.editable(value), label) for value, label in options.items()])
        else:
            field.help_text = _value_help(row)
        field.initial = rules.editable(row.value)


class NoteForm(forms.Form):
    """Why a proposal is refused."""

    note = forms.CharField(label=pgettext_lazy("decision", "Why"), max_length=MOST_TEXT)


def _value_help(row: Row) -> str:
    parameter = row.parameter
    unit = "" if rules.has_own_unit(parameter) else str(parameter.unit)
    return " · ".join(part for part in (unit, *rules.limits(parameter)) if part)
