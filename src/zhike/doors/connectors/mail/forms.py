"""Setting up a mailbox, and saying whose a mail is."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhike.doors.connectors.mail.types import SECURITY_LABELS, BoxEntry, Candidate
from zhike.platform.messaging.settings import Security
from zhike.platform.ui.forms import WholeField


class BoxForm(forms.Form):
    """How a mailbox is reached, and what its mails become."""

    name = forms.CharField(label=_("Name"), max_length=80)
    address = forms.CharField(label=_("E-mail address"), max_length=254, help_text=_("To which customers write."))
    host = forms.CharField(label=_("Mail server (IMAP)"), max_length=253)
    port = WholeField(label=_("Port"), min_value=1, max_value=65_535, initial=993)
    security = forms.ChoiceField(
        label=_("Protection"), choices=[(one.value, label) for one, label in SECURITY_LABELS.items()]
    )
    user = forms.CharField(label=_("User"), max_length=254)
    password = forms.CharField(
        label=_("Password"),
        max_length=254,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Kept sealed. Empty leaves the one that is there."),
    )
    folder = forms.CharField(label=_("Folder"), max_length=120, initial="INBOX")
    category = forms.ChoiceField(label=_("Category of new cases"))
    authserv_id = forms.CharField(
        label=_("Name of the receiving server in Authentication-Results"),
        max_length=253,
        required=False,
        help_text=_("Whoever forges a sender is then found out. Empty: what the headers say is not believed."),
    )
    acknowledges = forms.BooleanField(label=_("Tell the sender of a new case its number"), required=False, initial=True)
    active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, categories: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(categories)
            field.initial = "other"

    def entry(self) -> BoxEntry:
        data = {**self.cleaned_data, "security": Security(self.cleaned_data["security"])}
        return BoxEntry(**data)


class WhoseForm(forms.Form):
    """Whose mail it is: one of those found, or a customer number."""

    who = forms.ChoiceField(label=_("Whose mail it may be"), required=False, widget=forms.RadioSelect)
    customer_number = forms.CharField(
        label=_("Another customer's number"), max_length=20, required=False, help_text=_("Search with /.")
    )
    reason = forms.CharField(label=_("Why it is dropped"), max_length=300, required=False)

    def __init__(self, *args: Any, candidates: Sequence[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["who"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                (
                    f"{one.number}/{one.contact_id or ''}",
                    " ".join(filter(None, [one.contact_name, one.name, one.number])),
                )
                for one in candidates
            ]
        if not candidates:
            del self.fields["who"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if "deed" in self.data and self.data["deed"] == "drop":
            return data
        if not data.get("who") and not data.get("customer_number"):
            self.add_error("customer_number", _("Choose whose mail it is, or type the customer's number."))
        return data

    def chosen(self) -> tuple[str, int | None]:
        """Customer number, and the person if one was chosen; a typed number comes first."""
        if self.cleaned_data["customer_number"].strip():
            return self.cleaned_data["customer_number"].strip(), None
        number, _slash, contact_id = self.cleaned_data["who"].partition("/")
        return number, int(contact_id) if contact_id else None
