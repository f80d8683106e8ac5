"""What somebody chooses for a key."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhike.platform.ui.forms import DayField

Options = Sequence[tuple[str, str | Promise]]


class KeyForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("Which program uses it, for example: warehouse scanner feed.")
    )
    unit = forms.ChoiceField(
        label=_("What it sees"), required=False, help_text=_("The records of this unit and of all units below it.")
    )
    expires_on = DayField(label=_("Last day"), required=False, help_text=_("Empty: until somebody revokes it."))
    rights = forms.MultipleChoiceField(label=_("What it may do"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, rights: Options, units: Options, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, options in (("rights", rights), ("unit", units)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101  # as declared above
            field.choices = list(options)
