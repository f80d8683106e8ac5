"""What several pages of the organization draw alike."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from zhike.platform import phones
from zhike.platform.ui import formpage
from zhike.platform.ui.components import Button, Status, Tone
from zhike.platform.ui.render import NOTHING, copy_button, join
from zhike.platform.ui.tables import Table
from zhike.record.organization.models import Unit
from zhike.record.organization.types import SERVICE_POINTS, Duty
from zhike.record.organization.types.labels import DUTY_LABELS


def by_name(table: Table) -> Table:
    """The table in the order of names of the reader's script: strokes in traditional Chinese, pinyin elsewhere."""
    if get_language() != "zh-hant":
        return table
    columns = [replace(c, sort="name_strokes") if c.sort == "name_pinyin" else c for c in table.columns]
    return replace(table, sort=table.sort.replace("name_pinyin", "name_strokes"), columns=tuple(columns))


def dial(number: str, *, copy: bool = True) -> SafeString:
    """A work phone that can be called and, outside lists, copied; a dash for none."""
    if not number:
        return NOTHING
    shown = phones.display(number.partition(";")[0], extension=number.partition(";ext=")[2])
    call = format_html('<a class="text-nowrap" href="tel:{}">{}</a>', number, shown)
    return join([call, copy_button(shown)], "") if copy else call


def dials(numbers: Sequence[str]) -> SafeString:
    return join([dial(number) for number in numbers]) if numbers else NOTHING


def unit_url(unit: Unit) -> str:
    """Where a unit is read: a point under Goods, any other under Settings."""
    return reverse(f"organization:{'outlet' if unit.kind in SERVICE_POINTS else 'unit'}", args=[unit.pk])


def duty_status(duty: str) -> Status:
    return Status(DUTY_LABELS[duty], Tone.OK if duty == Duty.ON_DUTY.value else Tone.QUIET)


form_page = partial(formpage.form_page, room="organization")


def only(*buttons: Button | None) -> list[Button]:
    return [button for button in buttons if button is not None]
