"""Form fields that take full-width digits, and errors of actions shown where they belong."""

import unicodedata
from decimal import Decimal
from typing import Any

from django import forms

from zhike.platform.errors import Invalid

# Full-width forms of ASCII, and the ideographic space.
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def narrow(text: str) -> str:
    """`２０２５．１１` → `2025.11`; Han characters and Chinese punctuation stay."""
    return text.translate(_WIDE)


def has_wide(text: str) -> bool:
    return any(unicodedata.east_asian_width(character) == "F" for character in text)


class _Narrow:
    def clean(self, value: Any) -> Any:  # noqa: ANN401  # as in Django
        value = narrow(value).strip() if isinstance(value, str) else value
        return super().clean(value)  # type: ignore[misc]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        found: dict[str, Any] = super().widget_attrs(widget)  # type: ignore[misc]
        return {**found, "data-zk-narrow": ""}


class CodeField(_Narrow, forms.CharField):
    """Numbers, waybills, phones, codes: text that is Latin by nature."""


class WholeField(_Narrow, forms.IntegerField):
    """A whole number."""


class DecimalField(_Narrow, forms.DecimalField):
    """A number with decimals; never float. What is stored with four of them shows those that say something."""

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 as Django has it
        return f"{value.normalize():f}" if isinstance(value, Decimal) and value.is_finite() else value


class DayField(_Narrow, forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class MomentField(_Narrow, forms.DateTimeField):
    """Wall time without a zone in the form; the page attaches the actor's zone."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def add_errors(form: forms.Form, error: Invalid) -> None:
    """Show what an action refused under the form's own fields; what names no field of it stands above."""
    if not error.fields:
        form.add_error(None, error.text())
    for name, found in error.fields.items():
        for problem in found:
            form.add_error(name if name in form.fields else None, problem.text())
