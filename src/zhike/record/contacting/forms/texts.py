"""Templates as they are written."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform.ui.forms import CodeField
from zhike.record.contacting.rules.texts import MAX_SUBJECT
from zhike.record.contacting.types import (
    CHANNEL_LABELS,
    LANGUAGES,
    PURPOSE_LABELS,
    SENT_BY_US,
    ContactChannel,
    Purpose,
    TemplateEntry,
    TemplateView,
    Wording,
)

_NAMES = dict(settings.LANGUAGES)


class TemplateForm(forms.Form):
    """Labels and texts in three languages; purpose and channel are fixed once the template exists."""

    code = CodeField(
        label=_("Code"), max_length=80, help_text=_("Small letters, digits, _ and dots, e.g. care.new_year")
    )
    purpose = forms.ChoiceField(
        label=pgettext_lazy("contact", "Purpose"), choices=[(p.value, PURPOSE_LABELS[p]) for p in Purpose]
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=[(c.value, CHANNEL_LABELS[c]) for c in SENT_BY_US])

    def __init__(self, *args: Any, view: TemplateView | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.view = view
        if view is not None:
            for name in ("code", "purpose", "channel"):
                del self.fields[name]
        for language in LANGUAGES:
            self._add(language, subject=view is None or view.channel is ContactChannel.EMAIL)

    def _add(self, language: str, *, subject: bool) -> None:
        attributes = {"lang": language}
        self.fields[f"label_{language}"] = forms.CharField(
            label=_("Label (%(language)s)") % {"language": _NAMES[language]}, max_length=80, required=False
        )
        if subject:
            self.fields[f"subject_{language}"] = forms.CharField(
                label=_("Subject (%(language)s)") % {"language": _NAMES[language]},
                max_length=MAX_SUBJECT,
                required=False,
                widget=forms.TextInput(attrs=attributes),
            )
        self.fields[f"body_{language}"] = forms.CharField(
            label=_("Text (%(language)s)") % {"language": _NAMES[language]},
            max_length=20_000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 4, **attributes}),
        )

    def entry(self) -> TemplateEntry:
        data = self.cleaned_data
        view = self.view
        return TemplateEntry(
            code=view.code if view else data["code"],
            labels={language: data[f"label_{language}"] for language in LANGUAGES},
            purpose=view.purpose if view else Purpose(data["purpose"]),
            channel=view.channel if view else ContactChannel(data["channel"]),
            texts=self.texts(),
        )

    def texts(self) -> dict[str, Wording]:
        data = self.cleaned_data
        return {
            language: Wording(body=data[f"body_{language}"], subject=data.get(f"subject_{language}", ""))
            for language in LANGUAGES
        }

    @staticmethod
    def values_of(view: TemplateView) -> Mapping[str, str]:
        """The draft where there is one, else what is in use."""
        texts = view.draft or view.texts
        found = {}
        for language in LANGUAGES:
            wording = texts.get(language, Wording(body=""))
            found[f"label_{language}"] = view.labels.get(language, "")
            found[f"subject_{language}"], found[f"body_{language}"] = wording.subject, wording.body
        return found
