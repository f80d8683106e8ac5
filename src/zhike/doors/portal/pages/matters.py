"""Complaints, questions and suggestions (投诉和建议), and the customer's view of their case."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from zhike.doors.portal import queries
from zhike.doors.portal.forms import CaseKeyForm, MatterForm, WordForm
from zhike.doors.portal.policies import (
    asking_actor,
    authorize_case_key,
    authorize_lookup,
    authorize_matter,
    case_actor,
)
from zhike.doors.portal.rules import KEPT_PHOTOS, unseal, waybill_of
from zhike.doors.portal.types import Purpose
from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.errors import Invalid, NotFound, RateLimited
from zhike.platform.files.types import MEGABYTE
from zhike.platform.ui.access import public
from zhike.platform.ui.forms import add_errors
from zhike.service.cases import actions
from zhike.service.cases import queries as cases
from zhike.service.cases.types import CaseKind
from zhike.service.cases.types.web import MOST_PHOTOS, AnswerBy, WebEntry

_TOO_MANY = 429


@public("anybody may write to the company; how often is limited, and what a machine fills in is not taken")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def matter(request: HttpRequest) -> HttpResponse:
    """The form: from the tracking page with the waybill filled in, or by its own address."""
    now, actor = clock.now(), asking_actor(language=get_language() or "")
    choices = cases.web_choices(actor=actor)
    if request.method != "POST":
        waybill = request.GET.get("w", "").replace("\x00", "").strip()[:60]
        initial = {"waybill": waybill, "proof": request.GET.get("p", "")[:400], "once": uuid4().hex, "answer_by": "sms"}
        return _form(request, MatterForm(initial=initial, choices=choices), now)
    form = MatterForm(request.POST, choices=choices)
    try:
        authorize_matter(request.META.get("REMOTE_ADDR", ""), now=now)
        photos, wrong = _photos(request, actor, now, once=request.POST.get("once", ""))
    except RateLimited:
        form.is_valid()
        form.add_error(
            None, gettext("Too many messages from here. What you wrote is still below; wait an hour or call us.")
        )
        return _form(request, form, now, status=_TOO_MANY)
    form.is_valid()
    for text in wrong:
        form.add_error("photos", text)
    if not form.errors:
        try:
            taken = actions.take_web_matter(actor=actor, entry=_entry(form, photos, now), now=now)
        except Invalid as error:
            add_errors(form, error)
        else:
            said = "attached" if taken.attached else "new"
            return HttpResponseRedirect(f"{reverse('portal:case', args=[taken.link])}?{said}=1")
    return _form(request, form, now, photos=photos, status=422)


@public("the link is the key: one case, as its holder may see it, until a day")
@never_cache
@require_http_methods(["GET", "HEAD"])
def case(request: HttpRequest, token: str) -> HttpResponse:
    """The five answers, what was said outside, and what the customer may do."""
    return _case(request, token, _word_form(), clock.now())


def _word_form() -> WordForm:
    """A form of its own for each time the page is drawn."""
    return WordForm(initial={"once": uuid4().hex})


@public("the link is the key: its holder writes about the one case that it is of")
@never_cache
@require_POST
def case_deed(request: HttpRequest, token: str, deed: str) -> HttpResponse:
    """Answer, say that it is settled or not, ask to be called."""
    now = clock.now()
    actor = case_actor(token, language=get_language() or "")
    form = WordForm(request.POST)
    default = _DEEDS.get(deed)
    if default is None:
        raise Http404
    text = request.POST.get("text", "").replace("\x00", "").strip()
    try:
        authorize_matter(request.META.get("REMOTE_ADDR", ""), now=now)
        if deed == "settled":
            actions.settle_by_link(actor=actor, now=now)
        else:
            photos, wrong = _photos(request, actor, now, once=request.POST.get("once", ""))
            form.is_valid()
            for line in wrong:
                form.add_error("photos", line)
            words = "\n".join(part for part in (str(default), text) if part)
            if not words and photos:
                words = gettext("Photos added.")
            if "once" in form.errors:
                form.data = {**request.POST.dict(), "once": uuid4().hex}
            if form.errors:
                return _case(request, token, form, now, photos=photos, status=422)
            once = _print_of(request, form.cleaned_data["once"], words)
            actions.write_by_link(actor=actor, once=once, text=words, photo_ids=photos, now=now)
    except NotFound:
        return _gone(request)
    except RateLimited:
        form.is_valid()
        form.add_error("text", gettext("Too many messages from here. Wait an hour or call us."))
        return _case(request, token, form, now, status=_TOO_MANY)
    except Invalid as error:
        form.is_valid()
        add_errors(form, error)
        return _case(request, token, form, now, status=422)
    return HttpResponseRedirect(f"{reverse('portal:case', args=[token])}?done={deed}")


@public("the case's number and a second key: the ending of the phone, or the address, of who wrote")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_number(request: HttpRequest) -> HttpResponse:
    """The state of a case by its number and a second key; what was said is seen by the link alone."""
    now, actor = clock.now(), asking_actor(language=get_language() or "")
    form = CaseKeyForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound and form.is_valid():
        number, key = form.cleaned_data["number"], form.cleaned_data["key"]
        address = request.META.get("REMOTE_ADDR", "")
        try:
            authorize_lookup(address, now=now)
            authorize_case_key(address, number, now=now)
            token = cases.link_by_key(actor=actor, number=number, key=key, now=now)
        except NotFound:
            form.add_error(
                "key",
                gettext(
                    "This number and key do not belong together, or its time here is over. Check both, or write to us"
                    " again and name the number."
                ),
            )
            status = 422
        except RateLimited:
            form.add_error("key", gettext("Too many attempts. Please try again in an hour, or call us."))
            status = _TOO_MANY
        else:
            return HttpResponseRedirect(reverse("portal:case", args=[token]))
    elif form.is_bound:
        status = 422
    context = {"form": form, "help": queries.help_calls(actor=actor, now=now)}
    return render(request, "portal/case_key.html", context, status=status)


def _print_of(request: HttpRequest, once: str, words: str) -> str:
    """The same form with the same words and photos; whoever went back and wrote something else has said more."""
    said = [once, words, request.POST.get("kept", "")]
    said += [f"{one.name} {one.size}" for one in request.FILES.getlist("photos")]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


# What a button says for its presser, before whatever they typed.
_DEEDS: Mapping[str, str | Promise] = {
    "write": "",
    "settled": "",
    "unsettled": gettext_lazy("The matter is not solved."),
    "call": gettext_lazy("Please call me back."),
}


def _case(
    request: HttpRequest, token: str, form: WordForm, now: datetime, *, photos: Sequence[int] = (), status: int = 200
) -> HttpResponse:
    actor = case_actor(token, language=get_language() or "")
    try:
        view = queries.case_page(actor=actor, now=now)
    except NotFound:
        return _gone(request)
    context = {
        "view": view,
        "form": form,
        "token": token,
        "new": request.GET.get("new") == "1",
        "attached": request.GET.get("attached") == "1",
        "done": request.GET.get("done", "") in _DEEDS,
        "kept": _sealed(photos),
        "kept_count": len(photos),
        "zone": view.zone,
    }
    return render(request, "portal/case.html", context, status=status)


def _gone(request: HttpRequest) -> HttpResponse:
    """A link that opens nothing: the number and a second key still do."""
    context = {"form": CaseKeyForm(), "gone": True}
    return render(request, "portal/case_key.html", context, status=404)


def _form(
    request: HttpRequest, form: MatterForm, now: datetime, *, photos: Sequence[int] = (), status: int = 200
) -> HttpResponse:
    actor = asking_actor(language=get_language() or "")
    context = {
        "form": form,
        "kept": _sealed(photos),
        "kept_count": len(photos),
        "most_photos": MOST_PHOTOS,
        "help": queries.help_calls(actor=actor, now=now),
        "known": queries.open_matter(
            actor=actor,
            waybill=form["waybill"].value() or "",
            proven=_is_proven(form["proof"].value() or "", form["waybill"].value() or "", now),
            now=now,
        )
        if status == 200  # noqa: PLR2004
        else None,
    }
    return render(request, "portal/matter.html", context, status=status)


def _entry(form: MatterForm, photos: Sequence[int], now: datetime) -> WebEntry:
    data = form.cleaned_data
    return WebEntry(
        kind=CaseKind(data["kind"]),
        category=data["category"],
        text=data["text"],
        name=data["name"],
        answer_by=AnswerBy(data["answer_by"]),
        once=data["once"],
        phone=data["phone"],
        email=data["email"],
        waybill=data["waybill"],
        language=get_language() or "zh-hans",
        proven=_is_proven(data["proof"], data["waybill"], now),
        photo_ids=photos,
    )


def _is_proven(proof: str, waybill: str, now: datetime) -> bool:
    """Whether the sender came from the page that the waybill's second key opens."""
    link = unseal(proof, Purpose.TRACK, now=now) if proof else None
    return link is not None and waybill_of(link) == waybill.strip()


def _photos(request: HttpRequest, actor: Actor, now: datetime, *, once: str) -> tuple[list[int], list[str]]:
    """The photos of an earlier try and those that came now, as kept, each once; and what is wrong with others."""
    once = once.replace("\x00", "")
    kept = _unsealed(request.POST.get("kept", ""))
    wrong: list[str] = []
    for upload in request.FILES.getlist("photos"):
        if len(kept) >= MOST_PHOTOS:
            wrong.append(gettext("At most %(most)s photos; the first %(most)s have been kept.") % {"most": MOST_PHOTOS})
            break
        try:
            if (pk := _keep(upload, actor, now, once=once)) not in kept:
                kept.append(pk)
        except Invalid as error:
            wrong += [one.text() for found in error.fields.values() for one in found]
    return kept, wrong


def _keep(upload: "UploadedFile[bytes]", actor: Actor, now: datetime, *, once: str) -> int:
    largest = queries.largest_photo(actor=actor, now=now)
    name = upload.name or "photo"
    if upload.size is not None and upload.size > largest:
        told = gettext("“%(name)s” is larger than %(largest)s MB.")
        raise Invalid.of("file", "too_large", told % {"name": name, "largest": largest // MEGABYTE})
    return actions.keep_photo(actor=actor, content=upload.read(), name=name, once=once, now=now)


def _sealed(photos: Sequence[int]) -> str:
    return signing.dumps(list(photos), salt=KEPT_PHOTOS) if photos else ""


def _unsealed(text: str) -> list[int]:
    try:
        found = signing.loads(text, salt=KEPT_PHOTOS, max_age=24 * 3600) if text else []
    except signing.BadSignature:
        return []
    return [int(pk) for pk in found]
