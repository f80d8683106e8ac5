"""What several pages of the customer file draw alike."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext

from zhike.platform.actors import Actor
from zhike.platform.ui import formpage
from zhike.platform.ui.components import Clash, Crumb, Mark, Status, Tone
from zhike.platform.ui.tables import Table
from zhike.record.customers.types import (
    STAGE_LABELS,
    CustomerSummary,
    EditClash,
    Label,
    Stage,
    Standing,
)
from zhike.record.organization import queries as organization

MOST_STAFF = 2000
TONES = {Stage.DORMANT: Tone.WARN, Stage.LOST: Tone.QUIET, Stage.WON_BACK: Tone.ACT, Stage.DURING: Tone.OK}


def customer_url(number: str) -> str:
    return reverse("desk:customer", args=[number])


def stage_status(stage: str) -> Status:
    return Status(STAGE_LABELS[stage], TONES.get(Stage(stage), Tone.PLAIN))


def standing_marks(standing: Mapping[str, Standing]) -> list[Mark]:
    """Special marks that rooms above have set."""
    found = standing.get("special_marks")
    words = found.data if found is not None and isinstance(found.data, list) else []
    return [Mark(str(word), alert=str(word) in {"警惕", "alert"}) for word in words]


def class_of(standing: Mapping[str, Standing]) -> str:
    found = standing.get("class")
    return found.text if found else ""


def staff_choices(actor: Actor) -> list[tuple[str, Label]]:
    """Active colleagues, oneself first, then one's own unit."""
    rows = list(organization.staff_rows(actor=actor).active().order_by("name_pinyin", "pk")[:MOST_STAFF])
    rows.sort(key=lambda row: (row.pk != actor.staff_id, row.unit_id != actor.unit_id))
    return [(str(row.pk), f"{row.name} {row.number}  {row.unit.name}") for row in rows]


def by_name(table: Table) -> Table:
    """The table in the order of names of the reader's script: strokes in traditional Chinese, pinyin elsewhere."""
    if get_language() != "zh-hant":
        return table
    columns = [replace(c, sort="name_strokes") if c.sort == "name_pinyin" else c for c in table.columns]
    return replace(table, sort=table.sort.replace("name_pinyin", "name_strokes"), columns=tuple(columns))


def crumbs_of(customer: CustomerSummary) -> list[Crumb]:
    return [
        Crumb(gettext("Customer files"), reverse("customers:list")),
        Crumb(customer.name, customer_url(customer.number)),
    ]


def clashes_of(form: forms.Form, clash: EditClash) -> list[Clash]:
    """Both values of each field that differs, as people read them."""
    found = []
    for name, (mine, theirs) in clash.clashes.items():
        field = form.fields.get(name)
        label = field.label if field is not None and field.label else name
        found.append(Clash(name=name, label=label, mine=said(field, mine), theirs=said(field, theirs)))
    return found


def said(field: forms.Field | None, value: Any) -> str:  # noqa: ANN401 - whatever a field holds
    if isinstance(field, forms.ChoiceField):
        labels = dict(field.widget.choices)
        values = value if isinstance(value, list | tuple) else [value]
        return ", ".join(str(labels.get(str(one or ""), one)) for one in values)
    return str(value if value is not None else "")


def kept_choice(request: HttpRequest, clash: EditClash, entry: Any) -> Any:  # noqa: ANN401 - any frozen entry
    """The entry with the stored value wherever the person chose theirs; None while a choice is missing."""
    chosen = {name: request.POST.get(f"clash_{name}") for name in clash.clashes}
    if any(value not in {"mine", "theirs"} for value in chosen.values()):
        return None
    return replace(entry, **{name: clash.clashes[name][1] for name, value in chosen.items() if value == "theirs"})


form_page = partial(formpage.form_page, room="customers")
