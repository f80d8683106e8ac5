"""Standards, agreements and promises as they are written."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import get_language, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.i18n.labels import LANGUAGES
from zhike.platform.ui.forms import CodeField, DayField, DecimalField, MomentField
from zhike.record.agreements.types import (
    BOUND_LABELS,
    MEASURE_LABELS,
    NOTHING,
    SPOKEN,
    UNIT_LABELS,
    VAGUE_LABELS,
    About,
    AgreementEntry,
    Bound,
    CarriedEntry,
    ItemEntry,
    Measure,
    PromiseEntry,
    StandardEntry,
    StandardUnit,
)
from zhike.record.customers.types import Label

Options = Sequence[tuple[str, Label]]
EMPTY_ROWS: Final = 3
_LANGUAGES: Final = dict(settings.LANGUAGES)
NOBODY: Options = (("", pgettext_lazy("choice", "Nobody in particular")),)


def _of(labels: Any) -> list[tuple[str, Label]]:  # noqa: ANN401 - a mapping of words
    return [(str(code), label) for code, label in labels.items()]


class StandardForm(forms.Form):
    object = forms.CharField(
        label=_("What it is about"), max_length=200, help_text=_("For example: replies to customers by mail")
    )
    measure = forms.CharField(label=_("Measure"), max_length=200, help_text=_("For example: time to the first reply"))
    bound = forms.ChoiceField(label=pgettext_lazy("standard", "Bound"), choices=_of(BOUND_LABELS))
    number = DecimalField(label=pgettext_lazy("standard", "Number"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), choices=_of(UNIT_LABELS), initial=StandardUnit.HOURS.value)
    unit_text = forms.CharField(label=_("Another unit"), max_length=40, required=False)
    condition = forms.CharField(
        label=pgettext_lazy("standard", "Condition"),
        max_length=300,
        required=False,
        help_text=_("When it holds, for example: orders before 16:00"),
    )
    valid_from = DayField(label=_("In force from"))
    valid_until = DayField(label=_("In force until"), required=False)
    source = forms.CharField(
        label=pgettext_lazy("standard", "Source"),
        max_length=300,
        help_text=_("The decision, contract or law behind it"),
    )
    clock = forms.ChoiceField(
        label=_("Sets the clock of cases"),
        required=False,
        choices=[("", pgettext_lazy("clock of a standard", "none")), *_of(MEASURE_LABELS)],
        help_text=_("For customers whose agreement carries this standard."),
    )
    category = CodeField(
        label=_("Only for this category of cases"), max_length=40, required=False, help_text=_("Its code; empty: all")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The texts are written in the writer's language, and below the rest once more in each of the others."""
        super().__init__(*args, **kwargs)
        self.borrowed: dict[str, str] = {}
        for name, language in self._others():
            first = self.fields[name]
            self.fields[f"{name}_{language}"] = forms.CharField(
                label=pgettext("a text in a language", "%(text)s (%(language)s)")
                % {"text": first.label, "language": _LANGUAGES[language]},
                max_length=getattr(first, "max_length", None),
                required=False,
                widget=forms.TextInput({"lang": language}),
            )

    def borrow(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        """Of the texts shown at first, these stand in `texts` in another language than this form is written in."""
        here = get_language() or LANGUAGES[0]
        self.borrowed = {name: str(self.initial[name]) for name in SPOKEN if here not in texts.get(name, {})}

    @staticmethod
    def _others() -> list[tuple[str, str]]:
        return [(name, code) for code in LANGUAGES if code != get_language() for name in SPOKEN]

    def entry(self) -> StandardEntry:
        data = self.cleaned_data
        # What was only shown in place of a missing translation, and left as it was, is none.
        own = [name for name in SPOKEN if data[name] and data[name] != self.borrowed.get(name)]
        texts = {name: {get_language() or LANGUAGES[0]: data[name]} for name in own}
        for name, language in self._others():
            if text := data[f"{name}_{language}"]:
                texts.setdefault(name, {})[language] = text
        return StandardEntry(
            texts=texts,
            object=data["object"],
            measure=data["measure"],
            bound=Bound(data["bound"]),
            number=data["number"],
            unit=StandardUnit(data["unit"]),
            unit_text=data["unit_text"],
            condition=data["condition"],
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
            source=data["source"],
            clock=Measure(data["clock"]) if data["clock"] else None,
            category=data["category"],
        )


class LastDayForm(forms.Form):
    last_day = DayField(label=_("Last day"))


class EndForm(LastDayForm):
    reason = forms.CharField(label=_("Reason"), max_length=300)


class WordForm(forms.Form):
    word = forms.CharField(label=_("Word"), max_length=40)
    kind = forms.ChoiceField(label=_("What it leaves open"), choices=_of(VAGUE_LABELS))


class AgreementForm(forms.Form):
    """The frame of an agreement; services stand in numbered rows, standards as boxes with a figure of their own."""

    title = forms.CharField(label=pgettext_lazy("agreement", "Title"), max_length=200)
    owner = forms.ChoiceField(label=_("Responsible person"), required=False)
    valid_from = DayField(label=_("In force from"))
    valid_until = DayField(label=_("In force until"), required=False)
    review_on = DayField(label=_("Review on"), required=False)
    deliverables = forms.CharField(
        label=_("Deliverables"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the customer receives: reports, notices, data, and when."),
    )

    def __init__(
        self,
        *args: Any,
        staff: Options = (),
        standards: Options = (),
        rows: int = 0,
        with_reason: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if with_reason:
            self.fields["reason"] = forms.CharField(
                label=_("Why it changes"), max_length=300, help_text=_("Stands with the new version, for everybody.")
            )
        self.fields["owner"] = forms.ChoiceField(
            label=_("Responsible person"),
            required=False,
            choices=[("", pgettext_lazy("choice", "Whoever is responsible for the customer")), *staff],
        )
        sent = sum(1 for name in self.data if str(name).startswith("service_"))
        self.count = max(rows + EMPTY_ROWS, sent)
        for at in range(self.count):
            self.fields[f"service_{at}"] = forms.CharField(label=_("Service"), max_length=200, required=False)
            self.fields[f"price_{at}"] = DecimalField(
                label=_("Price"), max_digits=18, decimal_places=4, min_value=0, required=False
            )
            self.fields[f"currency_{at}"] = CodeField(label=_("Currency"), max_length=3, required=False, initial="CNY")
            self.fields[f"per_{at}"] = forms.CharField(
                label=pgettext_lazy("price", "Per"), max_length=40, required=False
            )
            self.fields[f"tariff_{at}"] = forms.CharField(label=_("Tariff"), max_length=120, required=False)
        self.offered = list(standards)
        for code, text in standards:
            self.fields[f"carry_{code}"] = forms.BooleanField(label=str(text), required=False)
            self.fields[f"own_{code}"] = DecimalField(
                label=_("Own figure for %(code)s") % {"code": code}, max_digits=18, decimal_places=4, required=False
            )

    def frame(self) -> list[forms.BoundField]:
        names = ("title", "owner", "valid_from", "valid_until", "review_on", "deliverables", "reason")
        return [self[name] for name in names if name in self.fields]

    def services(self) -> list[list[forms.BoundField]]:
        return [
            [self[f"{name}_{at}"] for name in ("service", "price", "currency", "per", "tariff")]
            for at in range(self.count)
        ]

    def standards(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        return [(code, self[f"carry_{code}"], self[f"own_{code}"]) for code, _text in self.offered]

    def owner_id(self) -> int | None:
        return int(self.cleaned_data["owner"]) if self.cleaned_data["owner"] else None

    def entry(self) -> AgreementEntry:
        data = self.cleaned_data
        return AgreementEntry(
            title=data["title"],
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
            review_on=data["review_on"],
            deliverables=data["deliverables"],
            items=tuple(
                ItemEntry(
                    service=data[f"service_{at}"],
                    price=data[f"price_{at}"],
                    currency=(data[f"currency_{at}"] or "CNY").upper(),
                    per=data[f"per_{at}"],
                    tariff=data[f"tariff_{at}"],
                )
                for at in range(self.count)
                if data[f"service_{at}"] or data[f"price_{at}"] is not None or data[f"tariff_{at}"]
            ),
            standards=tuple(
                CarriedEntry(standard=code, number=data[f"own_{code}"])
                for code, _text in self.offered
                if data[f"carry_{code}"]
            ),
        )


class FileForm(forms.Form):
    file = forms.FileField(label=_("Signed copy"))


class PromiseForm(forms.Form):
    """Two things to type: what, and until when."""

    text = forms.CharField(
        label=_("What was promised"),
        max_length=300,
        widget=forms.TextInput(attrs={"autofocus": True}),
        help_text=_("In the words the customer heard."),
    )
    due_at = MomentField(label=_("Until when"))
    contact = forms.ChoiceField(label=_("To whom"), required=False)

    def __init__(self, *args: Any, people: Options = (), zone: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        alone = people[0][0] if len(people) == 1 else ""
        self.fields["contact"] = forms.ChoiceField(
            label=_("To whom"), required=False, choices=[*NOBODY, *people], initial=alone
        )
        self.fields["due_at"].help_text = _("By the clock of your unit: %(zone)s") % {"zone": zone} if zone else ""

    def entry(self, customer_id: int, zone: str, about: About = NOTHING) -> PromiseEntry:
        data = self.cleaned_data
        return PromiseEntry(
            customer_id=customer_id,
            text=data["text"],
            due_at=moment(data["due_at"], zone),
            contact_id=int(data["contact"]) if data["contact"] else None,
            about=about,
        )


class KeepForm(forms.Form):
    done_at = MomentField(label=_("When was it done?"), required=False, help_text=_("Empty: now."))
    note = forms.CharField(label=_("How it went"), max_length=300, required=False)


class BreakForm(forms.Form):
    note = forms.CharField(label=_("Why was it not done?"), max_length=300, required=False)


class AgainForm(forms.Form):
    due_at = MomentField(label=_("New time"))
    text = forms.CharField(label=_("What is promised now"), max_length=300, required=False)
    note = forms.CharField(label=_("Why"), max_length=300, required=False)
    told = forms.BooleanField(label=_("The customer knows the new time and agrees"), required=False)


def moment(wall: datetime, zone: str) -> datetime:
    """The instant of a wall time in this zone."""
    return clock.instant_of(wall.replace(tzinfo=None), zone)
