"""Forms of surveys as their writers fill them in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform.i18n.labels import LANGUAGES
from zhike.platform.ui.forms import CodeField, DecimalField
from zhike.voice.surveys.types import (
    AUDIENCE_LABELS,
    DIMENSION_LABELS,
    ITEM_KIND_LABELS,
    JOURNEY_LABELS,
    MAX_HINT,
    MAX_INTRO,
    MAX_QUESTION,
    MEASURE_LABELS,
    SCALE_LABELS,
    STAGE_LABELS,
    Audience,
    Dimension,
    FormEntry,
    FormView,
    ItemEntry,
    ItemKind,
    ItemView,
    Journey,
    Label,
    Measure,
    SectionEntry,
    SectionView,
    Stage,
    Texts,
)

Choices = Sequence[tuple[str, Any]]
NOTHING: tuple[str, str] = ("", "–")
_NAMES = dict(settings.LANGUAGES)
_SCALE = f"{ItemKind.SCALE}:"
_MOST_LINES = 10_000


def _texts(name: str, label: Label, *, most: int, rows: int = 0) -> dict[str, forms.Field]:
    """One field for each language."""
    found: dict[str, forms.Field] = {}
    for language in LANGUAGES:
        attributes: dict[str, Any] = {"lang": language}
        widget = forms.Textarea({"rows": rows, **attributes}) if rows else forms.TextInput(attributes)
        found[f"{name}_{language}"] = forms.CharField(
            label=label % {"language": _NAMES[language]},
            max_length=most,
            required=False,
            widget=widget,
        )
    return found


def _labelled(labels: Mapping[str, Label]) -> list[tuple[str, Any]]:
    return [(str(code), label or NOTHING[1]) for code, label in labels.items()]


class SeenField(forms.CharField):
    """When the form that is being changed had last been changed."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> datetime | None:  # noqa: ANN401 - Django's signature
        try:
            found = datetime.fromisoformat(str(super().clean(value)))
        except ValueError:
            return None
        return found if found.tzinfo else None


class _Written(forms.Form):
    """What has texts in three languages, and says which state of the form was changed."""

    seen = SeenField(required=False, max_length=40)

    def texts(self, name: str) -> dict[str, str]:
        return {language: self.cleaned_data[f"{name}_{language}"] for language in LANGUAGES}


def _initial(name: str, texts: Texts) -> dict[str, str]:
    return {f"{name}_{language}": texts.get(language, "") for language in LANGUAGES}


class AboutForm(_Written):
    """What a form is called, for whom it is, and what is said before and after."""

    code = CodeField(label=_("Code"), max_length=40, help_text=_("Stays the same for ever, such as after-repair."))
    audience = forms.ChoiceField(label=_("For whom"), choices=_labelled(AUDIENCE_LABELS))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = _texts("name", _("Name (%(language)s)"), most=120)
        said = {
            **_texts("intro", _("Said before (%(language)s)"), most=MAX_INTRO, rows=2),
            **_texts("thanks", _("Said after (%(language)s)"), most=MAX_INTRO, rows=2),
        }
        self.fields = {**names, **self.fields, **said}

    def entry(self, sections: tuple[SectionEntry, ...] = ()) -> FormEntry:
        data = self.cleaned_data
        return FormEntry(
            code=data["code"],
            audience=Audience(data["audience"]),
            names=self.texts("name"),
            intro=self.texts("intro"),
            thanks=self.texts("thanks"),
            sections=sections,
        )

    @staticmethod
    def values_of(form: FormView) -> dict[str, Any]:
        texts = {**_initial("name", form.names), **_initial("intro", form.intro), **_initial("thanks", form.thanks)}
        return {"code": form.code, "audience": str(form.audience), **texts}


class SectionForm(_Written):
    """A part of a form."""

    stage = forms.ChoiceField(label=_("Stage of the service"), required=False, choices=_labelled(STAGE_LABELS))
    journey = forms.ChoiceField(
        label=_("Stage of the customer's journey"), required=False, choices=_labelled(JOURNEY_LABELS)
    )
    key = CodeField(label=_("Key"), max_length=40, required=False, help_text=_("Left empty, one is given."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {**_texts("title", _("Heading (%(language)s)"), most=120), **self.fields}

    def entry(self, key: str) -> SectionEntry:
        data = self.cleaned_data
        return SectionEntry(
            key=data["key"] or key,
            titles=self.texts("title"),
            stage=Stage(data["stage"]),
            journey=Journey(data["journey"]),
        )

    @staticmethod
    def values_of(section: SectionView) -> dict[str, Any]:
        own = {"key": section.key, "stage": str(section.stage), "journey": str(section.journey)}
        return {**own, **_initial("title", section.titles)}


class ItemForm(_Written):
    """One question."""

    section = forms.ChoiceField(label=_("Part"))
    answer = forms.ChoiceField(
        label=_("Answered by"),
        choices=[
            *((f"{_SCALE}{code}", label) for code, label in SCALE_LABELS.items()),
            *((str(code), label) for code, label in ITEM_KIND_LABELS.items() if code != ItemKind.SCALE),
        ],
    )
    required = forms.BooleanField(label=_("Has to be answered"), required=False, initial=True)
    na_allowed = forms.BooleanField(
        label=_("“Not used / not relevant” may be chosen; it stays out of the base"), required=False
    )
    measure = forms.ChoiceField(label=_("Measures"), required=False, choices=_labelled(MEASURE_LABELS))
    driver = CodeField(
        label=_("Driver"), max_length=40, required=False, help_text=_("What it is a part of, such as delivery.")
    )
    weight = DecimalField(
        label=_("Weight within the driver"),
        required=False,
        min_value=0,
        max_value=1,
        max_digits=5,
        decimal_places=4,
        help_text=_("All of a driver sum to 1. Where none has a weight they count alike."),
    )
    dimension = forms.ChoiceField(
        label=_("Dimension of service quality"), required=False, choices=_labelled(DIMENSION_LABELS)
    )
    unit = forms.ChoiceField(label=_("Responsible department"), required=False)
    when_key = forms.ChoiceField(label=_("Asked only of those who answered"), required=False)
    when_values = CodeField(
        label=_("with one of these"),
        required=False,
        max_length=120,
        help_text=_("Numbers with commas: points of the scale (yes is 1, no is 0), or choices counted from 1."),
    )
    key = CodeField(
        label=_("Key"),
        max_length=40,
        required=False,
        help_text=_("The same in all versions, so that results go on. Left empty, one is given."),
    )

    def __init__(self, *args: Any, sections: Choices, units: Choices, earlier: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("section", sections), ("unit", [NOTHING, *units]), ("when_key", [NOTHING, *earlier])):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = list(choices)
        texts = _texts("text", _("Question (%(language)s)"), most=MAX_QUESTION, rows=2)
        answers = _texts("choices", _("Choices, one a line (%(language)s)"), most=_MOST_LINES, rows=3)
        hints = _texts("hint", _("Hint beneath (%(language)s)"), most=MAX_HINT)
        order = {name: self.fields.pop(name) for name in ("section", "answer")}
        self.fields = {**texts, **order, **answers, **self.fields, **hints}

    def clean_when_values(self) -> tuple[int, ...]:
        parts = [part.strip() for part in self.cleaned_data["when_values"].replace("，", ",").split(",")]
        if any(part and not (part.isascii() and part.isdigit() and len(part) <= 3) for part in parts):  # noqa: PLR2004
            raise forms.ValidationError(_("Write numbers with commas, such as 1, 2."), code="not_numbers")
        return tuple(int(part) for part in parts if part)

    def entry(self, key: str) -> ItemEntry:
        data = self.cleaned_data
        kind, _sign, scale = data["answer"].partition(":")
        return ItemEntry(
            key=data["key"] or key,
            kind=ItemKind(kind),
            scale=scale,
            texts=self.texts("text"),
            hints=self.texts("hint"),
            required=data["required"],
            na_allowed=data["na_allowed"],
            measure=Measure(data["measure"]),
            driver=data["driver"],
            weight=data["weight"],
            dimension=Dimension(data["dimension"]),
            unit_id=int(data["unit"]) if data["unit"] else None,
            when_key=data["when_key"],
            when_values=data["when_values"],
            choices=self._choices(),
        )

    def _choices(self) -> tuple[Texts, ...]:
        """Line by line through the languages."""
        columns = [
            [line.strip() for line in self.cleaned_data[f"choices_{language}"].splitlines() if line.strip()]
            for language in LANGUAGES
        ]
        return tuple(dict(zip(LANGUAGES, row, strict=True)) for row in zip_longest(*columns, fillvalue=""))

    @staticmethod
    def values_of(item: ItemView) -> dict[str, Any]:
        found: dict[str, Any] = {
            name: getattr(item, name) for name in ("key", "required", "na_allowed", "driver", "weight", "when_key")
        }
        found |= {
            "section": item.section_key,
            "answer": f"{_SCALE}{item.scale}" if item.kind is ItemKind.SCALE else str(item.kind),
            "measure": str(item.measure),
            "dimension": str(item.dimension),
            "unit": str(item.unit_id or ""),
            "when_values": ", ".join(str(value) for value in item.when_values),
        }
        for language in LANGUAGES:
            found[f"choices_{language}"] = "\n".join(choice.get(language, "") for choice in item.choices)
        return {**found, **_initial("text", item.texts), **_initial("hint", item.hints)}


class PublishForm(forms.Form):
    seen = SeenField(required=False, max_length=40)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=pgettext_lazy("form of a survey", "Why"), max_length=300)
