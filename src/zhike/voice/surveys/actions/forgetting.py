"""What people wrote in surveys, and what was noted on speaking with them, emptied on demand (CUST-22); scores stay."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.db.redacting import as_redactor
from zhike.record.customers.policies import ERASE
from zhike.voice.surveys import events
from zhike.voice.surveys.models import Answer, FollowUp
from zhike.voice.surveys.queries.held import recipients_of, voice_texts

_NOTE = "note"


@action
def forget_people(*, actor: Actor, contact_ids: Sequence[int], now: datetime) -> int:
    """Empty the texts of these people's answers and the notes on following them up; returns how many recipients."""
    authorize(actor, ERASE)
    ids = list(recipients_of(contact_ids).values_list("pk", flat=True))
    with as_redactor():
        Answer.objects.filter(recipient_id__in=ids).exclude(text="").update(text="", redacted_at=now)
        FollowUp.objects.filter(recipient_id__in=ids).exclude(note="").update(note="", redacted_at=now)
    audit.record(
        actor, events.AnswersForgotten(subject=("recipients", len(ids)), after={"redacted": len(ids)}), now=now
    )
    return len(ids)


def write_blanks(texts: Mapping[int, Mapping[str, str]], now: datetime) -> int:
    """Of answers of others, whatever names an erased person goes as a whole: an answer is never reworded.

    A note of ours keeps the words around the blank.
    """
    said = voice_texts(list(texts))
    changed = 0
    for pk, fields in texts.items():
        differing = {name: text for name, text in fields.items() if said.get(pk, {}).get(name, text) != text}
        answers = [int(name) for name in differing if name != _NOTE]
        with as_redactor():
            Answer.objects.filter(recipient_id=pk, pk__in=answers).update(text="", redacted_at=now)
            if _NOTE in differing:
                FollowUp.objects.filter(recipient_id=pk).update(note=differing[_NOTE])
        changed += bool(differing)
    return changed
