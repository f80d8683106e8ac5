"""What somebody types to decide about a message."""

from django import forms
from django.utils.translation import gettext_lazy as _

MOST_TEXT = 500


class DecisionForm(forms.Form):
    """How one knows what became of the message; the button says what is decided."""

    reason = forms.CharField(
        label=_("How do you know?"),
        max_length=MOST_TEXT,
        help_text=_("For example: called the customer, found it in the provider's list."),
    )
