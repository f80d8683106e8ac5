"""Writing templates: a draft may be unfinished, what is published is complete in three languages."""

import re
from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import FieldError, Invalid, NotFound
from zhike.record.contacting import events
from zhike.record.contacting.models import Template, TemplateVersion
from zhike.record.contacting.policies import TEMPLATES
from zhike.record.contacting.queries.texts import template as view_of
from zhike.record.contacting.queries.texts import texts_of
from zhike.record.contacting.rules.defaults import BUILT_IN
from zhike.record.contacting.rules.texts import publishing_errors, wording_errors
from zhike.record.contacting.types import (
    LANGUAGES,
    SENT_BY_US,
    ContactChannel,
    Purpose,
    TemplateEntry,
    TemplateState,
    TemplateView,
    Wording,
)

_CODE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
MAX_LABEL = 80


@action
def write_template(*, actor: Actor, entry: TemplateEntry, now: datetime) -> TemplateView:
    """Save a draft; what is published stays in use until the draft is published. Raises Invalid."""
    authorize(actor, TEMPLATES, subject=("template", entry.code))
    shipped = BUILT_IN.get(entry.code)
    row = Template.objects.select_for_update().filter(code=entry.code).first()
    fixed = (Purpose(row.purpose), ContactChannel(row.channel)) if row else None
    if shipped is not None:
        fixed = (shipped.purpose, shipped.channel)
    if wrong := _errors(entry, fixed):
        raise Invalid(wrong)
    labels = {language: entry.labels.get(language, "").strip() for language in LANGUAGES}
    if row is None:
        row = Template.objects.create(
            code=entry.code,
            labels=labels,
            purpose=entry.purpose.value,
            channel=entry.channel.value,
            event=shipped.event if shipped else "",
            created_at=now,
        )
    elif row.labels != labels:
        Template.objects.filter(pk=row.pk).update(labels=labels)
    version = _draft(row, entry.texts, actor, now)
    audit.record(actor, events.TemplateWritten(subject=("template", entry.code), after={"version": version}), now=now)
    return view_of(actor=actor, code=entry.code)


@action
def publish_template(*, actor: Actor, code: str, now: datetime) -> int:
    """Put the draft to use; returns its version. Refused until each of the three languages is complete and right."""
    authorize(actor, TEMPLATES, subject=("template", code))
    row = Template.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise NotFound
    versions = TemplateVersion.objects.filter(template=row)
    draft = versions.filter(state=TemplateState.DRAFT.value).first()
    if draft is None:
        raise Invalid.of("", "no_draft", _("There is no draft to publish."))
    wrong = publishing_errors(texts_of(draft.texts), purpose=Purpose(row.purpose), channel=ContactChannel(row.channel))
    if wrong:
        raise Invalid(wrong)
    versions.filter(state=TemplateState.PUBLISHED.value).update(state=TemplateState.RETIRED.value)
    versions.filter(pk=draft.pk).update(state=TemplateState.PUBLISHED.value, published_at=now)
    audit.record(actor, events.TemplatePublished(subject=("template", code), after={"version": draft.version}), now=now)
    return draft.version


def _draft(row: Template, texts: Mapping[str, Wording], actor: Actor, now: datetime) -> int:
    """The draft's number; an older draft is written over, a published text never is."""
    stored = {
        language: {"subject": texts[language].subject.strip(), "body": texts[language].body.strip()}
        for language in LANGUAGES
        if language in texts
    }
    versions = TemplateVersion.objects.filter(template=row)
    values = {"texts": stored, "written_at": now, "actor_kind": actor.kind.value, "actor_id": actor.id}
    draft = versions.filter(state=TemplateState.DRAFT.value).first()
    if draft is not None:
        versions.filter(pk=draft.pk).update(**values)
        return draft.version
    last = versions.order_by("-version").values_list("version", flat=True).first() or 0
    TemplateVersion.objects.create(template=row, version=last + 1, state=TemplateState.DRAFT.value, **values)
    return last + 1


def _errors(entry: TemplateEntry, fixed: tuple[Purpose, ContactChannel] | None) -> dict[str, list[FieldError]]:
    wrong: dict[str, list[FieldError]] = {}
    if not _CODE.fullmatch(entry.code) or len(entry.code) > MAX_LABEL:
        wrong["code"] = [FieldError("form", _("A code is made of small letters, digits, _ and dots."))]
    if entry.channel not in SENT_BY_US:
        wrong["channel"] = [FieldError("unfit", _("Only e-mail and SMS leave by themselves."))]
    if fixed is not None and fixed != (entry.purpose, entry.channel):
        wrong["purpose"] = [FieldError("fixed", _("Purpose and channel of a template stay what they are."))]
    if any(len(label) > MAX_LABEL for label in entry.labels.values()):
        wrong["labels"] = [FieldError("too_long", _("At most %(maximum)s characters."), {"maximum": MAX_LABEL})]
    if wrong:
        return wrong
    for language, wording in entry.texts.items():
        if language not in LANGUAGES:
            wrong["texts"] = [FieldError("unknown", _("Choose one of the three languages."))]
        elif wording.body.strip() or wording.subject.strip():
            wrong |= wording_errors(wording, purpose=entry.purpose, channel=entry.channel, language=language)
    return wrong
