"""Writes of the interface that concern others too: views of tables, the record of an export."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid, NotFound
from zhike.platform.ui import policies, queries
from zhike.platform.ui.events import ListExported, ViewDeleted, ViewSaved
from zhike.platform.ui.models import SavedView

MOST_VIEWS = 50
MOST_QUERY = 2000
MOST_NAME = 60


@action
def save_view(*, actor: Actor, table: str, name: str, query: str, role: str = "", now: datetime) -> int:
    """Create the view, or replace the query of the actor's view of this name. Gives its id."""
    name = " ".join(name.split())
    authorize(actor, policies.SHARE_VIEWS if role else policies.VIEWS)
    if not name or len(name) > MOST_NAME:
        raise Invalid.of("name", "length", _("Give the view a name of 1 to 60 characters."))
    if len(query) > MOST_QUERY:
        raise Invalid.of("query", "too_long", _("This view holds too many filters to be saved."))
    mine = queries.views_of(actor=actor).filter(table=table)
    before = mine.filter(name=name).select_for_update().first()
    if before is None and mine.count() >= MOST_VIEWS:
        raise Invalid.of("name", "too_many", _("You have 50 views of this list. Delete one first."))
    stored, _created = SavedView.objects.update_or_create(
        table=table, owner=policies.owner_of(actor), name=name, defaults={"query": query, "role": role}
    )
    audit.record(
        actor,
        ViewSaved(
            subject=("view", stored.pk),
            before={"query": before.query, "role": before.role} if before else {},
            after={"table": table, "name": name, "query": query, "role": role},
        ),
        now=now,
    )
    return stored.pk


@action
def delete_view(*, actor: Actor, view_id: int, now: datetime) -> None:
    view = queries.views_of(actor=actor).filter(pk=view_id).select_for_update().first()
    if view is None:
        raise NotFound
    authorize(actor, policies.VIEWS)
    before = {"table": view.table, "name": view.name, "query": view.query, "role": view.role}
    view.delete()
    audit.record(actor, ViewDeleted(subject=("view", view_id), before=before), now=now)


@action
def record_export(*, actor: Actor, table: str, form: str, query: str, rows: int, now: datetime) -> None:
    """Note that a list left the house: which one, how narrowed, how many rows at most."""
    authorize(actor, policies.EXPORT)
    audit.record(
        actor,
        ListExported(subject=("list", table), after={"form": form, "query": query, "rows": rows}),
        now=now,
    )
