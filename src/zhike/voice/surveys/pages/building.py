"""The builder: a draft's parts and questions, moved, written and taken away one step at a time.

Every step is a form of its own that works without script; with it, only the outline is drawn anew.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.errors import Conflict, Invalid, NotFound
from zhike.platform.i18n.labels import LANGUAGES, pick
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button
from zhike.platform.ui.formpage import form_page
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.requests import is_fragment, require_actor
from zhike.platform.ui.toasts import toast
from zhike.record.organization import queries as organization
from zhike.voice.surveys import actions, queries
from zhike.voice.surveys.forms import AboutForm, ItemForm, SectionForm
from zhike.voice.surveys.models import Questionnaire
from zhike.voice.surveys.pages import _shared as shared
from zhike.voice.surveys.policies import DESIGN, PUBLISH
from zhike.voice.surveys.rules import building, forms
from zhike.voice.surveys.types import FormEntry, FormView, NoDraft, VersionState

NEW = "new"
# Errors of texts stand at the first language's field.
_FIELD_OF = {
    "names": f"name_{LANGUAGES[0]}",
    "titles": f"title_{LANGUAGES[0]}",
    "texts": f"text_{LANGUAGES[0]}",
    "hints": f"hint_{LANGUAGES[0]}",
    "choices": f"choices_{LANGUAGES[0]}",
    "intro": f"intro_{LANGUAGES[0]}",
    "thanks": f"thanks_{LANGUAGES[0]}",
    "scale": "answer",
}


def renamed(error: Invalid, form: django_forms.Form) -> Invalid:
    """The same errors under the names of this form's fields."""
    named = {_FIELD_OF.get(name, name): found for name, found in error.fields.items()}
    return Invalid({name if name in form.fields else "": found for name, found in named.items()})


def _drafted(actor: Actor, code: str) -> tuple[Questionnaire, FormView]:
    """The form and its draft; raises NoDraft where the latest version is published."""
    row = queries.get_form_row(actor=actor, code=code)
    form = queries.latest_form(actor=actor, code=code)
    if form.state is not VersionState.DRAFT:
        raise NoDraft
    return row, form


@requires(DESIGN)
def builder(request: HttpRequest, code: str) -> HttpResponse:
    """The outline of the draft beside what keeps it from being published, its time and a telephone."""
    actor, now = require_actor(request), clock.now()
    try:
        row, form = _drafted(actor, code)
    except NoDraft:
        return HttpResponseRedirect(shared.form_url(code))
    return render(request, "surveys/builder.html", _context(request, actor, row, form, now))


def _context(request: HttpRequest, actor: Actor, row: Questionnaire, form: FormView, now: datetime) -> dict[str, Any]:
    faults = forms.form_errors(form)
    publish = Button(label=_("Publish"), url=reverse("surveys:form_publish", args=[row.code]))
    language = request.GET.get("language", "")
    by_key = {item.key: item for item in form.items}
    return {
        "row": row,
        "form": form,
        "title": shared.name_of(form),
        "state": shared.state_of(form.state),
        "parts": shared.parts_of(actor, form),
        "duration": shared.duration_of(form, now),
        "faults": [(by_key.get(fault.key), fault) for fault in faults],
        "untranslated": sum(fault.code == "untranslated" for fault in faults),
        "unreachable": sum(fault.code.startswith("routing") for fault in faults),
        "language": language if language in LANGUAGES else LANGUAGES[0],
        "languages": LANGUAGES,
        "primary": publish if actor.has(PUBLISH.code) else None,
        "crumbs": shared.crumbs(form),
    }


@requires(DESIGN)
@require_POST
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Move a part or a question, or take it away."""
    actor, now = require_actor(request), clock.now()
    _row, form = _drafted(actor, code)
    entry = building.entry_of(form)
    deed, key, is_part = request.POST.get("do", ""), request.POST.get("key", ""), request.POST.get("what") == "part"
    if deed == "remove":
        entry = building.without(entry, key, part=is_part)
    elif deed in {"up", "down"}:
        entry = building.moved(entry, key, part=is_part, up=deed == "up")
    else:
        raise NotFound
    actions.save_form(actor=actor, entry=entry, now=now)
    if not is_fragment(request):
        where = "part" if is_part else "question"
        return HttpResponseRedirect(f"{shared.builder_url(code)}#{where}-{key}")
    row, form = _drafted(actor, code)
    return render(request, "surveys/outline.html", _context(request, actor, row, form, now))


def _written(
    request: HttpRequest,
    row: Questionnaire,
    drafted: FormView,
    form: Any,  # noqa: ANN401 - one of the forms with texts
    *,
    changed: Callable[[FormEntry], FormEntry],
    words: tuple[Any, Any],
    anchor: str = "",
) -> HttpResponse:
    """A page with one form of the builder; what is kept is the whole draft with this one change."""
    if form.is_bound and form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            entry = changed(building.entry_of(drafted))
            actions.save_form(actor=require_actor(request), entry=entry, seen=seen, now=clock.now())
        except Invalid as error:
            add_errors(form, renamed(error, form))
        except Conflict as error:
            form.add_error(None, f"{error.text()} {error.next_step}")
        else:
            toast(request, gettext("Saved."))
            return HttpResponseRedirect(f"{shared.builder_url(row.code)}{anchor}")
    title, submit = words
    return form_page(
        request,
        form,
        room="surveys",
        title=title,
        submit=submit,
        crumbs=shared.crumbs(drafted, builder=True),
        back=shared.builder_url(row.code),
    )


def posted(request: HttpRequest) -> Any:  # noqa: ANN401 - what was sent, or nothing
    return request.POST if request.method == "POST" else None


@requires(DESIGN)
def about(request: HttpRequest, code: str) -> HttpResponse:
    """Names, audience, what is said before and after."""
    row, drafted = _drafted(require_actor(request), code)
    initial = {**AboutForm.values_of(drafted), "seen": row.changed_at.isoformat()}
    form = AboutForm(posted(request), initial=initial)
    form.fields["code"].disabled = True
    words = (_("About the form"), _("Save"))
    return _written(request, row, drafted, form, changed=lambda entry: form.entry(entry.sections), words=words)


@requires(DESIGN)
def part(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """A part, new or as it stands."""
    row, drafted = _drafted(require_actor(request), code)
    found = next((section for section in drafted.sections if section.key == key), None)
    if found is None and key != NEW:
        raise NotFound
    known = SectionForm.values_of(found) if found else {}
    form = SectionForm(posted(request), initial={**known, "seen": row.changed_at.isoformat()})

    def changed(entry: FormEntry) -> FormEntry:
        own = found.key if found else ""
        return building.with_section(entry, form.entry(own or building.free_key(entry, "part")), own)

    words = (_("Part of the form"), _("Save") if found else _("Add the part"))
    return _written(request, row, drafted, form, changed=changed, words=words)


@requires(DESIGN)
def question(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """A question, new or as it stands; `?part=` says where a new one goes."""
    actor = require_actor(request)
    row, drafted = _drafted(actor, code)
    found = drafted.item(key)
    if (found is None and key != NEW) or not drafted.sections:
        raise NotFound
    known = ItemForm.values_of(found) if found else {"section": request.GET.get("part", drafted.sections[-1].key)}
    earlier = [item for item in drafted.items if (found is None or item.order < found.order) and forms.values_of(item)]
    form = ItemForm(
        posted(request),
        initial={**known, "seen": row.changed_at.isoformat()},
        sections=[(section.key, pick(section.titles) or section.key) for section in drafted.sections],
        units=[(str(unit.id), f"{'　' * unit.depth}{unit.name}") for unit in organization.unit_tree(actor=actor)],
        earlier=[(item.key, f"{item.order}. {pick(item.texts)}") for item in earlier],
    )

    def changed(entry: FormEntry) -> FormEntry:
        own = found.key if found else ""
        written = form.entry(own or building.free_key(entry, "q"))
        return building.with_item(entry, form.cleaned_data["section"], written, own)

    words = (_("Question"), _("Save") if found else _("Add the question"))
    anchor = f"#question-{key}" if found else "#zk-outline-end"
    return _written(request, row, drafted, form, changed=changed, words=words, anchor=anchor)
