"""Forms of the reception; the actions decide."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.record.customers.types import CHANNEL_LABELS, Channel
from zhike.service.cases.types import KIND_LABELS, CaseKind
from zhike.service.reception.types import CANONICAL, Profile

Choices = Sequence[tuple[str, Any]]
AT_THE_COUNTER = (Channel.COUNTER, Channel.CHAT, Channel.WEB)
_PAIR = re.compile(r"^\s*(?P<word>.+?)\s*=\s*(?P<means>\S+)\s*$")


def _fill(form: forms.Form, name: str, choices: Choices) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = list(choices)


class NoteForm(forms.Form):
    """What was said on the telephone."""

    note = forms.CharField(
        label=_("What was said"), required=False, max_length=4000, widget=forms.Textarea({"rows": 5})
    )


class TakeOutForm(forms.Form):
    """Why a call does not belong into a case."""

    reason = forms.CharField(label=_("Why it does not belong there"), max_length=300)


class MatterForm(forms.Form):
    """A call that becomes a case."""

    kind = forms.ChoiceField(
        label=_("Kind of case"),
        choices=[(str(code), word) for code, word in KIND_LABELS.items()],
        initial=CaseKind.ENQUIRY.value,
    )
    category = forms.ChoiceField(label=_("Category"))
    subject = forms.CharField(label=_("In one line"), max_length=200)
    text = forms.CharField(
        label=_("What was said"), required=False, max_length=20_000, widget=forms.Textarea({"rows": 5})
    )
    separate = forms.BooleanField(label=_("Another matter, although a case on the same one is open"), required=False)

    def __init__(self, *args: Any, categories: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _fill(self, "category", categories)


class EnquiryForm(forms.Form):
    """Somebody waits at the counter, in a chat or on the web site."""

    channel = forms.ChoiceField(
        label=_("Channel"), choices=[(code.value, CHANNEL_LABELS[code]) for code in AT_THE_COUNTER]
    )
    unit = forms.ChoiceField(label=_("Unit"))
    name = forms.CharField(label=_("Who waits"), required=False, max_length=120)
    phone = forms.CharField(label=pgettext_lazy("field", "Telephone"), required=False, max_length=40)
    text = forms.CharField(
        label=_("What is asked"), required=False, max_length=4000, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, *args: Any, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _fill(self, "unit", units)


class AnswerForm(forms.Form):
    """The first answer."""

    answer = forms.CharField(label=_("What you told them"), max_length=4000, widget=forms.Textarea({"rows": 4}))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why nobody answered"), max_length=200)


class ExtensionForm(forms.Form):
    """A telephone and whose it is."""

    number = forms.CharField(label=_("Extension"), max_length=20)
    person = forms.ChoiceField(label=_("Whose it is"))

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _fill(self, "person", people)


def _lines(pairs: Mapping[str, str]) -> str:
    return "\n".join(f"{word} = {means}" for word, means in pairs.items())


class PhoneSystemForm(forms.Form):
    """A telephone system, and how its payload reads: one line a field or word."""

    code = forms.SlugField(label=_("Code in its address"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=80)
    unit = forms.ChoiceField(label=_("Unit whose calls wait where the extension is unknown"))
    fields_text = forms.CharField(
        label=_("Where each field stands"),
        widget=forms.Textarea({"rows": 8, "spellcheck": "false"}),
        help_text=_("One line a field: our field = its path in the payload, as in “caller = data.from.number”."),
    )
    events_text = forms.CharField(
        label=_("What its events mean"),
        required=False,
        widget=forms.Textarea({"rows": 7, "spellcheck": "false"}),
        help_text=_("One line an event: its word = ringing, answered, held, transferred, ended or missed."),
    )
    directions_text = forms.CharField(
        label=_("What its directions mean"),
        required=False,
        widget=forms.Textarea({"rows": 2, "spellcheck": "false"}),
        help_text=_("One line a direction: its word = in or out. What is not named counts as incoming."),
    )
    zone = forms.CharField(label=_("Time zone of times without offset"), max_length=64)
    active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _fill(self, "unit", units)

    @staticmethod
    def texts(profile: Profile) -> dict[str, str]:
        """A profile as people read it."""
        return {
            "fields_text": _lines({name: profile.fields.get(name, "") for name in CANONICAL}),
            "events_text": _lines(profile.events),
            "directions_text": _lines(profile.directions),
            "zone": profile.zone,
        }

    def profile(self) -> Profile:
        data = self.cleaned_data
        return Profile(
            fields=data["fields_text"],
            events=data["events_text"],
            directions=data["directions_text"],
            zone=data["zone"].strip(),
        )

    def _pairs(self, name: str, *, may_be_empty: bool = False) -> dict[str, str]:
        found: dict[str, str] = {}
        for number, line in enumerate(self.cleaned_data[name].splitlines(), start=1):
            text = line.strip()
            if not text or (may_be_empty and text.endswith("=")):
                continue
            pair = _PAIR.match(text)
            if pair is None:
                raise forms.ValidationError(
                    _("Line %(number)s reads “%(text)s”; write “word = meaning”."),
                    params={"number": number, "text": text[:60]},
                )
            found[pair["word"]] = pair["means"]
        return found

    def clean_fields_text(self) -> dict[str, str]:
        return self._pairs("fields_text", may_be_empty=True)

    def clean_events_text(self) -> dict[str, str]:
        return self._pairs("events_text")

    def clean_directions_text(self) -> dict[str, str]:
        return self._pairs("directions_text")
