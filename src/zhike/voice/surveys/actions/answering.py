"""Answers: saved part by part, sent off once; refusals; words without a score; and what staff key in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, outbox
from zhike.platform.actions import action
from zhike.platform.actors import Actor, system_actor
from zhike.platform.authz import authorize
from zhike.platform.errors import FieldError, Invalid, NotFound
from zhike.platform.outbox import Mode
from zhike.record.contacting import actions as contacting
from zhike.voice.surveys import events
from zhike.voice.surveys.actions.inviting import withdraw
from zhike.voice.surveys.models import Answer, Comment, Recipient
from zhike.voice.surveys.policies import ANSWER, KEY_IN, scope
from zhike.voice.surveys.queries.answering import is_open, recipient_of_link, stored_answers, text_item
from zhike.voice.surveys.queries.forms import form as form_of
from zhike.voice.surveys.rules.campaigns import SAID
from zhike.voice.surveys.rules.forms import asked_items, clean_answer
from zhike.voice.surveys.types import (
    MAX_ANSWER,
    CleanAnswer,
    Disposition,
    FormView,
    ItemKind,
    ItemView,
    Measure,
    Raw,
    SectionView,
    Way,
)
from zhike.voice.surveys.types.campaigns import AlreadyEnded, Saved, SurveyClosed

_SYSTEM: Final = system_actor("surveys.answering")
_LONGEST: Final = 2**31 - 1
_MAX_REASON: Final = 40
# What staff may note of somebody who was not heard.
NOTED: Final = frozenset({Disposition.REFUSED, Disposition.UNREACHABLE, Disposition.UNSCORED, Disposition.COMPLAINT})


@dataclass(slots=True)
class _Talk:
    """One recipient, held until the end of the transaction, with the form and what is stored of it."""

    row: Recipient
    form: FormView
    said: dict[str, CleanAnswer]

    @property
    def ended(self) -> bool:
        return Disposition(self.row.disposition) in SAID

    def saved(self, *, repeated: bool = False) -> Saved:
        return Saved(
            disposition=Disposition(self.row.disposition),
            submitted=self.row.submitted_at is not None,
            repeated=repeated,
        )

    def asked(self) -> dict[str, ItemView]:
        found = asked_items(self.form, {key: answer.chosen for key, answer in self.said.items()})
        return {item.key: item for item in found}


@action
def open_link(*, actor: Actor, now: datetime) -> None:
    """Note when the link was opened first: from then on the time is taken."""
    row = recipient_of_link(actor=actor, lock=True)
    authorize(actor, ANSWER, subject=("survey_recipient", row.pk))
    if row.opened_at is not None or not is_open(actor=actor, row=row, now=now):
        return
    row.opened_at = now
    row.save(update_fields=["opened_at"])
    audit.record(actor, events.SectionSaved(subject=("survey_recipient", row.pk), after={"opened": True}), now=now)


@action
def save_section(*, actor: Actor, section_key: str, raw: Mapping[str, Raw], now: datetime) -> bool:
    """Keep what was said to one part; the same again changes nothing. Raises Invalid naming every question.

    True where an answer of this part asks for more in the same part, which has not been shown yet. Raises NotFound
    for a part that the form has not got, SurveyClosed, AlreadyEnded.
    """
    talk = _by_link(actor, now)
    authorize(actor, ANSWER, subject=("survey_recipient", talk.row.pk))
    section = next((one for one in talk.form.sections if one.key == section_key), None)
    if section is None:
        raise NotFound
    before = set(talk.asked())
    _take(talk, section, raw, shown=before)
    _keep(talk, section, now)
    _begin(talk.row, now)
    talk.row.section = max(talk.row.section, section.order)
    talk.row.save(update_fields=["disposition", "reason", "invited_at", "opened_at", "section"])
    audit.record(
        actor, events.SectionSaved(subject=("survey_recipient", talk.row.pk), after={"section": section.key}), now=now
    )
    own = {item.key for item in section.items}
    return bool((set(talk.asked()) - before) & own)


@action
def submit(*, actor: Actor, now: datetime) -> Saved:
    """Send off what was said; from now on it stays. Sent twice, even at one moment, it counts once.

    Raises Invalid naming every question that still needs an answer, SurveyClosed.
    """
    row = recipient_of_link(actor=actor, lock=True)
    authorize(actor, ANSWER, subject=("survey_recipient", row.pk))
    talk = _talk(actor, row)
    if talk.ended:
        return talk.saved(repeated=True)
    if not is_open(actor=actor, row=row, now=now):
        raise SurveyClosed
    _send_off(actor, talk, Way.LINK, now)
    return talk.saved()


@action
def refuse(*, actor: Actor, now: datetime) -> Saved:
    """Somebody does not want to take part (SURV-20). Told twice, it counts once."""
    row = recipient_of_link(actor=actor, lock=True)
    authorize(actor, ANSWER, subject=("survey_recipient", row.pk))
    talk = _talk(actor, row)
    if talk.ended:
        return talk.saved(repeated=True)
    if not is_open(actor=actor, row=row, now=now):
        raise SurveyClosed
    _finish(actor, talk, Disposition.REFUSED, Way.LINK, now)
    return talk.saved()


@action
def leave_unscored(*, actor: Actor, text: str, strong: bool, now: datetime) -> Saved:
    """Somebody says something and gives no score; `strong` calls it a complaint (SURV-20). Once.

    Raises Invalid on `text`, SurveyClosed.
    """
    row = recipient_of_link(actor=actor, lock=True)
    authorize(actor, ANSWER, subject=("survey_recipient", row.pk))
    talk = _talk(actor, row)
    if talk.ended:
        return talk.saved(repeated=True)
    if not is_open(actor=actor, row=row, now=now):
        raise SurveyClosed
    outcome = Disposition.COMPLAINT if strong else Disposition.UNSCORED
    _say_unscored(talk, text, required=not strong, now=now)
    _finish(actor, talk, outcome, Way.LINK, now)
    return talk.saved()


@action
def key_in_answers(*, actor: Actor, recipient_id: int, raw: Mapping[str, Raw], now: datetime) -> Saved:
    """Key in what somebody answered on paper or by telephone: all of it, sent off at once.

    What they left out stays out, for nobody can be asked again; something has to be said. Raises Invalid naming every
    question, AlreadyEnded, SurveyClosed.
    """
    talk = _keyed(actor, recipient_id, now)
    authorize(actor, KEY_IN, subject=("survey_recipient", recipient_id))
    wrong: dict[str, list[FieldError]] = {}
    for section in talk.form.sections:
        try:
            _take(talk, section, raw, shown={item.key for item in section.items}, gaps=True)
        except Invalid as error:
            wrong |= error.fields
    if wrong:
        raise Invalid(wrong)
    if not talk.said:
        raise Invalid.of(talk.form.items[0].key, "required", _("Key in at least one answer."))
    for section in talk.form.sections:
        _keep(talk, section, now)
    _send_off(actor, talk, Way.DESK, now, gaps=True)
    return talk.saved()


@action
def key_in_outcome(
    *, actor: Actor, recipient_id: int, outcome: Disposition, reason: str = "", text: str = "", now: datetime
) -> Saved:
    """Note that somebody refused, was not reached (with the reason), or spoke without giving a score.

    Raises Invalid, AlreadyEnded, SurveyClosed.
    """
    talk = _keyed(actor, recipient_id, now)
    authorize(actor, KEY_IN, subject=("survey_recipient", recipient_id))
    if outcome not in NOTED:
        raise Invalid.of("outcome", "unknown", _("Choose what became of it."))
    if len(reason) > _MAX_REASON or (outcome is Disposition.UNREACHABLE and not reason.strip()):
        raise Invalid.of("reason", "required", _("Say why, in at most 40 characters."))
    if outcome in {Disposition.UNSCORED, Disposition.COMPLAINT}:
        _say_unscored(talk, text, required=True, now=now)
    talk.row.reason = reason.strip()
    _finish(actor, talk, outcome, Way.DESK, now)
    return talk.saved()


def _by_link(actor: Actor, now: datetime) -> _Talk:
    row = recipient_of_link(actor=actor, lock=True)
    if Disposition(row.disposition) in SAID:
        raise AlreadyEnded
    if not is_open(actor=actor, row=row, now=now):
        raise SurveyClosed
    return _talk(actor, row)


def _keyed(actor: Actor, recipient_id: int, now: datetime) -> _Talk:
    rows = Recipient.objects.filter(scope(actor), pk=recipient_id).select_related("campaign")
    row = rows.select_for_update(of=("self",), no_key=True).first()
    if row is None:
        raise NotFound
    authorize(actor, KEY_IN, subject=("survey_recipient", recipient_id))
    if Disposition(row.disposition) in SAID:
        raise AlreadyEnded
    if not is_open(actor=actor, row=row, now=now):
        raise SurveyClosed
    return _talk(actor, row)


def _talk(actor: Actor, row: Recipient) -> _Talk:
    form = form_of(actor=actor, version_id=row.version_id)
    return _Talk(row, form, stored_answers(row.pk, form))


def _take(talk: _Talk, section: SectionView, raw: Mapping[str, Raw], *, shown: set[str], gaps: bool = False) -> None:
    """Put the answers of one part beside the others, in order, since each may decide about the next."""
    wrong: dict[str, list[FieldError]] = {}
    for item in section.items:
        given = raw.get(item.key)
        if item.key not in talk.asked():
            talk.said.pop(item.key, None)
            continue
        if item.key not in shown and not given:
            continue
        try:
            answer = clean_answer(replace(item, required=False) if gaps else item, given)
        except Invalid as error:
            wrong |= error.fields
            continue
        if answer.is_empty:
            talk.said.pop(item.key, None)
        else:
            talk.said[item.key] = answer
    if wrong:
        raise Invalid(wrong)


def _keep(talk: _Talk, section: SectionView, now: datetime) -> None:
    """Write one part down; what is no longer said is gone as long as nothing has been sent off."""
    said = {item.id: talk.said[item.key] for item in section.items if item.key in talk.said}
    Answer.objects.filter(recipient=talk.row, item_id__in=[item.id for item in section.items]).exclude(
        item_id__in=said
    ).delete()
    Answer.objects.bulk_create(
        [
            Answer(
                recipient=talk.row,
                item_id=item_id,
                value=one.value,
                choices=list(one.choices),
                amount=one.amount,
                text=one.text,
                skipped=one.skipped,
                at=now,
            )
            for item_id, one in said.items()
        ],
        update_conflicts=True,
        unique_fields=["recipient", "item"],
        update_fields=["value", "choices", "amount", "text", "skipped", "at"],
    )


def _begin(row: Recipient, now: datetime) -> None:
    row.disposition, row.reason = Disposition.PARTIAL.value, ""
    row.invited_at = row.invited_at or now
    row.opened_at = row.opened_at or now


def _send_off(actor: Actor, talk: _Talk, way: Way, now: datetime, *, gaps: bool = False) -> None:
    asked = talk.asked()
    missing = [item for item in asked.values() if item.required and item.key not in talk.said]
    if missing and not gaps:
        told = _("Please answer this question.")
        raise Invalid({item.key: [FieldError("required", told)] for item in missing})
    # Said before another answer made the question needless.
    needless = [item.id for item in talk.form.items if item.key not in asked]
    Answer.objects.filter(recipient=talk.row, item_id__in=needless).delete()
    overall = next((item for item in asked.values() if item.measure is Measure.OVERALL), None)
    row = talk.row
    if overall is not None and (said := talk.said.get(overall.key)) is not None and said.value is not None:
        row.score, row.scale = said.value, overall.scale
    _finish(actor, talk, Disposition.ANSWERED, way, now)


def _say_unscored(talk: _Talk, text: str, *, required: bool, now: datetime) -> None:
    """Keep the words where the form asks for words; scores that were begun are not sent off."""
    item, words = text_item(talk.form), text.replace("\x00", "").strip()
    if len(words) > MAX_ANSWER:
        raise Invalid.of("text", "too_long", _("At most %(most)s characters."), most=f"{MAX_ANSWER:,}")
    if item is not None and required and not words:
        raise Invalid.of("text", "required", _("Please write what you want to tell us."))
    scored = [one.id for one in talk.form.items if one.kind is not ItemKind.TEXT]
    Answer.objects.filter(recipient=talk.row, item_id__in=scored).delete()
    if item is not None and words:
        Answer.objects.update_or_create(recipient=talk.row, item_id=item.id, defaults={"text": words, "at": now})


def _finish(actor: Actor, talk: _Talk, outcome: Disposition, way: Way, now: datetime) -> None:
    """The end of one recipient: what was said is frozen, commented on, told to the rooms that follow it up."""
    row = talk.row
    row.disposition, row.way, row.received_at = outcome.value, way.value, now
    row.invited_at = row.invited_at or now
    if way is Way.LINK or outcome is Disposition.ANSWERED:
        row.reason = ""
    if outcome not in {Disposition.REFUSED, Disposition.UNREACHABLE}:
        row.submitted_at = now
    if way is Way.LINK and row.opened_at is not None:
        row.seconds = max(0, min(int((now - row.opened_at).total_seconds()), _LONGEST))
    row.save()
    if row.submitted_at is not None:
        _list_comments(row, strong=outcome is Disposition.COMPLAINT, now=now)
    if outcome is not Disposition.UNREACHABLE:
        _tell(row, now)
    audit.record(
        actor,
        events.OutcomeNoted(
            subject=("survey_recipient", row.pk),
            after={"disposition": outcome.value, "way": way.value, "reason": row.reason},
        ),
        now=now,
    )


def _list_comments(row: Recipient, *, strong: bool, now: datetime) -> None:
    """Every text that says something is open until somebody has dealt with it (SURV-08)."""
    said = Answer.objects.filter(recipient=row).exclude(text="")
    Comment.objects.bulk_create(
        [
            Comment(answer=one, recipient=row, strong=strong, scope_unit_id=row.scope_unit_id, written_at=now)
            for one in said.order_by("pk")
        ]
    )


def _tell(row: Recipient, now: datetime) -> None:
    if row.contact_log_id:
        contacting.survey_answered(actor=_SYSTEM, record_ids=[row.contact_log_id], now=now)
    withdraw([row], lambda one: one.reminder_log_id, now)
    # Said just now, also where they were asked long ago: somebody is to speak with them.
    outbox.emit(events.OutcomesEvent(recipient_ids=[row.pk]), now=now, mode=Mode.LIVE)
