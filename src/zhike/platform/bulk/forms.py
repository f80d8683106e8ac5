"""Forms of the import wizard."""

from collections.abc import Mapping, Sequence
from hashlib import blake2s
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.bulk.mapping import ImportMapping, mapping_of
from zhike.platform.bulk.queries import Preview
from zhike.platform.bulk.states import RunState
from zhike.platform.bulk.types import Target, TargetField
from zhike.platform.outbox.types import Mode

STATE_LABELS = {
    RunState.UPLOADED.value: pgettext_lazy("import", "File uploaded"),
    RunState.CHECKED.value: pgettext_lazy("import", "Dry run done"),
    RunState.QUEUED.value: pgettext_lazy("import", "Waiting to run"),
    RunState.RUNNING.value: pgettext_lazy("import", "Running"),
    RunState.DONE.value: pgettext_lazy("import", "Finished"),
    RunState.FAILED.value: pgettext_lazy("import", "Failed, nothing was kept"),
}


PICK = {"class": "form-select"}
# Another column shows other samples and asks for the meaning of other codes.
REDRAW = {
    "hx-post": "",
    "hx-trigger": "change",
    "hx-target": "#map-fields",
    "hx-swap": "outerHTML",
    "hx-vals": '{"redraw": "1"}',
}
TYPE = {"class": "form-control"}


class UploadForm(forms.Form):
    """Step 1."""

    target = forms.ChoiceField(label=_("What the file holds"))
    file = forms.FileField(
        label=_("File"), help_text=_("CSV (any usual encoding) or XLSX, the first row holds the headings.")
    )

    def __init__(self, *args: Any, targets: Sequence[Target], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["target"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(target.key, target.label) for target in targets]


class MapForm(forms.Form):
    """Step 2: for each field of the target a column, a constant, and translations of codes."""

    target = forms.CharField(widget=forms.HiddenInput)
    zone = forms.CharField(label=_("Zone of times without one"), help_text=_("Such as Asia/Shanghai."))
    date_order = forms.ChoiceField(
        label=_("Order of dates"),
        choices=[("ymd", "2026-11-21"), ("dmy", "21.11.2026"), ("mdy", "11/21/2026")],
        required=False,
    )
    mode = forms.ChoiceField(
        label=_("Kind of data"),
        choices=[
            (Mode.BACKFILL.value, _("History: nobody is told, no work is opened")),
            (Mode.LIVE.value, _("Live: new things may be told and opened")),
        ],
    )
    profile_name = forms.CharField(
        label=_("Keep this mapping as"), required=False, max_length=120, help_text=_("Offered for the next file.")
    )

    def __init__(
        self,
        *args: Any,
        target: Target,
        columns: Sequence[Preview],
        zone: str,
        profile: Mapping[str, Any],
        typed: QueryDict | None = None,
        refused: Mapping[str, Sequence[str]] | None = None,
        **kwargs: Any,
    ) -> None:
        """Build the fields of one target.

        `typed`: what stands in the form so far, drawn again without judging it; `refused`: values by column that an
        earlier try did not know.
        """
        rules = (profile.get("steps") or [{}])[0].get("fields", {}) if profile else {}
        initial = {
            "target": target.key,
            "zone": profile.get("zone", zone),
            "mode": profile.get("mode", Mode.BACKFILL.value),
            "date_order": profile.get("date_order", "ymd"),
        }
        super().__init__(*args, **{**kwargs, "initial": initial})
        self.target_spec = target
        choices = [("", gettext("– not in this file –")), *((c.column, c.column) for c in columns)]
        proposed = {c.proposed: c.column for c in columns if c.proposed}
        known = {c.column for c in columns}
        for field in target.fields:
            rule = rules.get(field.name, {})
            column = rule.get("column") or proposed.get(field.name, "")
            self.fields[f"column_{field.name}"] = forms.ChoiceField(
                label=str(field.label),
                choices=choices,
                required=False,
                initial=column if column in known else "",
                help_text=str(field.help),
                widget=forms.Select(attrs=PICK | REDRAW),
            )
            self.fields[f"constant_{field.name}"] = forms.CharField(
                label=_("else"),
                required=False,
                initial=rule.get("constant") or "",
                max_length=200,
                widget=forms.TextInput(attrs=TYPE),
            )
        self.samples = {c.column: c.samples for c in columns}
        self.typed = typed
        if typed is None and isinstance(self.data, QueryDict) and self.is_bound:
            self.typed = self.data
        for name in self.fields:
            if typed is not None and name in typed:
                self.initial[name] = typed[name]
        codes = {c.column: tuple(dict.fromkeys((*c.codes, *(refused or {}).get(c.column, ())))) for c in columns}
        self._add_codes(target, codes, rules)

    def _add_codes(self, target: Target, codes: Mapping[str, Sequence[str]], rules: Mapping[str, Any]) -> None:
        """One choice for each value of the column that fills a field of codes, proposed or chosen."""
        self.code_fields: list[tuple[str, str, str]] = []
        for field in target.fields:
            column = str(self[f"column_{field.name}"].value() or "")
            if not field.choices or column not in codes:
                continue
            known = {_bare(code): code for code in field.choices}
            known |= {_bare(label): code for code, labels in _labels(field).items() for label in labels}
            kept = rules.get(field.name, {}).get("values", {})
            for code in codes[column]:
                # Named by column and value, so that the answers of one column never count for another.
                pair = (column + chr(0) + code).encode()
                mark = blake2s(pair, digest_size=8).hexdigest()
                name = f"code_{field.name}_{mark}"
                guess = kept.get(code) or known.get(_bare(code), "")
                self.fields[name] = forms.ChoiceField(
                    label=code,
                    choices=[("", gettext("– refuse –")), *((k, v) for k, v in field.choices.items())],
                    required=False,
                    initial=guess if self.typed is None or name not in self.typed else self.typed[name],
                    widget=forms.Select(attrs=PICK),
                )
                self.code_fields.append((field.name, code, name))

    def meaning(self, name: str) -> str:
        """What a code was said to mean; what was not asked yet counts as proposed."""
        return str(self.cleaned_data[name] if name in self.data else self.fields[name].initial or "")

    def clean_zone(self) -> str:
        zone = str(self.cleaned_data["zone"]).strip()
        if not clock.is_zone(zone):
            raise forms.ValidationError(_("This zone is not known. Zones are written like Asia/Shanghai."))
        return zone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for field in self.target_spec.fields:
            filled = cleaned.get(f"column_{field.name}") or cleaned.get(f"constant_{field.name}")
            if field.required and not filled:
                self.add_error(f"column_{field.name}", _("This field is required: name a column or a value."))
        return cleaned

    def map_rows(self) -> list[dict[str, Any]]:
        """For the template: one row a field with its samples and codes."""
        rows = []
        seen = None if self.typed is None else self.typed.getlist("seen")
        for field in self.target_spec.fields:
            bound = self[f"column_{field.name}"]
            rows.append(
                {
                    "field": field,
                    "column": bound,
                    "constant": self[f"constant_{field.name}"],
                    "samples": self.samples.get(str(bound.value() or ""), ()),
                    "codes": [
                        {"code": code, "choice": self[name]}
                        for owner, code, name in self.code_fields
                        if owner == field.name
                    ],
                    # Where it stood when it was typed in, so that nothing moves under the cursor.
                    "is_open": field.required or bool(bound.errors) or field.name in seen
                    if seen
                    else field.required or bool(bound.value()),
                }
            )
        return rows


def _labels(field: TargetField) -> dict[str, list[str]]:
    """The labels of a field's codes in every language: a file need not speak the reader's."""
    found: dict[str, list[str]] = {code: [] for code in field.choices}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for code, label in field.choices.items():
                found[code].append(str(label))
    return found


def _bare(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def mapping_from(form: MapForm, target: Target, file_name: str) -> ImportMapping:
    """The mapping that the filled form describes."""
    data = form.cleaned_data
    fields: dict[str, dict[str, Any]] = {}
    for field in target.fields:
        column, constant = data.get(f"column_{field.name}") or "", data.get(f"constant_{field.name}") or None
        if column or constant:
            asked = [(code, form.meaning(name)) for owner, code, name in form.code_fields if owner == field.name]
            values = {code: meaning for code, meaning in asked if meaning}
            fields[field.name] = {"column": column, "constant": constant, "values": values}
    return mapping_of(
        {
            "name": data["profile_name"] or file_name,
            "zone": data["zone"],
            "mode": data["mode"],
            "date_order": data["date_order"] or "ymd",
            "sources": {"file": {"file": file_name}},
            "steps": [{"target": target.key, "source": "file", "fields": fields}],
        }
    )
