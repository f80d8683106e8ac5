"""What somebody types to find a shipment."""

from django import forms
from django.utils.translation import gettext_lazy as _

from zhike.platform.ui.forms import CodeField


class TrackForm(forms.Form):
    waybill = CodeField(label=_("Waybill number"), max_length=60)
    ending = CodeField(
        label=_("Last four digits of the sender's or recipient's phone"),
        max_length=4,
        required=False,
        help_text=_("Without them you see the state; with them also the courier and the outlet."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class EndingForm(forms.Form):
    """The second key alone, on the page of a waybill."""

    waybill = forms.CharField(max_length=60, widget=forms.HiddenInput)
    ending = CodeField(
        label=_("Last four digits of the sender's or recipient's phone"),
        max_length=4,
        min_length=4,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
