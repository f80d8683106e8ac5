"""Health, readiness and metrics for machines; the operations page for whoever looks after them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from zhike.platform import clock
from zhike.platform.ops import actions, metrics, queries
from zhike.platform.ops.policies import REPAIR, VIEW_OPERATIONS
from zhike.platform.ops.types import Label, Reading
from zhike.platform.ui import formats
from zhike.platform.ui.access import public, requires
from zhike.platform.ui.navigation import Job, NavItem, register
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast

MOUNT = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A reading as the page shows it."""

    reading: Reading
    text: str
    moment: datetime | None


@dataclass(frozen=True, slots=True)
class Card:
    label: Label
    lines: tuple[Line, ...]


@public("asked by the machine's own watchers; says nothing of anybody")
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers."""
    return JsonResponse({"status": "ok"})


@public("asked by the machine's own watchers; says nothing of anybody")
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when work can be taken: the database answers and has this version's schema; else 503 with the reason."""
    try:
        missing = _missing_migrations()
    except Error:
        return JsonResponse({"database": "unreachable"}, status=HTTPStatus.SERVICE_UNAVAILABLE)
    if missing:
        return JsonResponse({"database": "ok", "migrations": missing}, status=HTTPStatus.SERVICE_UNAVAILABLE)
    return JsonResponse({"database": "ok", "migrations": []})


def _missing_migrations() -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [str(migration) for migration, _backwards in plan]


@public("the page itself asks who may scrape")
@never_cache
@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    if not metrics.may_scrape(request):
        return HttpResponseForbidden(content_type="text/plain")
    return HttpResponse(metrics.exposition(), content_type=metrics.CONTENT_TYPE)


@require_GET
@requires(VIEW_OPERATIONS)
def operations(request: HttpRequest) -> HttpResponse:
    actor, now = require_actor(request), clock.now()
    found = queries.list_cards(actor=actor, now=now)
    context: dict[str, Any] = {
        "cards": [Card(card.label, tuple(_line(reading) for reading in readings)) for card, readings in found],
        "parked": queries.list_parked(actor=actor),
        "failed": queries.list_failed_jobs(actor=actor),
        "may_repair": actor.has(REPAIR.code),
        "now": now,
    }
    return render(request, "ops/page.html", context)


def _line(reading: Reading) -> Line:
    value = reading.value
    if isinstance(value, datetime):
        return Line(reading, "", value)
    if isinstance(value, timedelta):
        return Line(reading, formats.duration(value), None)
    if value is None:
        return Line(reading, gettext("none yet"), None)
    return Line(reading, formats.number(value), None)


@require_POST
@requires(REPAIR)
def retry_parked(request: HttpRequest) -> HttpResponse:
    """Try the parked events that the form names."""
    event_ids = [int(text) for text in request.POST.getlist("event") if text.isdecimal() and len(text) < 19]  # noqa: PLR2004 a bigint
    opened = actions.retry_parked_events(actor=require_actor(request), event_ids=event_ids, now=clock.now())
    toast(request, gettext("%(count)s events will be tried again") % {"count": opened})
    return HttpResponseRedirect(reverse("ops:operations"))


@require_POST
@requires(REPAIR)
def retry_job(request: HttpRequest, job_id: int) -> HttpResponse:
    actions.retry_job(actor=require_actor(request), job_id=job_id, now=clock.now())
    toast(request, gettext("The job will run again"))
    return HttpResponseRedirect(reverse("ops:operations"))


register(
    NavItem(job=Job.SETTINGS, label=_("Operations"), url_name="ops:operations", right=VIEW_OPERATIONS.code, order=900)
)

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics_page, name="metrics"),
    path("settings/operations/", operations, name="operations"),
    path("settings/operations/parked/", retry_parked, name="retry_parked"),
    path("settings/operations/jobs/<int:job_id>/", retry_job, name="retry_job"),
]
