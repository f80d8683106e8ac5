"""What the log says about entries, and what rooms above are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, outbox
from zhike.record.customers.types import CHANNEL_LABELS
from zhike.record.interactions.types import DIRECTION_LABELS, NOTE_LABELS

audit.tell(
    "interactions", channel=CHANNEL_LABELS, direction=DIRECTION_LABELS, kind=NOTE_LABELS, message=audit.Sentence()
)
_TEXTS = frozenset({"subject", "body"})


class ContactLogged(audit.Event):
    type = "interactions.logged"
    label = _("Contact written down")
    personal = _TEXTS


class ContactsLogged(audit.Event):
    type = "interactions.logged_many"
    label = _("Contacts taken over from another system")


class NoteWritten(audit.Event):
    type = "interactions.note_written"
    label = _("Note written")
    personal = _TEXTS


class EntryCorrected(audit.Event):
    type = "interactions.corrected"
    label = _("Entry corrected")
    personal = _TEXTS


class EntryStruck(audit.Event):
    type = "interactions.struck"
    label = _("Entry taken back")


class EntriesForgotten(audit.Event):
    type = "interactions.forgotten"
    label = _("Words of entries emptied")


class SystemNoted(audit.Event):
    type = "interactions.system_noted"
    label = _("Entry of the system added")


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionsAddedEvent(outbox.Event):
    """New entries; at most 5,000 ids an event."""

    type: ClassVar[str] = "interactions.added"
    interaction_ids: Sequence[int]
    customer_ids: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionCorrectedEvent(outbox.Event):
    type: ClassVar[str] = "interactions.corrected"
    interaction_id: int
    corrected_id: int
    customer_id: int
