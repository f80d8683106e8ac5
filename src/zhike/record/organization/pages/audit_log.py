"""The audit log: who changed what, when, from what to what, and why."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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

SIZE = 50
KIND_WORDS = {
    ActorKind.SYSTEM.value: pgettext_lazy("actor", "System"),
    ActorKind.API_KEY.value: pgettext_lazy("actor", "API key"),
    ActorKind.CONTACT.value: pgettext_lazy("actor", "Customer contact"),
    ActorKind.LINK.value: pgettext_lazy("actor", "One-time link"),
    ActorKind.PUBLIC.value: pgettext_lazy("actor", "Nobody signed in"),
}
RECORD_WORDS = {
    "unit": pgettext_lazy("record", "Unit"),
    "staff": pgettext_lazy("record", "Staff"),
    "user": pgettext_lazy("record", "Sign-in"),
    "role": pgettext_lazy("record", "Role"),
    "authority_limit": pgettext_lazy("record", "Authority limit"),
    "skill": pgettext_lazy("record", "Skill"),
    "customer": pgettext_lazy("record", "Customer"),
    "contact": pgettext_lazy("record", "Contact"),
    "shipment": pgettext_lazy("record", "Shipment"),
    "order": pgettext_lazy("record", "Order"),
    "interaction": pgettext_lazy("record", "Contact logged"),
    "import": pgettext_lazy("record", "Import"),
    "parameter": pgettext_lazy("record", "Parameter"),
    "calendar": pgettext_lazy("record", "Calendar"),
    "action": pgettext_lazy("record", "Attempt"),
    "api_key": pgettext_lazy("record", "API key"),
    "table": pgettext_lazy("record", "List"),
}
FIELD_WORDS = {
    "name": _("Name"),
    "code": pgettext_lazy("unit", "Code"),
    "number": _("Staff number"),
    "username": _("User name"),
    "email": _("E-mail"),
    "phones": _("Phones"),
    "form_of_address": _("Form of address"),
    "rank": _("Rank"),
    "role": pgettext_lazy("staff", "Role"),
    "roles": _("Roles"),
    "reach": _("Reaches"),
    "unit_id": _("Unit"),
    "parent_id": _("Below"),
    "head_id": _("Answers for it"),
    "user_id": _("Sign-in"),
    "role_id": pgettext_lazy("staff", "Role"),
    "kind": _("Kind"),
    "side": _("Front or back"),
    "zone": _("Time zone"),
    "hours": _("Opening hours"),
    "address": _("Address"),
    "city": _("City"),
    "region_code": _("Region code"),
    "lat": _("Latitude"),
    "lon": _("Longitude"),
    "services": _("Services"),
    "area_text": _("Service area"),
    "districts": _("Districts"),
    "labels": _("Names"),
    "rights": _("Rights"),
    "right": pgettext_lazy("authorization", "Right"),
    "action": _("What"),
    "duty": pgettext_lazy("staff", "Duty"),
    "skills": _("Skills"),
    "active": _("In use"),
    "state": _("State"),
    "currency": _("Currency"),
    "period": pgettext_lazy("authority limit", "Per"),
    "max_amount": _("Up to, each time"),
    "max_count": _("At most so many times"),
    "max_total": _("In total at most"),
    "valid_from": _("Valid from"),
    "valid_until": _("Valid until"),
    "employed_from": _("Employed from"),
    "employed_until": _("Employed until"),
    "language": _("Language"),
    "theme": _("Appearance"),
    "text": _("What happened"),
    "starts_at": _("From"),
    "ends_at": _("Until"),
    "reason": _("Reason"),
    "rows": pgettext_lazy("audit", "Rows"),
    "count": pgettext_lazy("audit", "Count"),
}
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
    context = {
        "form": form,
        "entries": [
            (entry, who, RECORD_WORDS.get(entry.subject[0], entry.subject[0]), _changes(entry))
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
        else f"{KIND_WORDS.get(e.actor_kind, e.actor_kind)} {e.actor_id}"
        for e in entries
    ]


def _changes(entry: Entry) -> list[tuple[str, str, str]]:
    """Each field with its old and new value; a value that was not there is empty."""
    names = dict.fromkeys([*entry.before, *entry.after])
    texts = [(name, _text(entry.before.get(name)), _text(entry.after.get(name))) for name in names]
    return [(str(FIELD_WORDS.get(name, name)), old, new) for name, old, new in texts if old or new]


def _text(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    if value is None or value in ([], {}):
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


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
