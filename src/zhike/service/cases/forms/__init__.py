"""Forms of what is done with a case; the actions decide."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhike.platform.ui.forms import DecimalField, MomentField, WholeField
from zhike.record.customers.types import CHANNEL_LABELS, Channel
from zhike.service.cases.types import (
    ENDING_LABELS,
    KIND_LABELS,
    PARTY_LABELS,
    PAUSES,
    REMEDY_LABELS,
    SEVERITY_LABELS,
    STATE_LABELS,
    WITH_UNIT,
    CaseKind,
    Ending,
    Severity,
)

Choices = Sequence[tuple[str, Any]]
# How a contact comes in, and how we answer.
IN_CHANNELS = tuple(c for c in Channel if c not in {Channel.NOTE, Channel.SYSTEM})
# Which choice of the party makes the unit necessary; the page marks it while it stands.
NEEDED_UNIT = {"data-zk-needed-when": " ".join(["party", *sorted(one.value for one in WITH_UNIT)])}
NOTHING: tuple[str, str] = ("", "–")


def _labels(known: Any, codes: Any = None) -> list[tuple[str, Any]]:  # noqa: ANN401 - a table of labels
    return [(str(code), known[code]) for code in (codes or known)]


class CaseForm(forms.Form):
    """A contact that becomes a case, or joins one."""

    kind = forms.ChoiceField(label=_("Kind of case"), choices=_labels(KIND_LABELS), initial=CaseKind.ENQUIRY.value)
    category = forms.ChoiceField(label=_("Category"))
    channel = forms.ChoiceField(label=_("Channel"), choices=_labels(CHANNEL_LABELS, IN_CHANNELS))
    waybill = forms.CharField(label=_("Waybill"), required=False, max_length=60)
    contact = forms.ChoiceField(label=_("Who spoke"), required=False)
    subject = forms.CharField(label=_("In one line"), max_length=200)
    text = forms.CharField(
        label=_("What was said"), required=False, max_length=20_000, widget=forms.Textarea({"rows": 5})
    )
    severity = forms.ChoiceField(
        label=_("Severity"), choices=_labels(SEVERITY_LABELS), initial=Severity.NORMAL.value, required=False
    )
    separate = forms.BooleanField(label=_("Another matter, although a case on the same one is open"), required=False)

    def __init__(self, *args: Any, categories: Choices, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "category", categories)
        _choices(self, "contact", [NOTHING, *people])


class CodingForm(forms.Form):
    """Why it happened and who answers for it."""

    cause = forms.ChoiceField(label=_("Cause"))
    party = forms.ChoiceField(label=_("Responsible"), choices=_labels(PARTY_LABELS))
    unit = forms.ChoiceField(label=_("Unit"), required=False, widget=forms.Select(NEEDED_UNIT))
    route = forms.CharField(label=_("Product or route"), required=False, max_length=80)

    def __init__(self, *args: Any, causes: Choices, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "cause", [NOTHING, *causes])
        _choices(self, "unit", [NOTHING, *units])


class ReplyForm(forms.Form):
    """What the customer reads or has heard. An answer to a case without a cause asks for it (`coded` says it has)."""

    channel = forms.ChoiceField(label=_("Channel"), choices=_labels(CHANNEL_LABELS, IN_CHANNELS))
    body = forms.CharField(label=_("To the customer"), max_length=20_000, widget=forms.Textarea({"rows": 4}))
    answer = forms.BooleanField(label=_("This answers the matter"), required=False)
    cause = forms.ChoiceField(label=_("Cause"), required=False)
    party = forms.ChoiceField(label=_("Responsible"), choices=[NOTHING, *_labels(PARTY_LABELS)], required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False, widget=forms.Select(NEEDED_UNIT))
    nonce = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    # Whom the page named when it was written; somebody else may have spoken since.
    to = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        causes: Choices,
        units: Choices,
        coded: bool = True,
        to: str = "",
        name: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.coded, self.goes_to, self.goes_to_name = coded, to, name
        _choices(self, "cause", [NOTHING, *causes])
        _choices(self, "unit", [NOTHING, *units])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("to") and data["to"] != self.goes_to:
            said = _("%(name)s has spoken since this was written: it would go to them. Read it again, then send it.")
            self.add_error(None, said % {"name": self.goes_to_name})
        if not data.get("answer") or self.coded:
            return data
        if not data.get("cause") and "cause" not in self.errors:
            self.add_error("cause", _("An answer is kept with its cause. Choose it and send again."))
        if not data.get("party") and "party" not in self.errors:
            self.add_error("party", _("An answer is kept with who is responsible. Choose it and send again."))
        if data.get("party") in WITH_UNIT and not data.get("unit") and "unit" not in self.errors:
            self.add_error("unit", _("Choose the unit."))
        return data


class SpokenForm(forms.Form):
    """What somebody has said again, by a channel that does not write itself; a complaint may raise a lesser case."""

    channel = forms.ChoiceField(label=_("Channel"), choices=_labels(CHANNEL_LABELS, IN_CHANNELS))
    contact = forms.ChoiceField(label=_("Who spoke"), required=False)
    body = forms.CharField(label=_("What the customer said"), max_length=20_000, widget=forms.Textarea({"rows": 4}))
    complains = forms.BooleanField(
        label=_("It is a complaint: the case becomes one, with the deadline of the law"), required=False
    )
    category = forms.ChoiceField(label=_("Category of the complaint"), required=False)

    def __init__(
        self, *args: Any, people: Choices, categories: Choices, is_complaint: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "contact", [NOTHING, *people])
        _choices(self, "category", [NOTHING, *categories])
        if is_complaint:
            del self.fields["complains"], self.fields["category"]


class TextForm(forms.Form):
    """One text: a note, a reason, a reply."""

    text = forms.CharField(label=_("Text"), max_length=20_000, widget=forms.Textarea({"rows": 4}))

    def __init__(self, *args: Any, label: Any, required: bool = True, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label
        self.fields["text"].required = required


class TaskForm(forms.Form):
    """What we ask of a department."""

    unit = forms.ChoiceField(label=_("Department or outlet"))
    title = forms.CharField(label=_("What we need"), max_length=200)
    text = forms.CharField(
        label=_("What they should know"), required=False, max_length=20_000, widget=forms.Textarea({"rows": 3})
    )
    within = WholeField(
        label=_("Hours to reply"),
        required=False,
        min_value=1,
        max_value=400,
        help_text=_("Of their own opening hours; empty takes the standard of the category."),
    )

    def __init__(self, *args: Any, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "unit", [NOTHING, *units])


class WaitForm(forms.Form):
    """For whom the case waits; clocks pause meanwhile."""

    state = forms.ChoiceField(label=_("Waits for"), choices=[(s.value, STATE_LABELS[s]) for s in PAUSES])
    reason = forms.CharField(label=_("What is awaited"), max_length=300)


class PersonForm(forms.Form):
    """Somebody and why: a new owner, or whom to ask."""

    person = forms.ChoiceField(label=_("Who"))
    reason = forms.CharField(label=_("Why"), max_length=300)

    def __init__(self, *args: Any, people: Choices, label: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        _choices(self, "person", [NOTHING, *people])
        self.fields["person"].label = label


class CloseForm(CodingForm):
    """How it ended."""

    solved = forms.ChoiceField(
        label=_("Solved"), choices=[("1", _("Solved")), ("0", _("Not solved"))], widget=forms.RadioSelect
    )
    resolution = forms.CharField(label=_("What was done"), max_length=20_000, widget=forms.Textarea({"rows": 3}))
    ending = forms.ChoiceField(
        label=_("How it ended"),
        choices=_labels(ENDING_LABELS, (Ending.CONFIRMED, Ending.NO_OBJECTION, Ending.WITHOUT_ANSWER)),
    )
    field_order = ("solved", "resolution", "cause", "party", "unit", "route", "ending")


class EditForm(forms.Form):
    """What the customer reads of the case, and how severe it is."""

    next_step = forms.CharField(label=_("Next step, as the customer reads it"), required=False, max_length=300)
    promised_at = MomentField(label=_("Promised until"), required=False)
    severity = forms.ChoiceField(label=_("Severity"), choices=_labels(SEVERITY_LABELS))
    tags = forms.CharField(label=_("Tags"), required=False, max_length=300, help_text=_("Separated by spaces."))
    version = forms.IntegerField(widget=forms.HiddenInput)


class RemedyForm(forms.Form):
    """What the customer is given."""

    kind = forms.ChoiceField(label=_("Remedy"), choices=_labels(REMEDY_LABELS))
    amount = DecimalField(label=_("Amount"), required=False, min_value=0, max_digits=14, decimal_places=2)
    currency = forms.CharField(label=_("Currency"), max_length=3, initial="CNY")
    reason = forms.CharField(label=_("Why"), max_length=300)


class DuplicateForm(forms.Form):
    number = forms.CharField(label=_("Number of the other case"), max_length=20)


def _choices(form: forms.Form, name: str, choices: Choices) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = list(choices)
