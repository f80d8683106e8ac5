"""The audit log: who changed what, when, from what to what, and why."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.actors import Actor, ActorKind
from zhike.platform.audit.policies import VIEW_AUDIT
from zhike.platform.audit.queries import list_entries
from zhike.platform.audit.types import Entry, event_types
from zhike.platform.ui import navigation
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import ChipFilter
from zhike.platform.ui.forms import CodeField
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.record.organization import queries
from zhike.record.organization.pages._audit_values import telling
from zhike.record.organization.pages._audit_words import ACTOR_WORDS, KIND_WORDS

SIZE = 50
navigation.register(
    NavItem(job=Job.SETTINGS, label=_("Audit log"), url_name="organization:audit", right=VIEW_AUDIT.code, order=90)
)


class FilterForm(forms.Form):
    """The filters as the URL holds them."""

    who = CodeField(label=_("Staff number or id"), required=False, max_length=80)
    type = forms.ChoiceField(label=_("What"), required=False)
    kind = CodeField(label=_("Kind of record"), required=False, max_length=40)
    id = CodeField(label=_("Its number"), required=False, max_length=120)

    def __init__(self, data: Any) -> None:  # noqa: ANN401 - a QueryDict
        super().__init__(data)
        known = sorted((str(event.label), code) for code, event in event_types().items())
        self.fields["type"] = forms.ChoiceField(
            label=_("What"), required=False, choices=[("", _("everything")), *((code, label) for label, code in known)]
        )


@requires(VIEW_AUDIT)
def log(request: HttpRequest) -> HttpResponse:
    actor = require_actor(request)
    form = FilterForm(request.GET)
    chosen = {name: str(value) for name, value in form.cleaned_data.items()} if form.is_valid() else {}
    before = request.GET.get("before", "")
    entries = list_entries(
        actor=actor,
        actor_id=_actor_id(actor, chosen.get("who", "")),
        event_type=chosen.get("type", ""),
        subject=(chosen["kind"], chosen["id"]) if chosen.get("kind") and chosen.get("id") else None,
        before_id=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,  # noqa: PLR2004
        limit=SIZE + 1,
    )
    shown = entries[:SIZE]
    words = telling(actor, shown, clock.now())
    context = {
        "form": form,
        "entries": [
            (entry, who, words.subject(entry), words.changes(entry), words.reason(entry))
            for entry, who in zip(shown, _who(actor, shown), strict=True)
        ],
        "older": shown[-1].id if len(entries) > SIZE else "",
        "first": not before,
        "chips": list(_chips(request, form, chosen)),
    }
    return render(request, "organization/audit.html", context)


def _actor_id(actor: Actor, text: str) -> str:
    """A staff number stands for the person; anything else is taken as an actor's id."""
    if not text:
        return ""
    found = queries.staff_rows(actor=actor).filter(number=text.upper()).values_list("pk", flat=True).first()
    return str(found) if found is not None else text


def _who(actor: Actor, entries: Sequence[Entry]) -> list[str]:
    """Names of the people, words for everybody else; one query."""
    staff = {int(e.actor_id) for e in entries if e.actor_kind == ActorKind.STAFF.value and e.actor_id.isdecimal()}
    names = queries.staff_labels(actor=actor, staff_ids=staff)
    return [
        names.get(int(e.actor_id), e.actor_id)
        if e.actor_kind == ActorKind.STAFF.value and e.actor_id.isdecimal()
        else f"{KIND_WORDS.get(e.actor_kind, e.actor_kind)} {_job(e) or _known(e)}".strip()
        for e in entries
    ]


def _known(entry: Entry) -> str:
    return str(ACTOR_WORDS.get((entry.actor_kind, entry.actor_id), entry.actor_id))


def _job(entry: Entry) -> str:
    """The room whose job it was, in words; empty for a name that no room bears."""
    room = apps.app_configs.get(entry.actor_id.partition(".")[0])
    return str(room.verbose_name) if room and entry.actor_kind == ActorKind.SYSTEM.value else ""


def _chips(request: HttpRequest, form: FilterForm, chosen: dict[str, str]) -> Iterable[ChipFilter]:
    types = {code: str(event.label) for code, event in event_types().items()}
    for name, value in chosen.items():
        if value:
            query = request.GET.copy()
            query.pop(name)
            query.pop("before", None)
            label = form.fields[name].label or name
            yield ChipFilter(
                label=label, value=types.get(value, value), remove_url=f"{request.path}?{query.urlencode()}"
            )


urlpatterns = [
    path("settings/audit/", log, name="audit"),
]
