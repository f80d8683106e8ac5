"""One field as markup: label above, control, help, errors beneath."""

from typing import Any

from django import forms
from django.forms import BoundField

CHECKS = (forms.CheckboxInput,)
GROUPS = (forms.RadioSelect, forms.CheckboxSelectMultiple)


def field_context(field: BoundField, **attributes: Any) -> dict[str, Any]:
    widget = field.field.widget
    described = [f"{field.auto_id}_help"] if field.help_text else []
    if field.errors:
        described.append(f"{field.auto_id}_error")
    attrs: dict[str, Any] = {"class": _css(widget), **attributes}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if field.errors:
        attrs["aria-invalid"] = "true"
    return {
        "field": field,
        "control": field.as_widget(attrs=attrs),
        "checkbox": isinstance(widget, CHECKS),
        "group": isinstance(widget, GROUPS),
        "required": field.field.required,
    }


def _css(widget: forms.Widget) -> str:
    own = str(widget.attrs.get("class", ""))
    if isinstance(widget, GROUPS):
        base = "zk-options"
    elif isinstance(widget, CHECKS):
        base = "form-check-input"
    elif isinstance(widget, forms.Select):
        base = "form-select"
    else:
        base = "form-control"
    return f"{base} {own}".strip()
