"""The words of the desk: categories and causes in three languages."""

from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.errors import Invalid, NotFound
from zhike.platform.i18n.labels import LANGUAGES
from zhike.platform.ui import navigation
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Crumb
from zhike.platform.ui.forms import WholeField, add_errors
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast
from zhike.service.cases import actions, queries
from zhike.service.cases.models import Category, Cause
from zhike.service.cases.pages._shared import form_page, posted
from zhike.service.cases.policies import MANAGE
from zhike.service.cases.types import KIND_LABELS, CaseKind, CategoryEntry, CauseEntry

navigation.register(
    NavItem(job=Job.SETTINGS, label=_("Categories and causes"), url_name="cases:words", right=MANAGE.code, order=60)
)
NEW = "new"


class WordForm(forms.Form):
    """A word in three languages."""

    code = forms.SlugField(label=_("Code"), max_length=40)
    zh_hans = forms.CharField(label=_("Name, Simplified Chinese"), max_length=80)
    zh_hant = forms.CharField(label=_("Name, Traditional Chinese"), max_length=80)
    en = forms.CharField(label=_("Name, English"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind of case"), choices=[(str(c), w) for c, w in KIND_LABELS.items()])
    quick = WholeField(label=_("Hours in which it counts as solved quickly"), min_value=1, max_value=8760, initial=24)
    first_contact = forms.BooleanField(label=_("Can be solved at first contact"), required=False, initial=True)
    order = WholeField(label=_("Place in the list"), min_value=1, max_value=999, initial=100)
    active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def labels(self) -> dict[str, str]:
        return {code: self.cleaned_data[code.replace("-", "_")] for code in LANGUAGES}


@requires(MANAGE)
def words(request: HttpRequest) -> HttpResponse:
    actor = require_actor(request)
    context = {
        "categories": [
            (row, queries.category_word(row), KIND_LABELS[row.kind]) for row in queries.category_rows(actor=actor)
        ],
        "causes": [(row, queries.cause_word(row)) for row in queries.cause_rows(actor=actor)],
    }
    return render(request, "cases/words.html", context)


@requires(MANAGE)
def category(request: HttpRequest, code: str) -> HttpResponse:
    actor = require_actor(request)
    row = queries.category_rows(actor=actor).filter(code=code).first()
    if row is None and code != NEW:
        raise NotFound
    form = WordForm(posted(request), initial=_initial(row))
    if row is not None:
        form.fields["code"].disabled = True
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        entry = CategoryEntry(
            code=data["code"],
            labels=form.labels(),
            kind=CaseKind(data["kind"]),
            quick_within=timedelta(hours=data["quick"]),
            first_contact=data["first_contact"],
            order=data["order"],
            active=data["active"],
        )
        try:
            actions.save_category(actor=actor, entry=entry, now=clock.now())
        except Invalid as error:
            add_errors(form, error)
        else:
            return _saved(request)
    return _page(request, form, gettext("Category"))


@requires(MANAGE)
def cause(request: HttpRequest, code: str) -> HttpResponse:
    actor = require_actor(request)
    row = queries.cause_rows(actor=actor).filter(code=code).first()
    if row is None and code != NEW:
        raise NotFound
    form = WordForm(posted(request), initial=_initial(row))
    for name in ("kind", "quick", "first_contact"):
        del form.fields[name]
    if row is not None:
        form.fields["code"].disabled = True
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        entry = CauseEntry(code=data["code"], labels=form.labels(), order=data["order"], active=data["active"])
        try:
            actions.save_cause(actor=actor, entry=entry, now=clock.now())
        except Invalid as error:
            add_errors(form, error)
        else:
            return _saved(request)
    return _page(request, form, gettext("Cause"))


def _initial(row: Category | Cause | None) -> dict[str, object]:
    if row is None:
        return {}
    labels = {code.replace("-", "_"): row.labels.get(code, "") for code in LANGUAGES}
    found: dict[str, object] = {"code": row.code, "order": row.order, "active": row.active, **labels}
    if isinstance(row, Category):
        found |= {
            "kind": row.kind,
            "quick": int(row.quick_within.total_seconds() // 3600),
            "first_contact": row.first_contact,
        }
    return found


def _saved(request: HttpRequest) -> HttpResponseRedirect:
    toast(request, gettext("Saved."))
    return HttpResponseRedirect(reverse("cases:words"))


def _page(request: HttpRequest, form: forms.Form, title: str) -> HttpResponse:
    here = reverse("cases:words")
    crumbs = [Crumb(gettext("Categories and causes"), here)]
    return form_page(request, form, title=title, submit=_("Save"), crumbs=crumbs, back=here)
