"""The list of phrases."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import FieldError, Invalid, NotFound
from zhike.service.knowledge import events, rules
from zhike.service.knowledge.models import Phrase
from zhike.service.knowledge.policies import PHRASES
from zhike.service.knowledge.types import PhraseEntry


@action
def save_phrase(*, actor: Actor, entry: PhraseEntry, new: bool = False, now: datetime) -> int:
    """Make or change a phrase; its words of before stay in the log. Raises Invalid. Returns its id.

    `new`: its code must be nobody else's yet.
    """
    authorize(actor, PHRASES, subject=("phrase", entry.code))
    found = rules.phrase_errors(entry)
    if new and Phrase.objects.filter(code=entry.code).exists():
        found["code"] = [FieldError("taken", _("There is a phrase of this code already."))]
    if found:
        raise Invalid(found)
    values = _values(entry)
    before = Phrase.objects.filter(code=entry.code).values(*values).first() or {}
    row, _made = Phrase.objects.update_or_create(code=entry.code, defaults={**values, "changed_at": now})
    audit.record(actor, events.PhraseSaved(subject=("phrase", entry.code), before=before, after=values), now=now)
    return row.pk


@action
def retire_phrase(*, actor: Actor, code: str, now: datetime) -> None:
    """Offer it no more; where it was used stays. Raises NotFound."""
    authorize(actor, PHRASES, subject=("phrase", code))
    row = Phrase.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise NotFound
    if not row.active:
        return
    row.active, row.changed_at = False, now
    row.save(update_fields=["active", "changed_at"])
    before, after = {"active": True}, {"active": False}
    audit.record(actor, events.PhraseSaved(subject=("phrase", code), before=before, after=after), now=now)


@action
def load_phrases(*, actor: Actor, phrases: Sequence[PhraseEntry], now: datetime) -> int:
    """Take many phrases over; those whose code is known stay as they are. Returns how many were sent in."""
    authorize(actor, PHRASES)
    found = next((errors for entry in phrases if (errors := rules.phrase_errors(entry))), None)
    if found:
        raise Invalid(found)
    Phrase.objects.bulk_create(
        [Phrase(code=entry.code, changed_at=now, **_values(entry)) for entry in phrases], ignore_conflicts=True
    )
    audit.record(actor, events.PhraseSaved(subject=("phrases", len(phrases)), after={"sent": len(phrases)}), now=now)
    return len(phrases)


def _values(entry: PhraseEntry) -> dict[str, object]:
    return {
        "kind": entry.kind.value,
        "texts": rules.kept_texts(entry.texts),
        "avoid": {code: kept for code, some in entry.avoid.items() if (kept := [w.strip() for w in some if w.strip()])},
        "category": entry.category,
        "cause": entry.cause,
        "order": entry.order,
        "active": entry.active,
    }
