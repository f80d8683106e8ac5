"""The notice table: which events are told to whom in which channel unless somebody wishes otherwise."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST

from zhike.platform import clock
from zhike.platform.errors import NotFound
from zhike.platform.ui.access import requires
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast
from zhike.record.contacting import actions, queries
from zhike.record.contacting.policies import NOTICES, VIEW
from zhike.record.contacting.rules.defaults import code_of
from zhike.record.contacting.types import (
    CHANNEL_LABELS,
    EVENT_LABELS,
    PARTY_LABELS,
    SENT_BY_US,
    ContactChannel,
    EventKind,
    NoticeCell,
    Party,
)


@requires(VIEW)
def notice_table(request: HttpRequest) -> HttpResponse:
    actor = require_actor(request)
    cells = queries.notice_table(actor=actor)
    context = {
        "heads": [(PARTY_LABELS[party], CHANNEL_LABELS[channel]) for party in Party for channel in SENT_BY_US],
        "parties": [(PARTY_LABELS[party], len(SENT_BY_US)) for party in Party],
        "rows": [(EVENT_LABELS[event], [_cell(one) for one in cells if one.event is event]) for event in EventKind],
        "may_switch": actor.has(NOTICES.code),
    }
    return render(request, "contacting/notices.html", context)


@requires(NOTICES)
@require_POST
def switch(request: HttpRequest, event: str, party: str, channel: str) -> HttpResponse:
    """Switch one place on or off; undo switches it back."""
    if event not in set(EventKind) or party not in set(Party) or channel not in set(SENT_BY_US):
        raise NotFound
    actor = require_actor(request)
    place = (EventKind(event), Party(party), ContactChannel(channel))
    now_on = next(one.on for one in queries.notice_table(actor=actor) if (one.event, one.party, one.channel) == place)
    actions.switch_notice(actor=actor, event=place[0], party=place[1], channel=place[2], on=not now_on, now=clock.now())
    what = {"event": EVENT_LABELS[place[0]], "party": PARTY_LABELS[place[1]], "channel": CHANNEL_LABELS[place[2]]}
    said = (
        gettext("%(event)s, %(party)s, %(channel)s: off.")
        if now_on
        else gettext("%(event)s, %(party)s, %(channel)s: on.")
    )
    toast(request, said % what, undo=reverse("contacting:switch", args=[event, party, channel]))
    return HttpResponseRedirect(reverse("contacting:notices"))


def _cell(one: NoticeCell) -> dict[str, object]:
    return {
        "on": one.on,
        "is_default": one.is_default,
        "word": pgettext("notice", "on") if one.on else pgettext("notice", "off"),
        "column": f"{PARTY_LABELS[one.party]}, {CHANNEL_LABELS[one.channel]}",
        "label": f"{EVENT_LABELS[one.event]}, {PARTY_LABELS[one.party]}, {CHANNEL_LABELS[one.channel]}",
        "url": reverse("contacting:switch", args=[one.event.value, one.party.value, one.channel.value]),
        "template_url": reverse("contacting:template", args=[code_of(one.event, one.channel)]),
    }
