"""Writing standards and keeping the list of vague words (AGRE-03)."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Conflict, Invalid, NotFound
from zhike.platform.numbering import next_number
from zhike.record.agreements import events
from zhike.record.agreements.models import Standard, VagueWord
from zhike.record.agreements.policies import STANDARDS
from zhike.record.agreements.queries.standards import listed_words
from zhike.record.agreements.rules.standards import spoken_texts, standard_errors
from zhike.record.agreements.types import STANDARD_SERIES, StandardEnded, StandardEntry, VagueKind

MOST_WORD = 40
_DAY = timedelta(days=1)


@action
def write_standard(*, actor: Actor, entry: StandardEntry, code: str = "", now: datetime) -> str:
    """A new standard, or with `code` its next version, which ends the one before the day before. Returns its number."""
    authorize(actor, STANDARDS, subject=("standard", code) if code else None)
    if wrong := standard_errors(entry, listed_words()):
        raise Invalid(wrong)
    last = _end_last(code, entry.valid_from) if code else None
    row = Standard.objects.create(
        code=last.code if last else next_number(STANDARD_SERIES.key),
        version=last.version + 1 if last else 1,
        object=entry.object.strip(),
        measure=entry.measure.strip(),
        bound=entry.bound.value,
        # Checked above: a standard has a number.
        number=entry.number or Decimal(0),
        unit=entry.unit.value,
        unit_text=entry.unit_text.strip(),
        condition=entry.condition.strip(),
        texts=spoken_texts(entry),
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
        source=entry.source.strip(),
        clock=entry.clock.value if entry.clock else "",
        category=entry.category,
        made_at=now,
    )
    audit.record(
        actor,
        events.StandardWritten(
            subject=("standard", row.pk), after={"code": row.code, "version": row.version, **asdict(entry)}
        ),
        now=now,
    )
    return row.code


def _end_last(code: str, valid_from: date) -> Standard:
    last = Standard.objects.select_for_update().filter(code=code.strip().upper()).order_by("-version").first()
    if last is None:
        raise NotFound
    if valid_from <= last.valid_from:
        raise Invalid.of(
            "valid_from", "not_later", _("A new version begins after the one before, which holds from %(day)s."),
            day=last.valid_from.isoformat(),
        )  # fmt: skip
    if last.valid_until is None or last.valid_until >= valid_from:
        last.valid_until = valid_from - _DAY
        last.save(update_fields=["valid_until"])
    return last


@action
def end_standard(*, actor: Actor, code: str, last_day: date, now: datetime) -> None:
    """The standard holds until this day; agreements that carry it keep it for the days before."""
    authorize(actor, STANDARDS, subject=("standard", code))
    row = Standard.objects.select_for_update().filter(code=code.strip().upper()).order_by("-version").first()
    if row is None:
        raise NotFound
    if last_day < row.valid_from:
        raise Invalid.of("last_day", "before", _("The last day lies before the first."))
    if row.valid_until is not None and row.valid_until <= last_day:
        raise StandardEnded
    row.valid_until = last_day
    row.save(update_fields=["valid_until"])
    audit.record(actor, events.StandardEnded(subject=("standard", row.pk), after={"valid_until": last_day}), now=now)


@action
def set_vague_word(*, actor: Actor, word: str, kind: VagueKind, active: bool = True, now: datetime) -> None:
    """Add a word that is refused without a number, or switch one on or off."""
    authorize(actor, STANDARDS)
    text = word.strip()
    if not text:
        raise Invalid.of("word", "required", _("Write the word."))
    if len(text) > MOST_WORD:
        raise Invalid.of("word", "too_long", _("At most %(maximum)s characters."), maximum=MOST_WORD)
    row = VagueWord.objects.select_for_update().filter(word=text).first()
    if row is None and not active:
        raise Conflict(_("This word is not on the list."))
    before = {"kind": row.kind, "active": row.active} if row else {}
    if row is None:
        row = VagueWord(word=text)
    row.kind, row.active = kind.value, active
    row.save()
    audit.record(
        actor,
        events.VagueWordSet(
            subject=("vague_word", row.pk), before=before, after={"word": text, "kind": kind, "active": active}
        ),
        now=now,
    )
