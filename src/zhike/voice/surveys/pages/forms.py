"""The list of forms, and one as it is read."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound
from zhike.platform.i18n.labels import LANGUAGES, pick
from zhike.platform.ui import navigation
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Empty, EmptyKind, Status, Tone
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import Choice, Column, Flag, Kind, Table
from zhike.voice.surveys import queries
from zhike.voice.surveys.models import Questionnaire
from zhike.voice.surveys.pages import _shared as shared
from zhike.voice.surveys.policies import DESIGN, PUBLISH, VIEW
from zhike.voice.surveys.types import AUDIENCE_LABELS, FormView, VersionState

navigation.register(
    NavItem(job=Job.LISTEN, label=_("Forms of surveys"), url_name="surveys:forms", right=VIEW.code, order=30)
)
LARGEST_NUMBER = 2**31


def _page_url(row: Questionnaire) -> str:
    return shared.form_url(row.code)


def _name(row: Questionnaire) -> str:
    return pick(row.names) or row.code


def _state(row: Any) -> Status:  # noqa: ANN401 - a row with what the query adds
    """What waits first, then whether new surveys may carry it."""
    if row.has_draft:
        return Status(pgettext_lazy("form of a survey", "Draft waits"), Tone.ACT)
    if row.published_version:
        return Status(pgettext_lazy("form of a survey", "In use"))
    return Status(pgettext_lazy("form of a survey", "No longer used"), Tone.QUIET)


FORMS = Table(
    key="surveys.forms",
    title=_("Forms of surveys"),
    sort="-changed_at",
    columns=(
        Column("code", _("Code"), url=_page_url, sort="code"),
        Column("name", _("Name"), value=_name, lines=2, width="wide"),
        Column("audience", _("For whom"), value=lambda row: AUDIENCE_LABELS[row.audience]),
        Column("state", _("State"), Kind.STATUS, value=_state),
        Column("published_version", _("Version in use"), Kind.NUMBER),
        Column("seconds", _("Seconds to answer"), Kind.NUMBER, sort="seconds"),
        Column("changed_at", _("Changed"), Kind.AGO, sort="changed_at"),
        Column("owner", _("Owner"), value="owner.name", shown=False),
    ),
    filters=(
        Choice(
            key="audience",
            label=_("For whom"),
            options=[(str(code), label) for code, label in AUDIENCE_LABELS.items()],
            field="audience",
        ),
        Flag(key="drafts", label=pgettext_lazy("form of a survey", "Draft waits"), condition=Q(has_draft=True)),
        Flag(key="used", label=pgettext_lazy("form of a survey", "In use"), condition=Q(published_version__gt=0)),
    ),
    row_url=_page_url,
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("No form yet"),
        text=_("Take in the forms that come with Zhike, or write one of your own."),
    ),
)


@requires(VIEW, DESIGN)
def form_list(request: HttpRequest) -> HttpResponseBase:
    actor = require_actor(request)
    may_write = actor.has(DESIGN.code)
    new = Button(label=_("New form"), url=reverse("surveys:form_new"), icon="plus", key="c")
    install = Button(label=_("Take in built-in forms"), url=reverse("surveys:forms_install"), post=True)
    context = {
        "title": _("Forms of surveys"),
        "primary": new if may_write else None,
        "actions": [install] if may_write else [],
    }
    return FORMS.respond(request, queries.form_rows(actor=actor), template="surveys/forms.html", context=context)


@requires(VIEW, DESIGN)
def form(request: HttpRequest, code: str) -> HttpResponse:
    """One version to read, by default the one in use, with every version that the form has had."""
    actor, now = require_actor(request), clock.now()
    row = queries.get_form_row(actor=actor, code=code)
    found = queries.numbered_form(actor=actor, code=code, number=_wanted(request, row))
    context = {
        "row": row,
        "form": found,
        "title": shared.name_of(found),
        "audience": AUDIENCE_LABELS[found.audience],
        "state": shared.state_of(found.state),
        "parts": shared.parts_of(actor, found),
        "duration": shared.duration_of(found, now),
        "intro": pick(found.intro),
        "thanks": pick(found.thanks),
        "versions": [
            (one, shared.state_of(VersionState(one.state))) for one in queries.versions_of(actor=actor, code=code)
        ],
        "languages": LANGUAGES,
        "crumbs": shared.crumbs(),
        **_steps(row, found, actor),
    }
    return render(request, "surveys/form_page.html", context)


def _wanted(request: HttpRequest, row: Questionnaire) -> int:
    asked = request.GET.get("version", "")
    if not asked:
        return row.published_version or row.version
    if not (asked.isascii() and asked.isdigit()) or len(asked) > 9 or int(asked) >= LARGEST_NUMBER:  # noqa: PLR2004
        raise NotFound
    return int(asked)


def _steps(row: Any, found: FormView, actor: Actor) -> dict[str, Any]:  # noqa: ANN401 - a row with what the query adds
    """The one next step, and the others."""
    steps: list[Button] = []
    if row.has_draft and actor.has(DESIGN.code):
        steps.append(Button(label=_("Go on with the draft"), url=shared.builder_url(row.code)))
    if row.has_draft and actor.has(PUBLISH.code):
        steps.append(Button(label=_("Publish the draft"), url=reverse("surveys:form_publish", args=[row.code])))
    if not row.has_draft and actor.has(DESIGN.code):
        url = reverse("surveys:form_draft", args=[row.code])
        steps.append(Button(label=_("Write the next version"), url=url, post=True))
    if row.published_version and actor.has(PUBLISH.code):
        url = reverse("surveys:form_retire", args=[row.code])
        steps.append(Button(label=_("Use no longer"), url=url, drawer=True))
    preview = Button(label=_("As customers see it"), url=reverse("surveys:form_preview", args=[row.code, found.number]))
    return {"primary": steps[0] if steps else None, "actions": [*steps[1:], preview]}
