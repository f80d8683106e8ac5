"""What a new version of an agreement changes, shown before it is written (AGRE-02)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from zhike.platform.ui import formats
from zhike.platform.ui.components import Crumb
from zhike.record.agreements.forms import AgreementForm
from zhike.record.agreements.models import Agreement
from zhike.record.agreements.queries import Version
from zhike.record.agreements.types import AgreementEntry
from zhike.record.customers.types import Label

# Sent by the buttons of the preview: write it, or go on writing.
APPLY = "apply"
AGAIN = "again"
_OURS = frozenset({"csrfmiddlewaretoken", APPLY, AGAIN})


@dataclass(frozen=True, slots=True)
class Change:
    """One term: what goes, and what comes in its place."""

    label: Label
    gone: Sequence[Label]
    new: Sequence[Label]


def changes_of(row: Agreement, last: Version, form: AgreementForm, today: date) -> list[Change]:
    """What differs between the version in force and the one written; what is the same is not shown."""
    entry = form.entry()
    owner = dict(form.fields["owner"].choices).get(str(form.owner_id() or ""), row.owner.name)  # type: ignore[attr-defined]
    pairs: list[tuple[Label, list[str], list[str]]] = [
        (pgettext_lazy("agreement", "Title"), [row.title], [entry.title.strip()]),
        (_("In force until"), [_day(row.valid_until, today)], [_day(entry.valid_until, today)]),
        (_("Review on"), [_day(row.review_on, today)], [_day(entry.review_on, today)]),
        (_("Services and prices"), [_service(one) for one in last.items], [_service(one) for one in entry.items]),
        (_("Standards it carries"), _carried(last), _chosen(form, entry)),
        (_("Deliverables"), _lines(last.row.deliverables), _lines(entry.deliverables)),
    ]
    if form.owner_id() not in {None, row.owner_id}:
        pairs.insert(1, (_("Responsible person"), [row.owner.name], [str(owner)]))
    found = [(label, [x for x in old if x not in new], [x for x in new if x not in old]) for label, old, new in pairs]
    return [Change(label, gone, new) for label, gone, new in found if gone or new]


def _day(value: date | None, today: date) -> str:
    return formats.day(value, today) if value else gettext("no day")


def _service(item: Any) -> str:  # noqa: ANN401 - a row or what was written
    price = f"{item.price.normalize():f} {item.currency}" if item.price is not None else ""
    return " · ".join(one for one in (item.service.strip(), price, item.per.strip(), item.tariff.strip()) if one)


def _carried(last: Version) -> list[str]:
    return [_standard(said.code, link.number, said.text) for link, said in last.standards]


def _chosen(form: AgreementForm, entry: AgreementEntry) -> list[str]:
    words = {code: str(text) for code, text in form.offered}
    return [
        _standard(one.standard, one.number, words[one.standard].removeprefix(f"{one.standard} "))
        for one in entry.standards
    ]


def _standard(code: str, number: Any, text: str) -> str:  # noqa: ANN401 - a figure or none
    own = f" ({gettext('own figure')} {number.normalize():f})" if number is not None else ""
    return f"{code}{own}" if own else f"{code} {text}"


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def preview(request: HttpRequest, row: Agreement, last: Version, form: AgreementForm, today: date) -> HttpResponse:
    """The terms that change and, fetched by the page, the open clocks that would get other deadlines."""
    entry = form.entry()
    carried = [f"{one.standard}:{one.number or ''}".rstrip(":") for one in entry.standards]
    query = urlencode({"from": entry.valid_from.isoformat(), "carry": carried}, doseq=True)
    context = {
        "agreement": row,
        "title": gettext("New version of %(number)s") % {"number": row.number},
        "version": row.version + 1,
        "entry": entry,
        "reason": form.cleaned_data["reason"],
        "changes": changes_of(row, last, form, today),
        "carried": [(name, values) for name, values in request.POST.lists() if name not in _OURS],
        "clocks_url": f"{reverse('cases:agreement_preview', args=[row.number])}?{query}",
        "crumbs": [
            Crumb(gettext("Agreements"), reverse("agreements:list")),
            Crumb(row.number, reverse("agreements:agreement", args=[row.number])),
        ],
    }
    return render(request, "agreements/preview.html", context)
