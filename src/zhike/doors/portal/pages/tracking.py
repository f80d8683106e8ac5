"""Pages for everybody who holds a waybill or a link of ours: without script, in three languages."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from zhike.doors.portal import queries
from zhike.doors.portal.forms import EndingForm, TrackForm, WishesForm
from zhike.doors.portal.policies import authorize_ending, authorize_lookup, link_actor, wishes_actor
from zhike.doors.portal.rules import SHIPMENT, seal, unseal, waybill_of
from zhike.doors.portal.types import Purpose, TrackView
from zhike.platform import clock
from zhike.platform.actors import Actor, public_actor
from zhike.platform.errors import NotFound, RateLimited
from zhike.platform.search.tokens import compact
from zhike.platform.ui.access import public
from zhike.platform.ui.forms import narrow
from zhike.record.contacting import actions as contacting
from zhike.record.contacting import queries as contacting_queries
from zhike.record.contacting.types import REFUSABLE

# After the right ending: as long as somebody looks at a parcel, not as long as a link that we send.
UNLOCKED_FOR = timedelta(hours=12)
LONGEST = 60


@public("a waybill number is the key; people's data need the ending of a phone besides")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """Ask for a waybill; show what may be known of it."""
    now, actor = clock.now(), _outsider(request)
    if request.method == "POST":
        return _answer(request, actor, now)
    waybill = _clean(request.GET.get("w", ""))
    if not waybill:
        return _ask(request, TrackForm(), actor, now)
    try:
        authorize_lookup(actor.id, now=now)
        view = queries.tracking(actor=actor, waybill=waybill, now=now)
    except NotFound:
        return _refuse(request, waybill, gettext("We do not know this waybill number. Please check it."), 404)
    except RateLimited:
        return _refuse(request, waybill, gettext("Too many look-ups. Please wait a minute and try again."), 429)
    return _show(request, view, EndingForm(initial={"waybill": view.waybill}))


@public("the signed link is the key: one shipment, until a day")
@never_cache
@require_safe
def linked(request: HttpRequest, token: str) -> HttpResponse:
    """The shipment that a link names, with everything its holder may know."""
    now = clock.now()
    link = unseal(token, Purpose.TRACK, now=now)
    if link is None:
        text = gettext("This link is no longer valid. Please type the waybill number.")
        return _refuse(request, "", text, 404)
    actor = link_actor(link, language=get_language() or "")
    try:
        view = queries.tracking(actor=actor, waybill=waybill_of(link), now=now)
    except NotFound:
        return _refuse(request, "", gettext("We do not know this waybill number. Please check it."), 404)
    return _show(request, view, None, proof=token)


@public("the signed link is the key: the wishes of the one person it was sent to")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def wishes(request: HttpRequest, token: str) -> HttpResponse:
    """What the holder of a link wants to get from us. One button refuses everything; nothing asks for a sign-in."""
    actor, now = wishes_actor(token, language=get_language() or ""), clock.now()
    try:
        wish, consents = contacting_queries.wishes_by_link(actor=actor)
    except NotFound:
        return render(request, "portal/wishes.html", {"gone": True}, status=404)
    refuse_all = request.method == "POST" and request.POST.get("deed") == "nothing"
    form = WishesForm(
        request.POST if request.method == "POST" and not refuse_all else None,
        initial=WishesForm.values_of(wish, consents),
    )
    if refuse_all:
        contacting.choose_by_link(actor=actor, refused=dict.fromkeys(REFUSABLE, True), wish=None, now=now)
    elif form.is_bound and form.is_valid():
        contacting.choose_by_link(actor=actor, refused=form.refused(), wish=form.wish(), now=now)
    else:
        context = {"form": form, "saved": request.GET.get("saved") == "1"}
        return render(request, "portal/wishes.html", context, status=422 if form.is_bound else 200)
    return HttpResponseRedirect(f"{reverse('portal:wishes', args=[token])}?saved=1")


@public("the signed link is the key: a mail program refuses for the one person it was sent to (RFC 8058)")
@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def one_click(request: HttpRequest, token: str) -> HttpResponse:
    """The address of List-Unsubscribe: a POST refuses at once; a reader who opens it gets the page with choices."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("portal:wishes", args=[token]))
    actor, now = wishes_actor(token, language=get_language() or ""), clock.now()
    try:
        contacting.unsubscribe_by_link(actor=actor, now=now)
    except NotFound:
        return render(request, "portal/wishes.html", {"gone": True}, status=404)
    return HttpResponse(gettext("Saved. It holds from now on."), content_type="text/plain; charset=utf-8")


def _answer(request: HttpRequest, actor: Actor, now: datetime) -> HttpResponse:
    form = TrackForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, actor, now, status=422)
    waybill, ending = form.cleaned_data["waybill"], form.cleaned_data["ending"]
    if not ending:
        return HttpResponseRedirect(f"{reverse('portal:track')}?{urlencode({'w': waybill})}")
    try:
        authorize_lookup(actor.id, now=now)
        authorize_ending(actor.id, compact(waybill), now=now)
        view = queries.tracking(actor=actor, waybill=waybill, now=now, phone_ending=ending)
    except NotFound:
        return _refuse(request, waybill, gettext("We do not know this waybill number. Please check it."), 404)
    except RateLimited:
        text = gettext("Too many attempts with a phone ending. Please try again in an hour, or call us.")
        return _refuse(request, waybill, text, 429)
    if not view.unlocked:
        wrong = EndingForm({"waybill": view.waybill, "ending": ending})
        wrong.add_error(
            "ending",
            gettext(
                "These are not the last digits of a phone of this shipment. Take the number given when it was sent."
            ),
        )
        return _show(request, view, wrong, status=422)
    # Reached by address from here on, so that reloading neither asks again nor counts again.
    token = seal(f"{SHIPMENT}:{view.waybill}", Purpose.TRACK, until=now + UNLOCKED_FOR)
    return HttpResponseRedirect(reverse("portal:linked", args=[token]))


def _outsider(request: HttpRequest) -> Actor:
    """Staff see here what everybody sees: their own pages are elsewhere."""
    return public_actor(request.META.get("REMOTE_ADDR", ""))


def _clean(text: str) -> str:
    return narrow(text).replace("\x00", "").strip()[:LONGEST]


def _ask(request: HttpRequest, form: TrackForm, actor: Actor, now: datetime, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "help": queries.help_calls(actor=actor, now=now)}
    return render(request, "portal/ask.html", context, status=status)


def _refuse(request: HttpRequest, waybill: str, text: str, status: int) -> HttpResponse:
    form = TrackForm(initial={"waybill": waybill})
    context = {"form": form, "refused": text, "help": queries.help_calls(actor=_outsider(request), now=clock.now())}
    return render(request, "portal/ask.html", context, status=status)


def _show(
    request: HttpRequest, view: TrackView, form: EndingForm | None, *, status: int = 200, proof: str = ""
) -> HttpResponse:
    asked = {"w": view.waybill, **({"p": proof} if proof else {})}
    context = {
        "track": view,
        "form": form,
        "zone": view.zone,
        "ask_url": f"{reverse('portal:matter')}?{urlencode(asked)}",
    }
    return render(request, "portal/track.html", context, status=status)
