"""What is done with an article: writing, publishing, refusing, withdrawing, reviewing."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock, files, parameters
from zhike.platform.actors import Actor
from zhike.platform.errors import Conflict, Invalid
from zhike.platform.i18n.labels import LANGUAGES
from zhike.platform.ui import slots
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Crumb
from zhike.platform.ui.formpage import form_page
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast
from zhike.record.organization import queries as organization
from zhike.service.knowledge import actions, queries
from zhike.service.knowledge.forms import ArticleForm, ReasonForm, ReviewForm
from zhike.service.knowledge.models import Article
from zhike.service.knowledge.pages.articles import page_url
from zhike.service.knowledge.policies import ATTACHMENT, PUBLISH, REVIEW_DAYS, WRITE

Do = Callable[[Actor, datetime], Any]
_FIELD_OF = {
    "titles": f"title_{LANGUAGES[0]}",
    "answers": f"answer_{LANGUAGES[0]}",
    "bodies": f"body_{LANGUAGES[0]}",
    "files": "attachments",
    "file": "attachments",
}


def _form(request: HttpRequest, actor: Actor, initial: Mapping[str, Any]) -> ArticleForm:
    people = organization.staff_rows(actor=actor).active().filter(user__isnull=False).select_related("unit")
    is_sent = request.method == "POST"
    return ArticleForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        initial=dict(initial),
        categories=list(queries.category_labels(actor=actor).items()),
        people=[(str(one.pk), f"{one.name} {one.unit.name}") for one in people.order_by("name_pinyin")],
        units=[(str(u.id), f"{'　' * u.depth}{u.name}") for u in organization.unit_tree(actor=actor)],
        roles=[(code, str(label)) for code, label in slots.roles()],
    )


@requires(WRITE)
def new(request: HttpRequest) -> HttpResponse:
    """A new article: a draft until somebody publishes it."""
    actor = require_actor(request)
    form = _form(request, actor, {"owner": str(actor.staff_id or "")})
    return _write(request, form, None)


@requires(WRITE)
def edit(request: HttpRequest, article_id: int) -> HttpResponse:
    """The next version; what is in force stays until it is published."""
    actor = require_actor(request)
    row = queries.get_article(actor=actor, article_id=article_id)
    latest = queries.versions_of(actor=actor, article_id=article_id)[0]
    form = _form(request, actor, ArticleForm.values_of(row, latest))
    return _write(request, form, row, kept_files=tuple(latest.terms["files"]))


def _write(
    request: HttpRequest, form: ArticleForm, row: Article | None, kept_files: tuple[int, ...] = ()
) -> HttpResponse:
    actor, now = require_actor(request), clock.now()
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            added = [
                files.store(actor=actor, content=one.file, filename=one.name, purpose=ATTACHMENT, now=now).id
                for one in data["attachments"]
            ]
            made = actions.write_article(
                actor=actor,
                entry=form.entry((*kept_files, *added)),
                article_id=row.pk if row else None,
                version=data["version"],
                owner_id=int(data["owner"]) if data["owner"] else None,
                review_on=data["review_on"],
                now=now,
            )
        except Invalid as error:
            add_errors(form, _renamed(error, form))
        except Conflict as error:
            form.add_error(None, f"{error.text()} {error.next_step}")
        else:
            toast(request, gettext("Kept. It waits for whoever publishes it."))
            return HttpResponseRedirect(reverse("knowledge:article", args=[made]))
    return form_page(
        request,
        form,
        room="knowledge",
        title=_("Change the article") if row else _("New article"),
        submit=_("Propose this version"),
        crumbs=_crumbs(row),
        back=page_url(row) if row else reverse("knowledge:list"),
        note=_("One language is enough; readers of another one see the nearest that there is."),
    )


def _renamed(error: Invalid, form: forms.Form) -> Invalid:
    """Errors of texts stand at the first language's field."""
    named = {_FIELD_OF.get(name, name): found for name, found in error.fields.items()}
    return Invalid({name if name in form.fields else "": found for name, found in named.items()})


def _crumbs(row: Article | None) -> list[Crumb]:
    found = [Crumb(gettext("Knowledge"), reverse("knowledge:list"))]
    return [*found, Crumb(row.number, page_url(row))] if row else found


def _deed(request: HttpRequest, row: Article, form: forms.Form, do: Do, words: Mapping[str, Any]) -> HttpResponse:
    """A small form in the drawer; refused, it says why."""
    if form.is_bound and form.is_valid():
        try:
            do(require_actor(request), clock.now())
        except Invalid as error:
            add_errors(form, error)
        except Conflict as error:
            form.add_error(None, f"{error.text()} {error.next_step}")
        else:
            toast(request, str(words["said"]))
            return HttpResponseRedirect(page_url(row))
    return form_page(
        request,
        form,
        room="knowledge",
        title=words["title"],
        submit=words["submit"],
        crumbs=_crumbs(row),
        back=page_url(row),
        note=words.get("note", ""),
    )


def _asked(request: HttpRequest) -> Any:  # noqa: ANN401 - what was sent, or nothing
    return request.POST if request.method == "POST" else None


@requires(PUBLISH)
def publish(request: HttpRequest, article_id: int) -> HttpResponse:
    row = queries.get_article(actor=require_actor(request), article_id=article_id)
    form = ReasonForm(_asked(request))
    form.fields["reason"].required = False
    form.fields["reason"].label = _("What was checked")

    def do(actor: Actor, now: datetime) -> None:
        reason = form.cleaned_data["reason"]
        actions.decide_article(
            actor=actor, article_id=row.pk, version=row.version, approve=True, reason=reason, now=now
        )

    return _deed(
        request,
        row,
        form,
        do,
        {
            "title": _("Publish version %(version)s") % {"version": row.version},
            "submit": _("Publish"),
            "said": _("Published."),
            "note": _("Rules and tariffs are published by somebody else than their writer."),
        },
    )


@requires(PUBLISH)
def refuse(request: HttpRequest, article_id: int) -> HttpResponse:
    row = queries.get_article(actor=require_actor(request), article_id=article_id)
    form = ReasonForm(_asked(request))

    def do(actor: Actor, now: datetime) -> None:
        reason = form.cleaned_data["reason"]
        actions.decide_article(
            actor=actor, article_id=row.pk, version=row.version, approve=False, reason=reason, now=now
        )

    title = _("Refuse version %(version)s") % {"version": row.version}
    return _deed(
        request,
        row,
        form,
        do,
        {"title": title, "submit": _("Refuse"), "said": _("Refused; the version stays on file.")},
    )


@requires(PUBLISH)
def withdraw(request: HttpRequest, article_id: int) -> HttpResponse:
    row = queries.get_article(actor=require_actor(request), article_id=article_id)
    form = ReasonForm(_asked(request))

    def do(actor: Actor, now: datetime) -> None:
        actions.withdraw_article(actor=actor, article_id=row.pk, reason=form.cleaned_data["reason"], now=now)

    words = {"title": _("Withdraw the article"), "submit": _("Withdraw"), "said": _("Withdrawn; its history stays.")}
    return _deed(request, row, form, do, words)


@requires(WRITE)
def review(request: HttpRequest, article_id: int) -> HttpResponse:
    row = queries.get_article(actor=require_actor(request), article_id=article_id)
    now = clock.now()
    later = clock.local_date(now, row.owner.unit.zone) + timedelta(days=parameters.value(REVIEW_DAYS, at=now))
    form = ReviewForm(_asked(request), initial={"review_on": later})

    def do(actor: Actor, now: datetime) -> None:
        data = form.cleaned_data
        actions.review_article(
            actor=actor, article_id=row.pk, review_on=data["review_on"], reason=data["reason"], now=now
        )

    words = {"title": _("The article is still right"), "submit": _("Still right"), "said": _("Noted.")}
    return _deed(request, row, form, do, words)
