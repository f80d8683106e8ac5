"""Health, readiness and metrics for whoever looks after the machine."""

from http import HTTPStatus

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zhike.platform.ui.access import public

MOUNT = ""


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


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
