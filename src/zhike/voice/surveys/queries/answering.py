"""What the holder of a link sees: the form, what they have said so far, and whether they may still answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from zhike.platform import parameters
from zhike.platform.actors import Actor, ActorKind
from zhike.platform.authz import authorize
from zhike.platform.errors import NotFound
from zhike.platform.i18n.labels import pick
from zhike.voice.surveys.models import Answer, Recipient
from zhike.voice.surveys.policies import ANSWER, KEY_IN, LINK_DAYS, scope
from zhike.voice.surveys.queries.forms import form as form_of
from zhike.voice.surveys.rules.asking import words_of
from zhike.voice.surveys.rules.campaigns import MAY_ANSWER, SAID, link_until
from zhike.voice.surveys.rules.forms import asked_items, points
from zhike.voice.surveys.rules.links import unseal
from zhike.voice.surveys.types import (
    NOT_RELEVANT,
    NOT_RELEVANT_LABEL,
    CampaignState,
    CleanAnswer,
    Disposition,
    FormView,
    ItemKind,
    ItemView,
    SectionView,
)
from zhike.voice.surveys.types.campaigns import SURVEY_PURPOSE, LinkView

_LOADED: Final = ("campaign", "shipment")


def recipient_of_link(*, actor: Actor, lock: bool = False) -> Recipient:
    """Whose link the actor holds; raises NotFound where it is none of ours. `lock` holds the row for an action."""
    authorize(actor, ANSWER)
    ref = unseal(actor.subject) if actor.kind is ActorKind.LINK and actor.purpose == SURVEY_PURPOSE else None
    rows = Recipient.objects.select_related(*_LOADED).filter(ref=ref) if ref else Recipient.objects.none()
    found = (rows.select_for_update(of=("self",), no_key=True) if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def is_open(*, actor: Actor, row: Recipient, now: datetime) -> bool:
    """Whether this recipient may still say something; what staff key in needs no open link."""
    if row.campaign.state != CampaignState.RUNNING.value or Disposition(row.disposition) not in MAY_ANSWER:
        return False
    if actor.has(KEY_IN.code) or row.invited_at is None:
        return True
    days = parameters.value(LINK_DAYS, at=now)
    return now < link_until(row.invited_at, days, row.campaign.closes_on, row.campaign.zone)


def link_view(*, actor: Actor, now: datetime) -> LinkView:
    """Everything that the pages of a link need. Five queries; raises NotFound."""
    return _view(actor, recipient_of_link(actor=actor), now)


def key_in_view(*, actor: Actor, recipient_id: int, now: datetime) -> LinkView:
    """The same for whoever keys in an answer on paper or of a call; raises NotFound."""
    authorize(actor, KEY_IN, subject=("survey_recipient", recipient_id))
    row = Recipient.objects.filter(scope(actor), pk=recipient_id).select_related(*_LOADED).first()
    if row is None:
        raise NotFound
    return _view(actor, row, now)


def may_key_in(*, actor: Actor, recipient_id: int, now: datetime) -> bool:
    """Whether something may still be keyed in for this recipient."""
    row = Recipient.objects.filter(scope(actor), pk=recipient_id).select_related("campaign").first()
    return row is not None and actor.has(KEY_IN.code) and is_open(actor=actor, row=row, now=now)


def said_by(*, actor: Actor, recipient_id: int) -> list[tuple[ItemView, str]]:
    """What one recipient has sent off, question by question in words. Five queries; raises NotFound."""
    row = Recipient.objects.filter(scope(actor), pk=recipient_id).first()
    if row is None:
        raise NotFound
    if row.submitted_at is None:
        return []
    form = form_of(actor=actor, version_id=row.version_id)
    said = stored_answers(row.pk, form)
    return [(item, answer_words(item, said[item.key])) for item in form.items if item.key in said]


# zhike: allow query-actor, query-scope -- words for an answer that was read
def answer_words(item: ItemView, answer: CleanAnswer) -> str:
    """An answer as people read it."""
    if answer.skipped:
        return str(NOT_RELEVANT_LABEL)
    if item.kind is ItemKind.SCALE and answer.value is not None:
        label = dict(points(item.scale)).get(answer.value, "")
        return f"{answer.value} {label}".strip()
    chosen = sorted(answer.chosen)
    if chosen:
        return " / ".join(pick(item.choices[one - 1]) for one in chosen if 0 < one <= len(item.choices))
    shown = typed(answer)
    return shown if isinstance(shown, str) else ""


def _view(actor: Actor, row: Recipient, now: datetime) -> LinkView:
    form = form_of(actor=actor, version_id=row.version_id)
    said = stored_answers(row.pk, form)
    return LinkView(
        recipient_id=row.pk,
        form=form,
        campaign_name=row.campaign.name,
        disposition=Disposition(row.disposition),
        open=is_open(actor=actor, row=row, now=now),
        ended=Disposition(row.disposition) in SAID,
        language=row.language,
        zone=row.zone,
        waybill=row.shipment.waybill if row.shipment else "",
        typed={key: typed(answer) for key, answer in said.items()},
        chosen={key: answer.chosen for key, answer in said.items()},
        section=row.section,
    )


# zhike: allow query-actor, query-scope -- part of a read or an action that has found the recipient by scope or link
def stored_answers(recipient_id: int, form: FormView) -> dict[str, CleanAnswer]:
    """What is stored, by key of the question."""
    keys = {item.id: item.key for item in form.items}
    return {
        keys[row.item_id]: CleanAnswer(
            value=row.value, choices=tuple(row.choices), amount=row.amount, text=row.text, skipped=row.skipped
        )
        for row in Answer.objects.filter(recipient_id=recipient_id)
        if row.item_id in keys
    }


def typed(answer: CleanAnswer) -> str | list[str]:
    """A stored answer as its field shows it."""
    if answer.skipped:
        return NOT_RELEVANT
    if answer.choices:
        return [str(one) for one in answer.choices]
    if answer.value is not None:
        return str(answer.value)
    return f"{answer.amount.normalize():f}" if answer.amount is not None else answer.text


# zhike: allow query-actor, query-scope -- it reads no row, only the form given
def shown_sections(form: FormView, chosen: Mapping[str, set[int]]) -> list[tuple[SectionView, Sequence[ItemView]]]:
    """The pages for somebody with these answers, each with its questions; a part that asks nothing is left out."""
    asked = {item.key for item in asked_items(form, chosen)}
    found = [(section, [item for item in section.items if item.key in asked]) for section in form.sections]
    return [(section, items) for section, items in found if items]


# zhike: allow query-actor, query-scope -- it reads no row, only the form given
def text_item(form: FormView) -> ItemView | None:
    """Where the words of somebody who gives no score are kept: the last open question."""
    return next((item for item in reversed(form.items) if item.kind is ItemKind.TEXT), None)


# zhike: allow query-actor, query-scope -- it reads no row, only the question given
def choices_of(item: ItemView) -> list[tuple[int, str]]:
    """What can be chosen, in the order in which it is offered, in the reader's language; bare points have no word."""
    return [(value, str(label)) for value, label in words_of(item)]
