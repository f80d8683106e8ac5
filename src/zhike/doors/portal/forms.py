"""What somebody types to find a shipment."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform.ui.forms import CodeField
from zhike.record.contacting.types import (
    CHANNEL_LABELS,
    EVENT_LABELS,
    REFUSABLE,
    ConsentStatus,
    ContactChannel,
    EventKind,
    Purpose,
    WishEntry,
)
from zhike.service.cases.types.web import ANSWER_BY_LABELS, WebChoices


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


class ManyFiles(forms.ClearableFileInput):
    """Several pictures at once; what was sent is read from the request, so that an error loses none."""

    allow_multiple_selected = True


_PHOTOS = ManyFiles(attrs={"accept": "image/jpeg,image/png,image/webp", "multiple": True})


class MatterForm(forms.Form):
    """A complaint, question, request, suggestion or praise. What is required is checked by the room as well."""

    kind = forms.ChoiceField(
        label=_("What do you want from us?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose what you want from us.")},
    )
    category = forms.ChoiceField(
        label=_("What is it about?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose what it is about.")},
    )
    text = forms.CharField(
        label=_("What happened?"),
        max_length=5000,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": _("Please write what happened.")},
    )
    waybill = CodeField(label=_("Waybill number, if there is one"), max_length=60, required=False)
    photos = forms.Field(label=_("Photos, if you have any"), required=False, widget=_PHOTOS)
    name = forms.CharField(
        label=_("Your name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Please write your name.")},
    )
    answer_by = forms.ChoiceField(
        label=_("How shall we answer?"),
        choices=list(ANSWER_BY_LABELS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose how we shall answer.")},
    )
    phone = CodeField(
        label=_("Phone"),
        max_length=40,
        required=False,
        help_text=_("Needed where we answer by SMS or call."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        help_text=_("Needed where we answer by e-mail."),
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "email"}),
    )
    once = forms.CharField(max_length=64, widget=forms.HiddenInput)
    proof = forms.CharField(max_length=400, required=False, widget=forms.HiddenInput)
    # Nobody sees it; who fills it in is a machine.
    website = forms.CharField(
        label=_("Leave this empty"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, choices: WebChoices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, given in (("kind", choices.kinds), ("category", choices.topics)):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = list(given)

    def clean_website(self) -> str:
        if self.cleaned_data.get("website"):
            raise forms.ValidationError(_("Leave this field empty, or call us: machines fill it in."))
        return ""


_LOST = _("Please send it once more: the form had lost its mark.")


class WordForm(forms.Form):
    """What the holder of a case's link says."""

    text = forms.CharField(label=_("Your message"), max_length=5000, required=False, widget=forms.Textarea({"rows": 4}))
    photos = forms.Field(label=_("Photos, if you have any"), required=False, widget=_PHOTOS)
    # What makes two sendings of one form the same.
    once = forms.RegexField(
        r"^[0-9a-f]{32}$",
        widget=forms.HiddenInput,
        error_messages={"required": _LOST, "invalid": _LOST},
    )


class CaseKeyForm(forms.Form):
    """A case's number and the second key."""

    number = CodeField(label=_("Case number"), max_length=20)
    key = CodeField(
        label=_("Last four digits of your phone, or your e-mail address"),
        max_length=254,
        help_text=_("As you gave it to us when you wrote."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


_USUAL, _NONE = "default", "none"
_CHANNELS = [
    (_USUAL, pgettext_lazy("wish", "as usual")),
    ("email", CHANNEL_LABELS[ContactChannel.EMAIL]),
    ("sms", CHANNEL_LABELS[ContactChannel.SMS]),
    ("email,sms", pgettext_lazy("wish", "Email and SMS")),
    (_NONE, pgettext_lazy("wish", "not at all")),
]
_QUESTIONS = {
    Purpose.SERVICE_SURVEY: _("You may ask me how a delivery went"),
    Purpose.RELATIONSHIP: _("You may ask how I am getting on with you"),
    Purpose.MARKETING: _("You may send me offers and news"),
}


class WishesForm(forms.Form):
    """What somebody wants to get from us; each answer stands for itself."""

    language = forms.ChoiceField(
        label=_("Language"), choices=[("", pgettext_lazy("wish", "as usual")), *settings.LANGUAGES], required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for purpose in REFUSABLE:
            self.fields[purpose.value] = forms.BooleanField(label=_QUESTIONS[purpose], required=False)
        for event in EventKind:
            self.fields[event.value] = forms.ChoiceField(
                label=str(EVENT_LABELS[event]), choices=_CHANNELS, required=False, initial=_USUAL
            )

    def refused(self) -> dict[Purpose, bool]:
        return {purpose: not self.cleaned_data[purpose.value] for purpose in REFUSABLE}

    def wish(self) -> WishEntry:
        chosen: dict[str, tuple[str, ...]] = {}
        for event in EventKind:
            said = self.cleaned_data[event.value] or _USUAL
            if said != _USUAL:
                chosen[event.value] = () if said == _NONE else tuple(said.split(","))
        return WishEntry(language=self.cleaned_data["language"], events=chosen)

    @staticmethod
    def values_of(wish: WishEntry, consents: dict[tuple[Purpose, ContactChannel], ConsentStatus]) -> dict[str, Any]:
        """As it is now: offers only where agreed, everything else unless refused in every channel."""
        found: dict[str, Any] = {"language": wish.language}
        for purpose in REFUSABLE:
            held = [consents.get((purpose, channel)) for channel in ContactChannel]
            if purpose is Purpose.MARKETING:
                found[purpose.value] = ConsentStatus.GRANTED in held
            else:
                found[purpose.value] = any(one is not ConsentStatus.WITHDRAWN for one in held)
        for event in EventKind:
            channels = wish.events.get(event)
            found[event.value] = _USUAL if channels is None else ",".join(sorted(channels)) or _NONE
        return found

    def questions(self) -> list[forms.BoundField]:
        return [self[purpose.value] for purpose in REFUSABLE]

    def notices(self) -> list[forms.BoundField]:
        return [self[event.value] for event in EventKind]
