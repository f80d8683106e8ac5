"""One case: outside white, inside yellow, and what it is about (ui.md §2); and the queue beside it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.doors.desk.pages import case_parts as parts
from zhike.doors.desk.pages import shipment_parts
from zhike.doors.desk.pages.case_mail import talk
from zhike.platform import clock, phones
from zhike.platform.actors import Actor
from zhike.platform.db.ids import id_of
from zhike.platform.errors import NotFound
from zhike.platform.ui import navigation
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Crumb, Empty, EmptyKind, Tab
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import refused_form, require_actor
from zhike.record.agreements import queries as agreements
from zhike.record.customers.types import CHANNEL_LABELS, Channel
from zhike.record.organization.queries import outlet_cards, unit_tree
from zhike.record.shipments import queries as shipments
from zhike.service.cases import actions, queries
from zhike.service.cases.policies import HANDLE, VIEW
from zhike.service.cases.types import PARTY_LABELS, WITH_UNIT, CaseState
from zhike.service.cases.types.web import ANSWER_BY_LABELS, ANSWER_CHANNELS, AnswerBy, Author

navigation.register(NavItem(job=Job.SERVE, label=_("Queue"), url_name="desk:queue", right=HANDLE.code, order=10))
ROWS = 40
LAST = 4
_NOT_SPOKEN = frozenset({Channel.NOTE, Channel.SYSTEM})


@requires(VIEW)
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """The whole page. Its first view costs at most twelve queries; goods and effort are fragments."""
    actor, now = require_actor(request), clock.now()
    row = queries.get_case(actor=actor, case_id=case_id)
    context = {
        **_body(request, actor, row, now, last=queries.CONVERSATION),
        "crumbs": [Crumb(gettext("Cases"), reverse("cases:list"))],
    }
    return render(request, "desk/case.html", context)


def _body(request: HttpRequest, actor: Actor, row: Any, now: datetime, *, last: int) -> dict[str, Any]:  # noqa: ANN401
    customer, answers = parts.summary(actor, row.customer_id), queries.answers_of(row)
    return {
        "case": row,
        "customer": customer,
        "entries": talk(actor, row, queries.conversation(actor=actor, case=row, limit=last)),
        "answers": answers,
        "owner_phone": phones.display(answers.owner_phone) if answers.owner_phone else "",
        "is_open": row.state != CaseState.CLOSED.value,
        "may_handle": actor.has(HANDLE.code),
        "composer": _composer(row, actor, refused_form(request)),
        "channels": [(code.value, CHANNEL_LABELS[code]) for code in Channel if code not in _NOT_SPOKEN],
        "facts": parts.about(row, actor),
        **parts.header(row, customer, actor),
        **parts.clocks_and_tasks(row, actor, now),
        **parts.promises(row, actor, now),
        **parts.inside(row, actor),
    }


def _composer(row: Any, actor: Actor, refused: forms.Form | None) -> dict[str, Any]:  # noqa: ANN401 - a case
    """Answer whoever spoke last by the channel in which they did, or in which who wrote on the web wants to hear.

    Their name stands on the button, ours under the mail. What was refused stands in it as it was sent.
    """
    author = queries.last_speaker(actor=actor, case=row)
    spoke_by = row.channel
    if author is not None:
        spoke_by = ANSWER_CHANNELS[author.answer_by].value if author.answer_by else author.channel
    fresh = {
        "name": queries.addressee(row, author),
        "to": queries.addressee_key(row, author),
        "channel": spoke_by if spoke_by != "system" else "call",
        "draft": f"case:{row.pk}:reply",
        "nonce": uuid4().hex,
        "signature": queries.signature(actor=actor, case=row),
    }
    if refused is None:
        return fresh
    sent = {name: str(refused[name].value() or "") for name in ("body", "channel", "answer", "cause", "party", "unit")}
    again = {
        "form": refused,
        "body": sent["body"],
        "channel": sent["channel"] or fresh["channel"],
        "answer": bool(sent["answer"]),
        "nonce": str(refused["nonce"].value() or "") or fresh["nonce"],
    }
    if row.cause_id is None and sent["answer"]:
        again["coding"] = _coding(actor, sent)
    return {**fresh, **again}


def _coding(actor: Actor, chosen: Mapping[str, str]) -> dict[str, Any]:
    return {
        "causes": queries.cause_labels(actor=actor).items(),
        "parties": PARTY_LABELS.items(),
        "units": [(str(unit.id), unit.name) for unit in unit_tree(actor=actor)],
        "needing": " ".join(["party", *sorted(one.value for one in WITH_UNIT)]),
        "chosen": chosen,
    }


@requires(HANDLE)
def coding_fields(request: HttpRequest, case_id: int) -> HttpResponse:
    """Cause and responsible unit, asked for when an answer is given; a fragment of the composer."""
    actor = require_actor(request)
    queries.get_case(actor=actor, case_id=case_id)
    # Without the tick nothing is asked for.
    if request.GET.get("answer") != "on":
        return HttpResponse("")
    return render(request, "desk/case_coding.html", {"coding": _coding(actor, {})})


def _typed_number(actor: Actor, author: Author) -> str:
    """Whole for whoever calls back as was asked; masked like every customer's number otherwise."""
    if not author.phone:
        return ""
    calls = author.answer_by == AnswerBy.CALL.value and actor.has(HANDLE.code)
    return phones.display(author.phone) if calls else phones.mask(author.phone)


@requires(VIEW)
def about(request: HttpRequest, case_id: int) -> HttpResponse:
    """Goods and effort, beside the talk; a fragment."""
    actor, now = require_actor(request), clock.now()
    row = queries.get_case(actor=actor, case_id=case_id)
    context: dict[str, Any] = {
        "case": row,
        "effort": queries.effort_of(actor=actor, case=row, now=now),
        "agreements": agreements.holding_on(
            actor=actor, customer_id=row.customer_id, day=clock.local_date(row.opened_at, row.zone)
        ),
        "authors": [
            (one, _typed_number(actor, one), ANSWER_BY_LABELS[one.answer_by])
            for one in queries.authors_of(actor=actor, case_id=row.pk)
        ],
        "photos": queries.photos_of(actor=actor, case_id=row.pk),
        "reasons": parts.said_in_surveys(actor, row.pk),
    }
    goods = _goods(actor, row.shipment_id)
    if goods is not None:
        holder = goods.holder_unit or goods.destination_unit
        cards = outlet_cards(actor=actor, unit_ids=[holder.pk], now=now) if holder else {}
        context |= {
            "shipment": goods,
            "goods_state": shipment_parts.state_word(goods),
            "goods_late": shipment_parts.late_word(goods, now),
            "promise": shipment_parts.promise(goods, now),
            "holder": shipment_parts.holder(actor, goods, cards.get(holder.pk) if holder else None),
        }
    return render(request, "desk/case_about.html", context)


def _goods(actor: Actor, shipment_id: int | None) -> Any:  # noqa: ANN401 - a shipment
    """None also where the goods lie beyond the reader's reach, who was asked about the matter all the same."""
    try:
        return shipments.get_shipment(actor=actor, shipment_id=shipment_id) if shipment_id is not None else None
    except NotFound:
        return None


@require_POST
@requires(VIEW)
def here(request: HttpRequest, case_id: int) -> HttpResponse:
    """I have this case open: others are warned, my look counts for today, and I learn who else is here."""
    actor, now = require_actor(request), clock.now()
    actions.be_present(actor=actor, case_id=case_id, typing=request.POST.get("typing") == "1", now=now)
    if actor.has(HANDLE.code) and request.POST.get("first") == "1":
        actions.view_case(actor=actor, case_id=case_id, now=now)
        actions.look_at_cases(actor=actor, case_ids=[case_id], now=now)
    others = queries.present(actor=actor, case_id=case_id, now=now)
    return render(request, "desk/case_here.html", {"others": others})


@requires(HANDLE)
def queue(request: HttpRequest) -> HttpResponseBase:
    """The workbench: whose turn it is, the most urgent first, and the chosen case beside the list."""
    actor, now = require_actor(request), clock.now()
    view = request.GET.get("view", "mine")
    rows = queries.queue_rows(actor=actor, view=view)
    shown = list(rows[:ROWS])
    wanted = request.GET.get("case", "")
    chosen = next((row for row in shown if str(row.pk) == wanted), None)
    if chosen is None and (case_id := id_of(wanted)) is not None:
        chosen = queries.case_rows(actor=actor).filter(pk=case_id).first()
    chosen = chosen or (shown[0] if shown else None)
    context: dict[str, Any] = {
        "view": view,
        "now": now,
        "rows": [parts.QueueLine.of(row, now) for row in shown],
        "tabs": [
            Tab(label=label, url=f"{reverse('desk:queue')}?view={code}", current=code == view, count=count)
            for code, label, count in queries.queue_counts(actor=actor)
        ],
        "empty": Empty(
            kind=EmptyKind.NOTHING_DUE,
            title=_("Your queue is empty"),
            text=_("New contacts arrive by themselves. Look at your unit's queue, or at the watch list."),
        ),
        "chosen": chosen.pk if chosen else None,
    }
    if chosen is not None:
        full = queries.get_case(actor=actor, case_id=chosen.pk)
        context |= _body(request, actor, full, now, last=LAST)
    return render(request, "desk/queue.html", context)


@requires(HANDLE)
def pane(request: HttpRequest, case_id: int) -> HttpResponse:
    """The chosen case beside the queue; a fragment."""
    actor, now = require_actor(request), clock.now()
    row = queries.get_case(actor=actor, case_id=case_id)
    return render(request, "desk/case.html#body", {**_body(request, actor, row, now, last=LAST), "folded": True})


urlpatterns = [
    path("serve/queue/", queue, name="queue"),
    path("serve/cases/<int:case_id>/", case, name="case"),
    path("serve/cases/<int:case_id>/pane/", pane, name="case_pane"),
    path("serve/cases/<int:case_id>/about/", about, name="case_about"),
    path("serve/cases/<int:case_id>/here/", here, name="case_here"),
    path("serve/cases/<int:case_id>/answer-coding/", coding_fields, name="case_coding"),
]
