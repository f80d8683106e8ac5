"""What entries say of people, emptied on demand or after a time; who was reached when, and how, stays."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor, system_actor
from zhike.platform.authz import authorize
from zhike.platform.db.redacting import as_redactor
from zhike.platform.files.actions import erase_contents
from zhike.record.customers.policies import ERASE
from zhike.record.customers.types import ErasedPeople
from zhike.record.interactions import events
from zhike.record.interactions.models import Attachment, Interaction, Letter
from zhike.record.interactions.queries import PARAMS

_ERASING: Final = system_actor("interactions.erase")
_OF_LETTER: Final = ("quoted", "sender_name", "recipients")
_GONE: Final = {"message_id": "", "references": [], "sender": "", "sender_name": "", "recipients": [], "quoted": ""}


@action
def forget_entries(*, actor: Actor, interaction_ids: Sequence[int], now: datetime) -> int:
    """Empty these entries, their letters and attachments; returns how many. For the `PersonalData` of rooms above."""
    authorize(actor, ERASE)
    changed = empty_entries(Interaction.objects.filter(pk__in=interaction_ids), now)
    audit.record(actor, events.EntriesForgotten(subject=("interaction", "people"), after={"rows": changed}), now=now)
    return changed


def empty_entries(rows: QuerySet[Interaction], now: datetime) -> int:
    """Texts, letters and files of those that are not empty yet; returns how many."""
    ids = list(rows.filter(redacted_at__isnull=True).values_list("pk", flat=True))
    letters = Letter.objects.filter(interaction_id__in=ids)
    files = set(Attachment.objects.filter(interaction_id__in=ids).values_list("file_id", flat=True))
    files |= set(letters.filter(raw_file__isnull=False).values_list("raw_file_id", flat=True))
    letters.update(**_GONE)
    if files:
        erase_contents(actor=_ERASING, file_ids=sorted(files), reason="erasure of a person", now=now)
    with as_redactor():
        return Interaction.objects.filter(pk__in=ids).update(subject="", body="", redacted_at=now)


def entries_of(people: ErasedPeople) -> QuerySet[Interaction]:
    """Entries of these people, and mails that came from their addresses and belong to nobody in the files."""
    return Interaction.objects.filter(
        Q(contact_id__in=people.contact_ids) | Q(contact__isnull=True, pk__in=_written_by(people))
    )


def _written_by(people: ErasedPeople) -> list[int]:
    letters = Letter.objects.filter(interaction__contact__isnull=True).exclude(sender="")
    if people.addresses is None:
        senders = people.of_these(letters.values_list("sender", flat=True).distinct())
    else:
        senders = people.of_these(people.addresses)
    return list(letters.filter(sender__in=senders).values_list("pk", flat=True)) if senders else []


def write_blanks(texts: Mapping[int, Mapping[str, str]], now: datetime) -> int:
    """Put texts with blanks in place of what entries of others say; the guard takes nothing but blanks.

    The letter as it came says them still, so that copy is destroyed: the entry keeps its words.
    """
    for pk, fields in texts.items():
        letter = {name: text for name, text in fields.items() if name in _OF_LETTER}
        entry: dict[str, Any] = {name: fields[name] for name in ("subject", "body") if name in fields}
        filled = {name.removeprefix(PARAMS): text for name, text in fields.items() if name.startswith(PARAMS)}
        if filled:
            entry["params"] = Interaction.objects.values_list("params", flat=True).get(pk=pk) | filled
        if letter:
            _write_letter(pk, letter)
        if entry:
            with as_redactor():
                Interaction.objects.filter(pk=pk).update(**entry)
    raw = Letter.objects.filter(pk__in=texts, raw_file__isnull=False).values_list("raw_file_id", flat=True)
    if files := sorted(set(raw)):
        erase_contents(actor=_ERASING, file_ids=files, reason="erasure of a person", now=now)
    return len(texts)


def _write_letter(pk: int, fields: Mapping[str, str]) -> None:
    kept: dict[str, Any] = dict(fields)
    if "recipients" in kept:
        kept["recipients"] = kept["recipients"].split("\n")
    Letter.objects.filter(pk=pk).update(**kept)
