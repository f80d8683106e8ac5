"""Templates, the notice table, and previews with real values."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import NotFound
from zhike.record.contacting.models import NoticeSetting, Template, TemplateVersion
from zhike.record.contacting.policies import NOTICES, TEMPLATES, VIEW, public_address
from zhike.record.contacting.rules.defaults import BUILT_IN, on_by_default
from zhike.record.contacting.rules.texts import best, filled, written_out
from zhike.record.contacting.types import (
    LANGUAGES,
    OPT_OUT,
    SENT_BY_US,
    ContactChannel,
    EventKind,
    NoticeCell,
    Party,
    Purpose,
    TemplateState,
    TemplateView,
    Text,
    Value,
    Wording,
    sample_sources,
)
from zhike.record.customers import queries as customers


def templates(*, actor: Actor) -> list[TemplateView]:
    """Every template with what is published and drafted; those that ship with the product first. Two queries."""
    authorize(actor, VIEW, subject=("templates", "all"))
    return list(_views(None).values())


def template(*, actor: Actor, code: str) -> TemplateView:
    """One template; raises NotFound."""
    authorize(actor, VIEW, subject=("template", code))
    found = _views([code]).get(code)
    if found is None:
        raise NotFound
    return found


def used_texts(codes: Iterable[str]) -> dict[str, TemplateView]:
    """What is in use under these codes, for sending. Two queries."""
    return _views(sorted(set(codes)))


def _views(codes: list[str] | None) -> dict[str, TemplateView]:
    rows = Template.objects.all() if codes is None else Template.objects.filter(code__in=codes)
    own = {row.pk: row for row in rows.order_by("code")}
    versions: dict[int, dict[str, TemplateVersion]] = {}
    states = [TemplateState.DRAFT.value, TemplateState.PUBLISHED.value]
    for one in TemplateVersion.objects.filter(template_id__in=own, state__in=states):
        versions.setdefault(one.template_id, {})[one.state] = one
    found = {code: view for code, view in BUILT_IN.items() if codes is None or code in codes}
    for pk, row in own.items():
        found[row.code] = _view(row, versions.get(pk, {}))
    return found


def _view(row: Template, versions: Mapping[str, TemplateVersion]) -> TemplateView:
    shipped = BUILT_IN.get(row.code)
    published, draft = versions.get(TemplateState.PUBLISHED.value), versions.get(TemplateState.DRAFT.value)
    return TemplateView(
        code=row.code,
        labels=row.labels,
        purpose=Purpose(row.purpose),
        channel=ContactChannel(row.channel),
        event=row.event,
        version=published.version if published else 0,
        texts=texts_of(published.texts) if published else shipped.texts if shipped else {},
        draft_version=draft.version if draft else None,
        draft=texts_of(draft.texts) if draft else {},
        built_in=shipped is not None,
    )


def texts_of(stored: Mapping[str, Any]) -> dict[str, Wording]:
    """Texts by language out of a version's column."""
    return {
        language: Wording(body=str(one.get("body", "")), subject=str(one.get("subject", "")))
        for language, one in stored.items()
    }


def text_for(*, actor: Actor, code: str, values: Mapping[str, str], language: str) -> tuple[str, Text]:
    """The text in use under this code, in this language or the best there is, with its values; the language first."""
    authorize(actor, VIEW, subject=("template", code))
    view = used_texts([code])[code]
    found, wording = best(view.texts, [language]) or ("", Wording(body=""))
    return found, filled(wording, values, template=code, version=view.version)


def texts_for(*, actor: Actor, wanted: Sequence[tuple[str, str, Mapping[str, str]]]) -> list[tuple[str, Text]]:
    """The same for many at once, each with code, language and values. Two queries."""
    authorize(actor, VIEW)
    views = used_texts({code for code, _language, _values in wanted})
    found = []
    for code, language, values in wanted:
        spoken, wording = best(views[code].texts, [language]) or ("", Wording(body=""))
        found.append((spoken, filled(wording, values, template=code, version=views[code].version)))
    return found


def notice_table(*, actor: Actor) -> list[NoticeCell]:
    """Every event, party and channel, on or off. One query."""
    authorize(actor, VIEW)
    return table()


def table() -> list[NoticeCell]:
    """The notice table for sending."""
    own = {
        (event, party, channel): on
        for event, party, channel, on in NoticeSetting.objects.values_list("event", "party", "channel", "on")
    }
    cells = []
    for event in EventKind:
        for party in Party:
            for channel in SENT_BY_US:
                default = on_by_default(event, party, channel)
                on = own.get((event.value, party.value, channel.value), default)
                cells.append(NoticeCell(event, party, channel, on, on == default))
    return cells


def may_switch(*, actor: Actor) -> bool:
    """Whether the actor may change the notice table."""
    return actor.has(NOTICES.code)


def sample_values(*, actor: Actor, reference: str, zone: str, now: datetime) -> dict[str, dict[str, str]] | None:
    """Real values for a preview, by language, of the customer or shipment with this number; None without one."""
    authorize(actor, TEMPLATES)
    number = reference.strip()
    if not number:
        return None
    for source in sample_sources():
        values = source.values(actor=actor, reference=number)
        if values is not None:
            return _by_language(values, zone, now)
    return None


def customer_sample(*, actor: Actor, number: str) -> Mapping[str, Value] | None:
    """Name of a customer and of its first contact, for the preview."""
    try:
        customer_id = customers.id_of(actor=actor, number=number)
    except NotFound:
        return None
    file = customers.summary(actor=actor, customer_id=customer_id)
    people = customers.reachable_of(actor=actor, customer_ids=[customer_id]).get(customer_id, [])
    return {"customer": file.name, "name": people[0].name if people else ""}


def _by_language(values: Mapping[str, Value], zone: str, now: datetime) -> dict[str, dict[str, str]]:
    link = f"{public_address(now)}/t/w/…/"
    return {language: {**written_out(values, zone, language), OPT_OUT: link} for language in LANGUAGES}


def preview(*, actor: Actor, texts: Mapping[str, Wording], values: Mapping[str, Mapping[str, str]]) -> dict[str, Text]:
    """The texts as they would be read, by language."""
    authorize(actor, TEMPLATES)
    return {
        language: filled(wording, values.get(language, {}), template="", version=0)
        for language, wording in texts.items()
    }
