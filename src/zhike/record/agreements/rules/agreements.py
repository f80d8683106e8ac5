"""What an agreement must say, when it holds, and which of several targets of agreements wins."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from zhike.platform import money
from zhike.platform.errors import FieldError
from zhike.record.agreements.rules.standards import has_number, vague_in
from zhike.record.agreements.types import INSTEAD, AgreementEntry, AgreementState, Measure, Vague

_SENTENCES = re.compile(r"[\n。；;！!]|\.\s")
MOST_TITLE = 200
MOST_TEXT = 4000
MOST_ITEMS = 60
MOST_STANDARDS = 100


def agreement_errors(
    entry: AgreementEntry, known: Collection[str], listed: Collection[Vague] = ()
) -> dict[str, list[FieldError]]:
    """What is wrong, by field; `known` are the numbers of standards in force on the first day, `listed` vague words."""
    wrong: dict[str, list[FieldError]] = {}
    if not entry.title.strip():
        wrong["title"] = [FieldError("required", _("Give the agreement a title that the customer recognises."))]
    elif len(entry.title) > MOST_TITLE:
        wrong["title"] = [FieldError("too_long", _("At most %(maximum)s characters."), {"maximum": MOST_TITLE})]
    if unclear := _deliverable_errors(entry.deliverables, listed):
        wrong["deliverables"] = unclear
    if entry.valid_until is not None and entry.valid_until < entry.valid_from:
        wrong["valid_until"] = [FieldError("before", _("The last day lies before the first."))]
    if entry.review_on is not None and entry.review_on < entry.valid_from:
        wrong["review_on"] = [FieldError("before", _("The day of review lies before the first day."))]
    if found := [problem for item in entry.items for problem in _item_errors(item)]:
        wrong["items"] = found
    if len(entry.items) > MOST_ITEMS or len(entry.standards) > MOST_STANDARDS:
        wrong["items"] = [FieldError("too_many", _("At most 60 services and 100 standards."))]
    strange = [one.standard for one in entry.standards if one.standard not in known]
    if strange:
        wrong["standards"] = [
            FieldError("unknown", _("%(code)s does not hold on the first day of the agreement."), {"code": code})
            for code in strange
        ]
    elif any(one.number is not None and one.number <= 0 for one in entry.standards):
        wrong["standards"] = [FieldError("too_small", _("A figure of one's own is above 0."))]
    return wrong


def revision_errors(entry: AgreementEntry, *, reason: str, since: date) -> dict[str, list[FieldError]]:
    """What is wrong with the next version of an agreement in force, whose version before holds `since` that day."""
    wrong: dict[str, list[FieldError]] = {}
    if entry.valid_from <= since:
        later = _("A new version begins after the one before, which holds from %(day)s.")
        wrong["valid_from"] = [FieldError("not_later", later, {"day": since.isoformat()})]
    if not reason.strip():
        wrong["reason"] = [FieldError("required", _("Write why the agreement changes."))]
    return wrong


def _deliverable_errors(text: str, listed: Collection[Vague]) -> list[FieldError]:
    """A vague word in a sentence without a figure: nobody can say later whether it was delivered (AGRE-03)."""
    if len(text) > MOST_TEXT:
        return [FieldError("too_long", _("At most %(maximum)s characters."), {"maximum": MOST_TEXT})]
    said = [one for one in _SENTENCES.split(text) if not has_number(one)]
    return [
        FieldError("vague", INSTEAD[one.kind], {"word": one.word}) for words in said for one in vague_in(words, listed)
    ]


def _item_errors(item: object) -> list[FieldError]:
    service, price, currency = (getattr(item, name) for name in ("service", "price", "currency"))
    if not service.strip():
        return [FieldError("required", _("Name the service that belongs to the price."))]
    if not money.is_currency(currency):
        return [FieldError("unknown_currency", _("%(currency)s is no ISO currency code."), {"currency": currency})]
    if price is not None and not 0 <= price < money.LIMIT:
        return [FieldError("negative", _("The price of %(service)s is below 0 or too large."), {"service": service})]
    return []


def may_start(items: int) -> bool:
    """An agreement without any service agrees nothing."""
    return items > 0


def has_expired(state: str, valid_until: date | None, today: date) -> bool:
    return state == AgreementState.IN_FORCE.value and valid_until is not None and valid_until < today


@dataclass(frozen=True, slots=True)
class AgreedTime:
    """A time that an agreement in force sets for the clock of matters."""

    standard_id: int
    agreement_id: int
    source: str
    measure: Measure
    category: str
    budget: timedelta
    number: str = ""


def agreed(rows: Iterable[AgreedTime], category: str) -> dict[Measure, AgreedTime]:
    """By measure, what holds for this category: the one for the category itself, of several the shortest."""
    found: dict[Measure, AgreedTime] = {}
    for row in rows:
        if row.category not in {"", category}:
            continue
        held = found.get(row.measure)
        if held is None or _rank(row) < _rank(held):
            found[row.measure] = row
    return found


def _rank(row: AgreedTime) -> tuple[bool, timedelta, int]:
    return (not row.category, row.budget, row.standard_id)
