"""Small makers of what was asked and answered, as rows: figures are held against them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from zhike.record.customers.tests.factories import NOW
from zhike.record.organization.tests import factories as organization
from zhike.voice.surveys.models import Answer, Campaign, Item, Questionnaire, Recipient, Section, Version
from zhike.voice.surveys.types import Disposition

ZONE = "Asia/Shanghai"
DAY = timedelta(days=1)
THEN = NOW - 30 * DAY
_numbers = count(1)


def form(
    code: str, items: Mapping[str, str], *, audience: str = "general", section: str = "service", **part: str
) -> dict[str, Item]:
    """A published form: its questions by key, each on a scale; those called as a measure are it."""
    made = Questionnaire.objects.create(code=code, audience=audience, names={"en": code}, made_at=NOW, changed_at=NOW)
    version = Version.objects.create(questionnaire=made, number=1, made_at=NOW)
    of = Section.objects.create(version=version, key=section, order=1, **part)
    found = {
        key: Item.objects.create(
            version=version,
            section=of,
            key=key,
            order=order,
            kind="scale",
            scale=scale,
            texts={"en": key},
            measure=key if key in {"overall", "recommend", "effort"} else "",
        )
        for order, (key, scale) in enumerate(items.items(), 1)
    }
    Version.objects.filter(pk=version.pk).update(state="published", published_at=NOW)
    Questionnaire.objects.filter(pk=made.pk).update(published_version=1)
    return found


def campaign(wave: str = "", **changes: Any) -> Campaign:
    values: dict[str, Any] = {
        "number": f"SV-T{next(_numbers):04d}",
        "name": wave or "survey",
        "trigger": "wave",
        "kind": "relationship",
        "state": "closed",
        "wave": wave,
        "planned_on": THEN.date(),
        "started_at": THEN,
        "closed_at": NOW,
        "zone": ZONE,
        "scope_unit_id": organization.company().tree_no,
        "made_at": THEN,
        **changes,
    }
    return Campaign.objects.create(**values)


def person(of: Campaign, items: Mapping[str, Item], *, at: datetime = THEN, **changes: Any) -> Recipient:
    """Somebody who was asked and has not answered."""
    version = next(iter(items.values())).version
    values: dict[str, Any] = {
        "campaign": of,
        "version": version,
        "audience": version.questionnaire.audience,
        "scope_unit_id": of.scope_unit_id,
        "disposition": Disposition.SENT.value,
        "zone": ZONE,
        "way": "link",
        "planned_at": at,
        "invited_at": at,
        "external_ref": f"T{next(_numbers)}",
        **changes,
    }
    return Recipient.objects.create(**values)


def answered(
    of: Campaign, items: Mapping[str, Item], said: Mapping[str, int | None], *, at: datetime = THEN, **changes: Any
) -> Recipient:
    """Somebody who answered: levels by question, None for “not used”."""
    made = person(of, items, at=at, **changes)
    Answer.objects.bulk_create(
        [
            Answer(recipient=made, item=items[key], value=value, skipped=value is None, at=at)
            for key, value in said.items()
        ]
    )
    Recipient.objects.filter(pk=made.pk).update(disposition=Disposition.ANSWERED.value, submitted_at=at)
    return made
