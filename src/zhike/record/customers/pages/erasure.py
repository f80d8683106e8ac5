"""Erasing a person: find, see what every room holds, state the ground, confirm; the list and the certificates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock, phones
from zhike.platform.audit.policies import VIEW_AUDIT
from zhike.platform.errors import Invalid
from zhike.platform.ui import formats
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Clock, ClockState, Crumb, Empty, EmptyKind, Fact, Status, Tab
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import Choice, Column, Days, Kind, Table
from zhike.platform.ui.toasts import toast
from zhike.record.customers import actions, queries
from zhike.record.customers.forms import EraseForm, FindForm, RefuseForm
from zhike.record.customers.models import Erasure, ErasureRequest
from zhike.record.customers.policies import ERASE
from zhike.record.customers.queries.erasure import address_of, number_of
from zhike.record.customers.types import BASIS_LABELS, GROUND_LABELS, REQUEST_LABELS, RequestState, erasure_labels

_NEW = _("Erase a person")
_LIST = _("Erasures")
_REQUESTS = _("Requests for erasures")
_KEEPING = _("Time of keeping")
MOST_CHOSEN = 20
MOST_TEXTS = 400
MOST_SHOWN = 200


def reason_text(row: Erasure) -> str:
    """Who asked; or that nobody asked, and how long each kind was kept."""
    return told(row.reason, row.retention)


def told(reason: str, retention: Mapping[str, int]) -> str:
    if not retention:
        return reason
    labels = erasure_labels()
    kinds = [
        ngettext("%(kind)s: after %(days)s day", "%(kind)s: after %(days)s days", days)
        % {"kind": labels.get(kind, kind), "days": days}
        for kind, days in sorted(retention.items())
    ]
    return gettext("By retention: %(kinds)s") % {"kinds": gettext("; ").join(kinds)}


def _row_state(row: ErasureRequest) -> Status:
    return Status(REQUEST_LABELS[row.state])


ERASURES = Table(
    key="customers.erasures",
    title=_LIST,
    sort="-at",
    columns=(
        Column("number", _("Number")),
        Column("at", pgettext_lazy("erasure", "Erased"), Kind.TIME, sort="at"),
        Column("basis", _("Legal basis"), value=lambda row: BASIS_LABELS[row.basis], lines=2, width="wide"),
        Column("reason", _("Who asked, and how"), value=reason_text, lines=2, width="wide"),
        Column("people", pgettext_lazy("erasure", "People"), Kind.NUMBER),
        Column("numbers", pgettext_lazy("erasure", "Numbers and addresses"), Kind.NUMBER),
        Column("emptied", pgettext_lazy("erasure", "Rows"), Kind.NUMBER, value=lambda row: sum(row.rows.values())),
    ),
    filters=(
        Choice(
            key="basis",
            label=_("Legal basis"),
            options=[(str(b), label) for b, label in BASIS_LABELS.items()],
            field="basis",
        ),
        Days(key="at", label=pgettext_lazy("erasure", "Erased"), field="at"),
    ),
    row_url=lambda row: reverse("customers:erasure", args=[row.number]),
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("Nobody has been erased yet"),
        text=_(
            "When a person asks for it, or the time of keeping is over, erase them here. Each erasure has a number."
        ),
    ),
)


REQUESTS = Table(
    key="customers.erasure_requests",
    title=_REQUESTS,
    sort="due_at",
    columns=(
        Column("asked_at", pgettext_lazy("request for an erasure", "Asked"), Kind.TIME, sort="asked_at"),
        Column("state", _("State"), Kind.STATUS, value=_row_state),
        Column("due_at", pgettext_lazy("request for an erasure", "Decide by"), Kind.TIME, sort="due_at"),
        Column("reason", _("Who asked, and how"), lines=2, width="wide"),
        Column("answer", _("Why not"), lines=2, width="wide"),
        Column("erasure", _("Certificate of erasure"), value=lambda row: row.erasure.number if row.erasure else ""),
    ),
    filters=(
        Choice(
            key="state",
            label=_("State"),
            options=[(str(one), label) for one, label in REQUEST_LABELS.items()],
            field="state",
        ),
    ),
    row_url=lambda row: reverse("customers:erasure_request", args=[row.key]),
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("No program has asked for an erasure"),
        text=_("When one does, the request waits here until you grant or refuse it."),
    ),
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who was marked on the steps before, as it is posted from one to the next."""

    contacts: Sequence[int] = ()
    numbers: Sequence[str] = ()
    addresses: Sequence[str] = ()
    texts: Sequence[str] = ()
    request: UUID | None = None
    reason: str = field(default="", compare=False)

    @property
    def nobody(self) -> bool:
        return not (self.contacts or self.numbers or self.addresses)


def _tabs(current: str) -> list[Tab]:
    pages = (("customers:erasures", _LIST), ("customers:erasure_requests", _REQUESTS), ("customers:keeping", _KEEPING))
    return [Tab(label=label, url=reverse(name), current=name == current) for name, label in pages]


@requires(ERASE, VIEW_AUDIT)
def erasures(request: HttpRequest) -> HttpResponseBase:
    actor = require_actor(request)
    primary = Button(label=_NEW, url=reverse("customers:erase")) if actor.has(ERASE.code) else None
    context = {"title": ERASURES.title, "primary": primary, "tabs": _tabs("customers:erasures")}
    return ERASURES.respond(
        request, queries.erasure_rows(actor=actor), template="customers/erasures.html", context=context
    )


@requires(ERASE, VIEW_AUDIT)
def requests(request: HttpRequest) -> HttpResponseBase:
    """What programs have asked for, the next deadline first."""
    context = {"title": REQUESTS.title, "tabs": _tabs("customers:erasure_requests")}
    rows = queries.request_rows(actor=require_actor(request))
    return REQUESTS.respond(request, rows, template="customers/erasures.html", context=context)


@requires(ERASE, VIEW_AUDIT)
def keeping(request: HttpRequest) -> HttpResponse:
    """How long each kind is kept, and how much the next runs empty."""
    kinds = queries.expiring_soon(actor=require_actor(request), now=clock.now())
    context = {"title": _KEEPING, "tabs": _tabs("customers:keeping"), "kinds": kinds}
    return render(request, "customers/keeping.html", context)


@requires(ERASE, VIEW_AUDIT)
def asked(request: HttpRequest, key: UUID) -> HttpResponse:
    """One request: look at what would go and grant it, or refuse it with a reason."""
    actor = require_actor(request)
    form = RefuseForm(request.POST if request.POST.get("step") == "refuse" else None)
    if form.is_bound and form.is_valid():
        try:
            actions.refuse_erasure(actor=actor, key=key, answer=form.cleaned_data["answer"], now=clock.now())
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, _("The request is refused. Whom it named is forgotten."))
            return HttpResponseRedirect(reverse("customers:erasure_requests"))
    found = queries.erasure_request(actor=actor, key=key)
    is_open = found.state is RequestState.OPEN
    context = {
        "record": found,
        "form": form,
        "is_open": is_open,
        "can_decide": is_open and actor.has(ERASE.code),
        "clock": Clock(state=ClockState.RUNNING, due=found.due_at, zone=actor.zone) if is_open else None,
        "title": _("Request for an erasure"),
        "crumbs": [Crumb(_REQUESTS, reverse("customers:erasure_requests"))],
        "facts": [
            Fact(label=_("State"), value=str(REQUEST_LABELS[found.state])),
            Fact(label=_("Who asked, and how"), value=found.reason),
            Fact(label=_("People in files"), value=str(len(found.contact_ids)) if is_open else ""),
            Fact(
                label=_("Numbers and addresses"),
                value=", ".join([*map(phones.mask, found.phone_numbers), *found.mail_addresses]),
            ),
            *([Fact(label=_("Why not"), value=found.answer)] if found.answer else []),
        ],
    }
    return render(request, "customers/erasure_request.html", context, status=422 if form.errors else 200)


@requires(ERASE, VIEW_AUDIT)
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    actor = require_actor(request)
    record = queries.erasure(actor=actor, number=number)
    context = {
        "record": record,
        "title": record.number,
        "crumbs": [Crumb(_LIST, reverse("customers:erasures"))],
        "emptied": [room for room in record.rooms if room.rows],
        "facts": [
            Fact(label=pgettext_lazy("erasure", "Erased"), value=formats.absolute(record.at, actor.zone)),
            Fact(label=_("Legal basis"), value=str(BASIS_LABELS[record.basis])),
            Fact(label=_("Who asked, and how"), value=told(record.reason, record.retention)),
            Fact(label=pgettext_lazy("erasure", "Erased by"), value=_("by itself") if record.retention else record.by),
            Fact(label=_("People in files"), value=str(record.people)),
            Fact(label=_("Numbers and addresses"), value=str(record.numbers)),
        ],
    }
    return render(request, "customers/erasure.html", context)


@requires(ERASE)
def erase(request: HttpRequest) -> HttpResponse:
    """One address for the three steps. What names the person is posted, so that no address in a log holds it."""
    step = request.POST.get("step", "")
    chosen = _chosen(request)
    if request.method == "GET" and request.GET.get("contact", "").isdecimal():
        return _preview(request, Chosen(contacts=[int(request.GET["contact"][:18])]), EraseForm())
    if step == "preview":
        return _preview(request, chosen, EraseForm(initial={"reason": chosen.reason}))
    if step == "erase":
        return _erase(request, chosen)
    form = FindForm(request.POST if step == "find" else None)
    context: dict[str, Any] = {"form": form, "title": _NEW, "crumbs": _crumbs()}
    if form.is_bound and form.is_valid():
        now, text = clock.now(), form.cleaned_data["text"]
        number = number_of(text, now)
        context |= {
            "found": queries.erasable(actor=require_actor(request), text=text, now=now),
            "number": number,
            "shown_number": phones.mask(number) if number else "",
            "address": address_of(text),
            "searched": True,
        }
    return render(request, "customers/erase_find.html", context, status=422 if form.errors else 200)


def _erase(request: HttpRequest, chosen: Chosen) -> HttpResponse:
    form = EraseForm(request.POST)
    if not form.is_valid():
        return _preview(request, chosen, form)
    actor, now = require_actor(request), clock.now()
    basis, reason, key = form.given()
    given: dict[str, Any] = {"actor": actor, "texts": chosen.texts, "basis": basis, "reason": reason, "now": now}
    try:
        if chosen.request is not None:
            key = chosen.request
            actions.grant_erasure(key=key, **given)
        else:
            actions.erase_people(
                contact_ids=chosen.contacts,
                phone_numbers=chosen.numbers,
                mail_addresses=chosen.addresses,
                key=key,
                **given,
            )
    except Invalid as error:
        add_errors(form, error)
        return _preview(request, chosen, form)
    number = queries.erasure(actor=actor, key=key).number
    return HttpResponseRedirect(reverse("customers:erasure", args=[number]))


def _preview(request: HttpRequest, chosen: Chosen, form: EraseForm) -> HttpResponse:
    if chosen.nobody:
        context = {
            "form": FindForm(),
            "title": _NEW,
            "crumbs": _crumbs(),
            "problem": _("Nobody was chosen. Nothing has changed. Find the person and mark who is meant."),
        }
        return render(request, "customers/erase_find.html", context, status=422)
    found = queries.erasure_preview(
        actor=require_actor(request),
        contact_ids=chosen.contacts,
        phone_numbers=chosen.numbers,
        mail_addresses=chosen.addresses,
        now=clock.now(),
    )
    context = {
        "form": form,
        "preview": found,
        "held": [room for room in found.rooms if room.rows],
        "mentions": [
            (one, GROUND_LABELS[one.ground], one.ref in chosen.texts)
            for one in (*found.certain[:MOST_SHOWN], *found.doubtful)
        ],
        "unshown": len(found.certain[MOST_SHOWN:]),
        "chosen": chosen,
        "title": _NEW,
        "crumbs": _crumbs(),
    }
    return render(request, "customers/erase.html", context, status=422 if form.errors else 200)


def _crumbs() -> list[Crumb]:
    return [Crumb(_LIST, reverse("customers:erasures"))]


def _chosen(request: HttpRequest) -> Chosen:
    """What was posted; a request of a program says itself whom it names."""
    posted = request.POST
    key = _key(posted.get("request", ""))
    if key is not None:
        asked_for = queries.erasure_request(actor=require_actor(request), key=key)
        return Chosen(
            contacts=asked_for.contact_ids,
            numbers=asked_for.phone_numbers,
            addresses=asked_for.mail_addresses,
            texts=posted.getlist("texts")[:MOST_TEXTS],
            request=key,
            reason=asked_for.reason,
        )
    contacts = [int(one) for one in posted.getlist("contacts")[:MOST_CHOSEN] if one.isdecimal() and len(one) < 19]  # noqa: PLR2004 - digits of a bigint
    return Chosen(
        contacts=contacts,
        numbers=[one for one in posted.getlist("numbers")[:MOST_CHOSEN] if one],
        addresses=[one for one in posted.getlist("addresses")[:MOST_CHOSEN] if one],
        texts=posted.getlist("texts")[:MOST_TEXTS],
    )


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
