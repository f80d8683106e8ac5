"""Template tags of the house; built in everywhere, no `load` needed. Usage: docs/reference/ui.md."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from secrets import token_hex
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.template.context import Context
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from zhike.platform import clock as wall_clock
from zhike.platform.accounts import queries as accounts
from zhike.platform.i18n.labels import in_every
from zhike.platform.ui import components, figures, formats, formrender, plots, render
from zhike.platform.ui import timeline as timelines
from zhike.platform.ui.context import Shell
from zhike.platform.ui.formats import Ink
from zhike.platform.ui.toasts import undo_of

register = template.Library()


def ink_of(context: Context) -> Ink:
    """The instant and zone of this page, from the shell."""
    shell = context.get("shell")
    if isinstance(shell, Shell):
        return Ink(shell.now, context.get("zone") or shell.zone)
    return Ink(context.get("now") or wall_clock.now(), context.get("zone") or settings.TIME_ZONE)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    return render.icon(name, str(label))


@register.simple_tag
def in_languages(text: str | Promise, before: str = "") -> str:
    """A title in each language, for a draft that outlives the reader's choice: `data-zk-draft-labels`."""
    return json.dumps({code: f"{before} {said}".strip() for code, said in in_every(text).items()}, ensure_ascii=False)


@register.simple_tag
def nobody_yet() -> bool:
    """Whether nobody can sign in because nobody has begun this company."""
    return accounts.is_empty()


@register.simple_tag
def asset(name: str) -> str:
    """Address of a built file: `{% asset "desk.css" %}`."""
    return static(f"dist/{name}")


@register.simple_tag(takes_context=True)
def when(context: Context, instant: datetime | None, zone: str = "") -> SafeString:
    return render.when(instant, ink_of(context), zone=zone)


@register.simple_tag(takes_context=True)
def at_time(context: Context, instant: datetime, zone: str = "") -> SafeString:
    """The time alone, under a heading that names the day; foreign ones with their day and zone."""
    return render.when(instant, ink_of(context), zone=zone, within_day=True)


@register.simple_tag(takes_context=True)
def ago(context: Context, instant: datetime | None, zone: str = "") -> SafeString:
    return render.when(instant, ink_of(context), zone=zone, relative=True)


@register.simple_tag(takes_context=True)
def due(context: Context, instant: datetime | None, zone: str = "") -> SafeString:
    return render.due_time(instant, ink_of(context), zone) if instant else render.NOTHING


@register.simple_tag(takes_context=True)
def due_clock(context: Context, instant: datetime | None, zone: str = "") -> SafeString:
    """A deadline that runs, as a chip: remainder and instant."""
    if instant is None:
        return render.NOTHING
    clock = components.Clock(state=components.ClockState.RUNNING, due=instant, zone=zone)
    return render.clock_chip(clock, ink_of(context))


@register.simple_tag(takes_context=True)
def day(context: Context, value: date | None) -> SafeString:
    if value is None:
        return render.NOTHING
    ink = ink_of(context)
    today = wall_clock.local_date(ink.now, ink.zone)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', value.isoformat(), value.isoformat(), formats.day(value, today)
    )


@register.simple_tag
def number(value: components.Number | None, decimals: int | None = None) -> SafeString:
    return render.NOTHING if value is None else format_html("{}", formats.number(value, decimals))


@register.simple_tag(takes_context=True)
def zone(context: Context, name: str) -> str:
    """A time zone in the reader's language, with its offset now."""
    return formats.zone_words(name, ink_of(context).now)


@register.simple_tag
def interval(low: components.Number, high: components.Number, decimals: int = 1) -> str:
    return formats.interval(low, high, decimals)


@register.simple_tag(takes_context=True)
def days(context: Context, since: date, until: date | None = None) -> SafeString:
    """From a day to a day; the years stand where they are not both the present one."""
    ink = ink_of(context)
    said = formats.days(since, until, wall_clock.local_date(ink.now, ink.zone))
    exact = since.isoformat() if until is None else f"{since.isoformat()} {formats.EN_DASH} {until.isoformat()}"
    return format_html('<span class="zk-nowrap" title="{}">{}</span>', exact, said)


@register.simple_tag
def percent(share: components.Number | None, decimals: int = 1) -> SafeString:
    return render.NOTHING if share is None else format_html("{}", formats.percent(share, decimals))


@register.simple_tag
def money(amount: components.Number | None, currency: str = "CNY", *, code: bool = False) -> SafeString:
    if amount is None:
        return render.NOTHING
    return format_html('<span class="zk-num">{}</span>', formats.money(amount, currency, code=code))


@register.simple_tag
def card_money(amount: components.Number | None, currency: str = "CNY") -> SafeString:
    """万 and 亿: on cards only."""
    if amount is None:
        return render.NOTHING
    whole = formats.money(Decimal(str(amount)), currency)
    return format_html('<span class="zk-num" title="{}">{}</span>', whole, formats.short_money(amount, currency))


@register.simple_tag(takes_context=True)
def clock(context: Context, value: components.Clock | None) -> SafeString:
    return render.clock_chip(value, ink_of(context)) if value else render.NOTHING


@register.simple_tag(takes_context=True)
def clocks(context: Context, values: Iterable[components.Clock], most: int = 1) -> SafeString:
    return render.clock_chips(values, ink_of(context), most)


@register.simple_tag
def status(value: components.Status | None) -> SafeString:
    return render.status(value) if value else render.NOTHING


@register.simple_tag
def class_letter(letter: str | None) -> SafeString:
    return render.class_letter(letter or "")


@register.simple_tag
def marks(values: Iterable[components.Mark]) -> SafeString:
    return render.join(render.mark(value) for value in values)


@register.simple_tag(takes_context=True)
def person(context: Context, value: components.Person | None) -> SafeString:
    return render.person(value, ink_of(context)) if value else render.NOTHING


@register.simple_tag
def phone(masked: str, reveal_url: str = "", call_url: str = "") -> SafeString:
    return render.phone(masked, reveal_url=reveal_url, call_url=call_url)


@register.simple_tag
def copy(text: str, what: str = "") -> SafeString:
    return render.copy_button(text, what)


@register.simple_tag
def waybill(number_: str, url: str = "") -> SafeString:
    return render.waybill(number_, url)


@register.simple_tag
def audience(value: components.Audience, department: str = "") -> SafeString:
    return render.audience(value, department)


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """This page's query with changes; None or an empty value removes: `<a href="{% query cursor=None %}">`."""
    request = context.get("request")
    values = request.GET.copy() if request is not None else QueryDict(mutable=True)
    for name, value in changes.items():
        if value is None or value == "":
            values.pop(name, None)
        else:
            values[name] = str(value)
    return f"?{values.urlencode()}"


@register.filter
def get(mapping: Mapping[Any, object], key: object) -> object:
    """The value under a key that is itself a variable: `{{ totals|get:line.code }}`."""
    return mapping.get(key)


@register.simple_tag
def hidden(values: Mapping[str, Any]) -> SafeString:
    """Hidden inputs for each name and value (lists give several)."""
    pairs = [
        (name, value)
        for name, found in values.items()
        for value in (found if isinstance(found, Sequence) and not isinstance(found, str) else [found])
    ]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


@register.filter
def with_query(url: str, values: Mapping[str, Any]) -> str:
    return f"{url}?{urlencode(values, doseq=True)}" if values else url


@register.filter
def undo_url(message: Message) -> str:
    """Where a toast's undo is posted; empty when it cannot be undone."""
    return undo_of(message)


@register.simple_block_tag(takes_context=True)
def page_header(
    context: Context,
    content: SafeString,
    *,
    title: components.Text,
    primary: components.Button | None = None,
    actions: Sequence[components.Button] = (),
    crumbs: Sequence[components.Crumb] = (),
    lang: str = "",
) -> SafeString:
    """Title of at most two lines, what stands beneath it, and ONE primary action."""
    values = {"title": title, "primary": primary, "actions": actions, "crumbs": crumbs, "lang": lang}
    return _draw(context, "ui/page_header.html", {**values, "content": content})


def _draw(context: Context, name: str, values: Mapping[str, Any]) -> SafeString:
    """A component's template within this page: its shell, request, zone and forgery token."""
    engine_template = context.template.engine.get_template(name) if context.template else None
    if engine_template is None:
        message = "a component is drawn inside a template"
        raise ValueError(message)
    with context.push(**values):
        return engine_template.render(context)


@register.simple_tag(takes_context=True)
def button(context: Context, value: components.Button | None, *, primary: bool = False) -> SafeString:
    return _draw(context, "ui/button.html", {"button": value, "primary": primary}) if value else render.EMPTY


@register.simple_tag(takes_context=True)
def figure_card(context: Context, card: components.FigureCard) -> SafeString:
    return _draw(context, "ui/figure_card.html", figures.card_context(card))


@register.simple_tag
def sparkline(points: Sequence[components.SparkPoint], label: str = "") -> SafeString:
    return figures.sparkline(points, label)


@register.simple_tag(takes_context=True)
def timeline(
    context: Context, entries: Sequence[components.TimelineEntry], older_url: str = "", name: str = "timeline"
) -> SafeString:
    days = timelines.days(entries, ink_of(context))
    return _draw(context, "ui/timeline.html", {"days": days, "older_url": older_url, "timeline_id": name})


@register.simple_tag(takes_context=True)
def progress(context: Context, job: components.JobProgress) -> SafeString:
    return _draw(context, "ui/progress.html", {"job": job})


@register.simple_tag(takes_context=True)
def empty_state(
    context: Context, value: components.Empty, chips: Sequence[components.ChipFilter] = (), clear_url: str = ""
) -> SafeString:
    return _draw(context, "ui/empty.html", {"empty": value, "chips": chips, "clear_url": clear_url})


@register.simple_tag(takes_context=True)
def tabs(context: Context, values: Sequence[components.Tab], label: str = "") -> SafeString:
    return _draw(context, "ui/tabs.html", {"tabs": values, "label": label})


@register.simple_tag(takes_context=True)
def filter_chips(context: Context, chips: Sequence[components.ChipFilter], clear_url: str = "") -> SafeString:
    return _draw(context, "ui/filter_chips.html", {"chips": chips, "clear_url": clear_url})


@register.simple_tag(takes_context=True)
def facts(context: Context, values: Sequence[components.Fact]) -> SafeString:
    counted = [replace(one, value=formats.number(one.value)) if type(one.value) is int else one for one in values]
    return _draw(context, "ui/facts.html", {"facts": counted})


@register.simple_tag(takes_context=True)
def field(context: Context, value: BoundField, **attributes: Any) -> SafeString:
    attributes = {name.replace("_", "-"): found for name, found in attributes.items()}
    return _draw(context, "ui/field.html", formrender.field_context(value, **attributes))


@register.simple_tag(takes_context=True)
def fields(context: Context, form: BaseForm) -> SafeString:
    """All visible fields in order, and the hidden ones."""
    shown = [_draw(context, "ui/field.html", formrender.field_context(found)) for found in form.visible_fields()]
    return render.join([*(found.as_widget() for found in form.hidden_fields()), *shown], "")


@register.simple_tag(takes_context=True)
def form_errors(context: Context, form: BaseForm) -> SafeString:
    total = sum(len(found) for found in form.errors.values())
    return _draw(context, "ui/form_errors.html", {"form": form, "total": total})


@register.simple_tag(takes_context=True)
def clash(context: Context, clashes: Sequence[components.Clash], who: str = "") -> SafeString:
    return _draw(context, "ui/clash.html", {"clashes": clashes, "who": who})


@register.simple_tag(takes_context=True, name="table")
def table_tag(context: Context, page: object, live: str = "") -> SafeString:
    """A list with its tabs, filters, bulk bar and ways on; `page` comes from `Table.respond` or `Table.page`."""
    return _draw(context, "ui/table.html", {"table": page, "live": live})


@register.simple_tag(takes_context=True)
def plot(context: Context, value: plots.Plot) -> SafeString:
    """A plot with its table and the export of it; draws nothing but the table without script."""
    key = value.key() if isinstance(value, plots.DivergingPlot) else ()
    values = {"plot": value, "spec": value.spec(), "table": value.table(), "key": key}
    return _draw(context, "ui/plot.html", {**values, "plot_id": f"zk-plot-{token_hex(4)}"})
