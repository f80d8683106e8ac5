"""What is done with a form as a whole: begun, published, taken out of use; and taking in those that come built in."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock
from zhike.platform.errors import Conflict, Invalid
from zhike.platform.ui.access import requires
from zhike.platform.ui.formpage import form_page
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast
from zhike.voice.surveys import actions, queries
from zhike.voice.surveys.forms import AboutForm, PublishForm, ReasonForm
from zhike.voice.surveys.pages import _shared as shared
from zhike.voice.surveys.pages.building import posted, renamed
from zhike.voice.surveys.policies import DESIGN, PUBLISH
from zhike.voice.surveys.rules import forms
from zhike.voice.surveys.types import NoDraft, VersionState


@requires(DESIGN)
def new(request: HttpRequest) -> HttpResponse:
    """A new form; its questions come in the builder."""
    form = AboutForm(posted(request))
    if form.is_bound and form.is_valid():
        try:
            actions.save_form(actor=require_actor(request), entry=form.entry(), new=True, now=clock.now())
        except Invalid as error:
            add_errors(form, renamed(error, form))
        else:
            return HttpResponseRedirect(shared.builder_url(form.cleaned_data["code"]))
    return form_page(
        request,
        form,
        room="surveys",
        title=_("New form"),
        submit=_("Write the questions"),
        crumbs=shared.crumbs(),
        back=reverse("surveys:forms"),
    )


@requires(DESIGN)
@require_POST
def install(request: HttpRequest) -> HttpResponse:
    """Take in the built-in forms as drafts."""
    made = actions.install_builtin(actor=require_actor(request), now=clock.now())
    said = ngettext("%(count)d form taken in as a draft.", "%(count)d forms taken in as drafts.", len(made))
    toast(request, said % {"count": len(made)} if made else gettext("All built-in forms are here already."))
    return HttpResponseRedirect(reverse("surveys:forms"))


@requires(DESIGN)
@require_POST
def draft(request: HttpRequest, code: str) -> HttpResponse:
    """Begin the next version as the latest one stands."""
    actions.begin_draft(actor=require_actor(request), code=code, now=clock.now())
    return HttpResponseRedirect(shared.builder_url(code))


@requires(PUBLISH)
def publish(request: HttpRequest, code: str) -> HttpResponse:
    """The second look: what keeps the draft from being published, and how long it takes; then publish it."""
    actor, now = require_actor(request), clock.now()
    row = queries.get_form_row(actor=actor, code=code)
    found = queries.latest_form(actor=actor, code=code)
    if found.state is not VersionState.DRAFT:
        raise NoDraft
    form = PublishForm(posted(request), initial={"seen": row.changed_at.isoformat()})
    if form.is_bound and form.is_valid():
        try:
            actions.publish_form(actor=actor, code=code, seen=form.cleaned_data["seen"], now=now)
        except Invalid as error:
            add_errors(form, error)
        except Conflict as error:
            form.add_error(None, f"{error.text()} {error.next_step}")
        else:
            toast(request, gettext("Published. New surveys carry this version."))
            return HttpResponseRedirect(shared.form_url(code))
    context = {
        "found": found,
        "duration": shared.duration_of(found, now),
        "faults": [(found.item(fault.key), fault) for fault in forms.form_errors(found)],
        "audience": shared.audience_of(found),
        "sections": len(found.sections),
        "items": len(found.items),
    }
    return form_page(
        request,
        form,
        room="surveys",
        title=_("Publish version %(version)s") % {"version": found.number},
        submit=_("Publish"),
        crumbs=shared.crumbs(found),
        back=shared.form_url(code),
        template="surveys/publish.html",
        context=context,
    )


@requires(PUBLISH)
def retire(request: HttpRequest, code: str) -> HttpResponse:
    """Take a form out of use, with the reason."""
    actor = require_actor(request)
    found = queries.published_form(actor=actor, code=code)
    form = ReasonForm(posted(request))
    if form.is_bound and form.is_valid():
        try:
            actions.retire_form(actor=actor, code=code, reason=form.cleaned_data["reason"], now=clock.now())
        except Invalid as error:
            add_errors(form, error)
        except Conflict as error:
            form.add_error(None, f"{error.text()} {error.next_step}")
        else:
            toast(request, gettext("No new survey carries it; what runs goes on."))
            return HttpResponseRedirect(shared.form_url(code))
    return form_page(
        request,
        form,
        room="surveys",
        title=_("Use the form no longer"),
        submit=_("Use no longer"),
        crumbs=shared.crumbs(found),
        back=shared.form_url(code),
        note=_("Surveys that run go on with it. Publishing the next version brings the form back."),
    )
