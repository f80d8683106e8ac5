"""Consents, wishes and messages of one person."""

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform import clock
from zhike.platform.ui.forms import MomentField
from zhike.record.contacting.types import (
    CHANNEL_LABELS,
    CONSENT_SOURCE_LABELS,
    EVENT_LABELS,
    PURPOSE_LABELS,
    REFUSABLE,
    SENT_BY_US,
    Ask,
    ConsentEntry,
    ConsentSource,
    ConsentStatus,
    ContactChannel,
    EventKind,
    Purpose,
    Recipient,
    Text,
    WishEntry,
)

_AS_COMPANY = "default"
_NONE = "none"
_BOTH = "email,sms"
# What may be chosen for one event.
_CHOICES = [
    (_AS_COMPANY, pgettext_lazy("wish", "as usual")),
    ("email", CHANNEL_LABELS[ContactChannel.EMAIL]),
    ("sms", CHANNEL_LABELS[ContactChannel.SMS]),
    (_BOTH, pgettext_lazy("wish", "Email and SMS")),
    (_NONE, pgettext_lazy("wish", "not at all")),
]
_LANGUAGES = [("", pgettext_lazy("wish", "as usual")), *settings.LANGUAGES]


class AgreementForm(forms.Form):
    """Somebody has agreed; refusing needs no form."""

    purpose = forms.ChoiceField(
        label=pgettext_lazy("contact", "Purpose"), choices=[(p.value, PURPOSE_LABELS[p]) for p in REFUSABLE]
    )
    channels = forms.MultipleChoiceField(
        label=_("Channels"),
        choices=[(c.value, CHANNEL_LABELS[c]) for c in ContactChannel],
        widget=forms.CheckboxSelectMultiple,
    )
    source = forms.ChoiceField(
        label=_("Where it was given"), choices=[(s.value, CONSENT_SOURCE_LABELS[s]) for s in ConsentSource]
    )
    text_version = forms.CharField(
        label=_("Text that was agreed to"), max_length=80, help_text=_("For example: contract 2026, clause 12")
    )
    evidence = forms.CharField(
        label=_("How it is known"), max_length=500, help_text=_("For example: signed form, call of that day")
    )
    at = MomentField(label=_("When"), required=False, help_text=_("Empty: now."))

    def entries(self, contact_id: int, zone: str) -> list[ConsentEntry]:
        data = self.cleaned_data
        wall: datetime | None = data["at"]
        return [
            ConsentEntry(
                to=Recipient(contact_id=contact_id),
                purpose=Purpose(data["purpose"]),
                channel=ContactChannel(channel),
                status=ConsentStatus.GRANTED,
                source=ConsentSource(data["source"]),
                text_version=data["text_version"],
                evidence=data["evidence"],
                at=clock.instant_of(wall.replace(tzinfo=None), zone) if wall else None,
            )
            for channel in data["channels"]
        ]


class WishForm(forms.Form):
    """For each event the channels, and the language."""

    language = forms.ChoiceField(label=_("Language"), choices=_LANGUAGES, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for event in EventKind:
            self.fields[event.value] = forms.ChoiceField(
                label=str(EVENT_LABELS[event]), choices=_CHOICES, required=False, initial=_AS_COMPANY
            )

    def entry(self) -> WishEntry:
        chosen: dict[str, tuple[str, ...]] = {}
        for event in EventKind:
            said = self.cleaned_data[event.value] or _AS_COMPANY
            if said != _AS_COMPANY:
                chosen[event.value] = () if said == _NONE else tuple(said.split(","))
        return WishEntry(language=self.cleaned_data["language"], events=chosen)

    @staticmethod
    def values_of(wish: WishEntry) -> dict[str, str]:
        found = {"language": wish.language}
        for event in EventKind:
            channels = wish.events.get(event)
            found[event.value] = _AS_COMPANY if channels is None else ",".join(sorted(channels)) or _NONE
        return found


class MessageForm(forms.Form):
    """A message that somebody writes to one person."""

    purpose = forms.ChoiceField(
        label=pgettext_lazy("contact", "Purpose"), choices=[(p.value, PURPOSE_LABELS[p]) for p in Purpose]
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=[(c.value, CHANNEL_LABELS[c]) for c in SENT_BY_US])
    subject = forms.CharField(label=_("Subject"), max_length=200, required=False, help_text=_("For e-mail only."))
    body = forms.CharField(label=_("Text"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 5}))

    def ask(self, contact_id: int) -> Ask:
        data = self.cleaned_data
        return Ask(
            to=Recipient(contact_id=contact_id),
            purpose=Purpose(data["purpose"]),
            channel=ContactChannel(data["channel"]),
            text=Text(body=data["body"].replace("\r\n", "\n"), subject=data["subject"]),
        )
