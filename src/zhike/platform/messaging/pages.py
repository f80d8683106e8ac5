"""Messages to the outside: what waits, what failed, and what nobody knows, so that people decide."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.errors import Invalid
from zhike.platform.messaging import actions, queries
from zhike.platform.messaging.forms import DecisionForm
from zhike.platform.messaging.models import Message
from zhike.platform.messaging.policies import DECIDE
from zhike.platform.messaging.rules import as_stored, masked
from zhike.platform.messaging.types import CHANNEL_LABELS, STATE_LABELS, Channel, MessageRow, State
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Crumb, Empty, EmptyKind, Fact, Status, Tone
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.navigation import Job, NavItem, register
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import BuiltInView, Choice, Column, Days, Kind, Search, Table
from zhike.platform.ui.toasts import toast

MOUNT = "settings/messages/"
_TONES: Final = {
    State.QUEUED: Tone.PLAIN,
    State.HANDED_OVER: Tone.PLAIN,
    State.SENT: Tone.OK,
    State.FAILED: Tone.WARN,
    State.UNCERTAIN: Tone.BREACH,
    State.HELD: Tone.PAUSE,
}
# What the lines of the log say; the words of the other side stand beside.
_OUTCOMES: Final[dict[str, str | Promise]] = {
    "sent": pgettext_lazy("attempt", "accepted"),
    "refused": pgettext_lazy("attempt", "refused"),
    "deferred": pgettext_lazy("attempt", "not taken, to be tried again"),
    "unknown": pgettext_lazy("attempt", "no answer"),
    "held": pgettext_lazy("attempt", "held"),
    "released": pgettext_lazy("attempt", "released"),
    "sent_again": pgettext_lazy("attempt", "to be sent again"),
    "marked_sent": pgettext_lazy("attempt", "marked as sent"),
    "given_up": pgettext_lazy("attempt", "given up"),
}
_REASONS: Final[dict[str, str | Promise]] = {
    "interrupted": _("The process was interrupted during the hand-over."),
    "no_answer": _("The other side took the message and then did not answer."),
    "connect": _("The other side could not be reached."),
    "connection": _("The connection broke before the message was handed over."),
    "channel_off": _("This channel is switched off."),
    "not_configured": _("This channel is not set up completely."),
    "malformed": _("The address or the sender cannot be used."),
    "given_up": _("A person gave it up."),
    "taken_back": _("Whoever wrote it took it back in time."),
    "forgotten": _("The person was erased before it left."),
}
_NEXT: Final[dict[State, str | Promise]] = {
    State.UNCERTAIN: _(
        "It may or may not have arrived, and is not sent again by itself. Ask the recipient: send it again if it did"
        " not arrive, or note that it did."
    ),
}
# Deed → action, label of the button, states in which it is offered.
_DEEDS: Final = {
    "send_again": (actions.send_again, _("Send again"), {State.UNCERTAIN, State.FAILED}),
    "mark_sent": (actions.mark_sent, _("It did arrive"), {State.UNCERTAIN}),
    "give_up": (actions.give_up, _("Give it up"), {State.UNCERTAIN, State.HELD, State.QUEUED}),
}


def _status(state: State) -> Status:
    return Status(STATE_LABELS[state], _TONES[state])


def _of_address(rows: QuerySet[Message], text: str) -> QuerySet[Message]:
    return rows.filter(to=as_stored(text))


def why(code: str, text: str) -> str:
    """A failure in the reader's words, with what the other side said."""
    known = str(_REASONS.get(code, ""))
    return " ".join(part for part in (known or code, text) if part)


MESSAGES = Table(
    key="messaging.messages",
    title=_("Messages"),
    sort="-created_at",
    columns=(
        Column("created_at", pgettext_lazy("message", "Queued"), Kind.TIME, sort="created_at"),
        Column("channel", _("Channel"), value=lambda row: CHANNEL_LABELS[Channel(row.channel)]),
        Column("to", pgettext_lazy("message", "To"), value=lambda row: masked(row.to)),
        Column("subject", _("Subject"), value=lambda row: row.subject or row.body[:80], lines=2),
        Column(
            "state",
            _("State"),
            Kind.STATUS,
            value=lambda row: _status(State(row.state)),
            plain=lambda row: STATE_LABELS[State(row.state)],
        ),
        Column("attempts", _("Attempts"), Kind.NUMBER),
        Column("error", _("Why"), value=lambda row: why(row.error_code, row.error), lines=2),
        Column("next_at", _("Next attempt"), Kind.TIME, shown=False),
        Column("provider_id", _("Number at the provider"), shown=False),
    ),
    filters=(
        Search(key="to", label=_("Address or number"), apply=_of_address),
        Choice(key="state", label=_("State"), options=[(s.value, STATE_LABELS[s]) for s in State], field="state"),
        Choice(
            key="channel", label=_("Channel"), options=[(c.value, CHANNEL_LABELS[c]) for c in Channel], field="channel"
        ),
        Days(key="queued", label=pgettext_lazy("message", "Queued"), field="created_at"),
    ),
    views=(
        BuiltInView(label=pgettext_lazy("messages", "Uncertain"), query="state=uncertain"),
        BuiltInView(label=pgettext_lazy("messages", "Failed"), query="state=failed"),
        BuiltInView(label=pgettext_lazy("messages", "Held"), query="state=held"),
    ),
    row_url=lambda row: reverse("messaging:page", args=[row.pk]),
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("No message has left the house yet"),
        text=_("Messages to customers and to staff appear here as soon as they are queued."),
    ),
)


@requires(DECIDE)
@require_GET
def message_list(request: HttpRequest) -> HttpResponseBase:
    actor = require_actor(request)
    counts = queries.open_counts(actor=actor)
    context = {"held": counts.get(State.HELD, 0), "uncertain": counts.get(State.UNCERTAIN, 0)}
    return MESSAGES.respond(
        request, queries.list_messages(actor=actor), template="messaging/list.html", context=context
    )


@requires(DECIDE)
@require_http_methods(["GET", "POST"])
def message_page(request: HttpRequest, message_id: UUID) -> HttpResponse:
    actor, now = require_actor(request), clock.now()
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            told = _decide(actor, message_id, request.POST.get("deed", ""), form.cleaned_data["reason"], now)
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, told)
            return HttpResponseRedirect(reverse("messaging:page", args=[message_id]))
    row = queries.get_message(actor=actor, message_id=message_id)
    context = {
        "row": row,
        "status": _status(row.state),
        "facts": _facts(row),
        "log": _log(row),
        "next_step": _NEXT.get(row.state, ""),
        "deeds": [(code, label) for code, (_deed, label, states) in _DEEDS.items() if row.state in states],
        "form": form,
        "crumbs": [Crumb(_("Messages"), reverse("messaging:list"))],
    }
    return render(request, "messaging/page.html", context, status=422 if form.errors else 200)


@requires(DECIDE)
@require_POST
def release(request: HttpRequest) -> HttpResponse:
    """Let the held ones go, a thousand at a time."""
    actor = require_actor(request)
    held = queries.list_messages(actor=actor).filter(state=State.HELD.value).order_by("created_at", "pk")
    count = actions.release_held(
        actor=actor, message_ids=list(held.values_list("pk", flat=True)[:1000]), now=clock.now()
    )
    toast(request, ngettext("%(count)s message released.", "%(count)s messages released.", count) % {"count": count})
    return HttpResponseRedirect(reverse("messaging:list"))


def _decide(actor: Actor, message_id: UUID, deed: str, reason: str, now: datetime) -> str:
    if deed not in _DEEDS:
        raise Invalid.of("", "unknown", _("Choose what is to be done."))
    run, _label, _states = _DEEDS[deed]
    run(actor=actor, message_id=message_id, reason=reason, now=now)
    return {
        "send_again": gettext("It is on its way again."),
        "mark_sent": gettext("Marked as sent."),
        "give_up": gettext("Given up."),
    }[deed]


def _facts(row: MessageRow) -> list[Fact]:
    code = str(row.log[-1]["code"]) if row.log else ""
    missing = _("erased") if row.forgotten else _("none")
    return [
        Fact(label=pgettext_lazy("message", "To"), value=row.to, copy=row.to, missing=missing),
        Fact(label=_("Channel"), value=row.channel_label),
        Fact(label=_("Subject"), value=row.subject, missing=missing),
        Fact(label=_("Why"), value=why(code, "" if row.error == code else row.error), missing=_("nothing is wrong")),
        Fact(label=_("Attempts"), value=str(row.attempts)),
        Fact(label=_("Number at the provider"), value=row.provider_id, copy=row.provider_id, missing=_("none")),
        Fact(label=_("Message number"), value=str(row.id), copy=str(row.id)),
    ]


def _log(row: MessageRow) -> Sequence[tuple[datetime | None, int, str | Promise, str]]:
    return [
        (parse_datetime(line["at"]), line["attempt"], _OUTCOMES.get(line["outcome"], line["outcome"]), _told(line))
        for line in reversed(row.log)
    ]


def _told(line: Mapping[str, Any]) -> str:
    return why(str(line["code"]), str(line["text"]))


register(NavItem(job=Job.SETTINGS, label=_("Messages"), url_name="messaging:list", right=DECIDE.code, order=70))
urlpatterns = [
    path("", message_list, name="list"),
    path("release/", release, name="release"),
    path("<uuid:message_id>/", message_page, name="page"),
]
