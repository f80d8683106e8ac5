"""Articles and phrases as they are written."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform.i18n.labels import LANGUAGES
from zhike.platform.ui.forms import CodeField, DayField, WholeField
from zhike.service.knowledge.models import Article, ArticleVersion, Phrase
from zhike.service.knowledge.types import (
    KIND_LABELS,
    MAX_PHRASE,
    MAX_TEXT,
    MAX_TITLE,
    PHRASE_LABELS,
    ArticleEntry,
    ArticleKind,
    PhraseEntry,
    PhraseKind,
)

Choices = Sequence[tuple[str, Any]]
NOTHING: tuple[str, str] = ("", "–")
_NAMES = dict(settings.LANGUAGES)


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files in one field; gives a list."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:  # noqa: ANN401 - Django's signature
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in files if one]


def _text(label: Any, language: str, *, rows: int = 0, length: int) -> forms.CharField:  # noqa: ANN401 - a label
    attributes: dict[str, Any] = {"lang": language}
    widget = forms.Textarea({"rows": rows, **attributes}) if rows else forms.TextInput(attributes)
    return forms.CharField(
        label=label % {"language": _NAMES[language]}, max_length=length, required=False, widget=widget
    )


class ArticleForm(forms.Form):
    """One article; the texts in three languages, of which one is enough."""

    kind = forms.ChoiceField(label=_("Kind of article"), choices=[(str(c), w) for c, w in KIND_LABELS.items()])
    category = forms.ChoiceField(label=_("Category"), required=False)
    valid_from = DayField(label=_("Valid from"), required=False)
    valid_until = DayField(label=_("Valid until"), required=False, help_text=_("The last day on which it holds."))
    review_on = DayField(label=_("Looked at again on"), required=False)
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    unit = forms.ChoiceField(label=_("For this unit and those below only"), required=False)
    roles = forms.MultipleChoiceField(
        label=_("For these roles only"), required=False, widget=forms.CheckboxSelectMultiple
    )
    for_customers = forms.BooleanField(label=_("Customers may read title and answer themselves"), required=False)
    attachments = FilesField(label=_("Attachments"), required=False)
    note = forms.CharField(label=_("What has changed"), required=False, max_length=300)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, categories: Choices, people: Choices, units: Choices, roles: Choices, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        for name, choices in (("category", categories), ("owner", people), ("unit", units)):
            self._choose(name, [NOTHING, *choices])
        self._choose("roles", roles)
        texts: dict[str, forms.Field] = {}
        for language in LANGUAGES:
            texts[f"title_{language}"] = _text(_("Title (%(language)s)"), language, length=MAX_TITLE)
            texts[f"answer_{language}"] = _text(
                _("What the customer may be told (%(language)s)"), language, rows=4, length=MAX_TEXT
            )
            texts[f"body_{language}"] = _text(
                _("For colleagues only (%(language)s)"), language, rows=3, length=MAX_TEXT
            )
        self.fields = {**texts, **self.fields}

    def _choose(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(choices)

    def entry(self, file_ids: tuple[int, ...]) -> ArticleEntry:
        data = self.cleaned_data
        return ArticleEntry(
            kind=ArticleKind(data["kind"]),
            category=data["category"],
            titles={code: data[f"title_{code}"] for code in LANGUAGES},
            answers={code: data[f"answer_{code}"] for code in LANGUAGES},
            bodies={code: data[f"body_{code}"] for code in LANGUAGES},
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
            unit_id=int(data["unit"]) if data["unit"] else None,
            roles=tuple(data["roles"]),
            for_customers=data["for_customers"],
            file_ids=file_ids,
            note=data["note"],
        )

    @staticmethod
    def values_of(row: Article, version: ArticleVersion) -> dict[str, Any]:
        """The latest version with what the article itself carries."""
        terms = version.terms
        found: dict[str, Any] = {
            name: terms[name] for name in ("kind", "category", "valid_from", "valid_until", "roles", "for_customers")
        }
        found |= {"unit": str(terms["unit_id"] or ""), "owner": str(row.owner_id), "review_on": row.review_on}
        for language in LANGUAGES:
            found[f"title_{language}"] = version.titles.get(language, "")
            found[f"answer_{language}"] = version.answers.get(language, "")
            found[f"body_{language}"] = version.bodies.get(language, "")
        return {**found, "version": row.version}


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=300)


class ReviewForm(forms.Form):
    review_on = DayField(label=_("Looked at again on"))
    reason = forms.CharField(label=_("What was checked"), max_length=300, required=False)


class PhraseForm(forms.Form):
    """One phrase; wordings to avoid one a line."""

    code = CodeField(label=_("Code"), max_length=40)
    kind = forms.ChoiceField(
        label=pgettext_lazy("phrase", "Kind"), choices=[(str(c), w) for c, w in PHRASE_LABELS.items()]
    )
    category = forms.ChoiceField(label=_("Category"), required=False)
    cause = forms.ChoiceField(label=_("Cause"), required=False)
    order = WholeField(label=_("Place in the list"), min_value=1, max_value=999, initial=100)
    active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, categories: Choices, causes: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("category", categories), ("cause", causes)):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = [NOTHING, *choices]
        texts: dict[str, forms.Field] = {}
        for language in LANGUAGES:
            texts[f"text_{language}"] = _text(_("Phrase (%(language)s)"), language, rows=2, length=MAX_PHRASE)
        for language in LANGUAGES:
            texts[f"avoid_{language}"] = _text(
                _("Instead of, one a line (%(language)s)"), language, rows=2, length=MAX_PHRASE
            )
        self.fields = {**texts, **self.fields}

    def entry(self) -> PhraseEntry:
        data = self.cleaned_data
        return PhraseEntry(
            code=data["code"],
            kind=PhraseKind(data["kind"]),
            texts={code: data[f"text_{code}"] for code in LANGUAGES},
            avoid={code: data[f"avoid_{code}"].splitlines() for code in LANGUAGES},
            category=data["category"],
            cause=data["cause"],
            order=data["order"],
            active=data["active"],
        )

    @staticmethod
    def values_of(row: Phrase) -> dict[str, Any]:
        found: dict[str, Any] = {
            name: getattr(row, name) for name in ("code", "kind", "category", "cause", "order", "active")
        }
        for language in LANGUAGES:
            found[f"text_{language}"] = row.texts.get(language, "")
            found[f"avoid_{language}"] = "\n".join(row.avoid.get(language, []))
        return found
