"""The import wizard: file, map, dry run, import, result; every step has an address of its own."""

from collections.abc import Sequence
from typing import cast
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhike.platform import clock
from zhike.platform.bulk import actions, queries
from zhike.platform.bulk.forms import STATE_LABELS, MapForm, UploadForm, mapping_from
from zhike.platform.bulk.policies import IMPORT
from zhike.platform.bulk.queries import Preview, RunView
from zhike.platform.bulk.states import RunState
from zhike.platform.bulk.types import target_of
from zhike.platform.errors import Invalid, ZhikeError
from zhike.platform.ui import navigation
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Empty, EmptyKind
from zhike.platform.ui.components import JobProgress as ProgressBar
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast

MOUNT = "imports/"
RUNNING = (RunState.QUEUED.value, RunState.RUNNING.value)


@require_GET
@requires(IMPORT)
def runs(request: HttpRequest) -> HttpResponse:
    """Own imports, newest first."""
    found = queries.list_runs(actor=require_actor(request))
    empty = Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("No imports yet"),
        text=_("Lists of departments, exports of other systems and carriers' files come in here."),
    )
    primary = Button(label=_("Import a file"), url=reverse("bulk:upload"), icon="upload")
    return render(
        request, "bulk/runs.html", {"runs": found, "states": STATE_LABELS, "empty": empty, "primary": primary}
    )


@require_http_methods(["GET", "POST"])
@requires(IMPORT)
def upload(request: HttpRequest) -> HttpResponse:
    """Step 1: what is it, and the file."""
    actor = require_actor(request)
    targets = queries.usable_targets(actor=actor)
    form = UploadForm(
        request.POST or None, request.FILES or None, targets=targets, initial={"target": request.GET.get("target", "")}
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run_id = actions.open_run(
                actor=actor,
                mapping=None,
                uploads=[actions.Upload("file", file.name, file.file)],
                source=file.name,
                now=clock.now(),
            )
            return HttpResponseRedirect(reverse("bulk:map", args=[run_id]) + f"?target={form.cleaned_data['target']}")
        except Invalid as error:
            add_errors(form, error)
    if request.method == "POST":
        status = 422
    return render(request, "bulk/upload.html", {"form": form, "step": 1}, status=status)


@require_http_methods(["GET", "POST"])
@requires(IMPORT)
def map_columns(request: HttpRequest, run_id: int) -> HttpResponse:
    """Step 2: which column fills which field, and what codes mean; then the dry run."""
    actor, now = require_actor(request), clock.now()
    run = queries.get_run(actor=actor, run_id=run_id)
    target = target_of(request.POST.get("target") or request.GET.get("target", ""))
    columns = queries.preview(actor=actor, run_id=run_id, target_key=target.key)
    is_redraw = "redraw" in request.POST
    form = MapForm(
        None if is_redraw else request.POST or None,
        target=target,
        columns=columns,
        zone=actor.zone,
        profile=_profile(request, target.key, run),
        typed=request.POST if is_redraw else None,
        refused=queries.refused_codes(actor=actor, run_id=run_id),
    )
    if form.is_bound and form.is_valid():
        try:
            mapping = mapping_from(form, target, run.files[0] if run.files else "")
            actions.set_mapping(actor=actor, run_id=run_id, mapping=mapping, now=now)
            actions.check_run(actor=actor, run_id=run_id, now=now)
            if form.cleaned_data["profile_name"]:
                actions.save_profile(actor=actor, run_id=run_id, name=form.cleaned_data["profile_name"], now=now)
            return HttpResponseRedirect(reverse("bulk:run", args=[run_id]))
        except ZhikeError as error:
            add_errors(form, error if isinstance(error, Invalid) else Invalid(message=error.text()))
    context = {
        "form": form,
        "run": run,
        "target": target,
        "step": 2,
        "profiles": [name for _target, name in queries.profiles(actor=actor, target=target.key)],
        "unmapped": _unused(form, columns),
        "shown_rows": [row for row in form.map_rows() if row["is_open"]],
        "other_rows": (others := [row for row in form.map_rows() if not row["is_open"]]),
        "others_open": any(row["column"].value() or row["constant"].value() for row in others),
    }
    template = "bulk/map.html#fields" if is_redraw else "bulk/map.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


@require_GET
@requires(IMPORT)
def run_page(request: HttpRequest, run_id: int) -> HttpResponse:
    """Steps 3 to 5: the account of the dry run, progress, the result; one address."""
    run = queries.get_run(actor=require_actor(request), run_id=run_id)
    template = "bulk/run.html#state" if request.headers.get("HX-Request") == "true" else "bulk/run.html"
    return render(request, template, _run_context(run))


@require_POST
@requires(IMPORT)
def start(request: HttpRequest, run_id: int) -> HttpResponse:
    actions.start_run(actor=require_actor(request), run_id=run_id, now=clock.now())
    toast(request, gettext("The import runs in the background. You may leave this page."))
    return HttpResponseRedirect(reverse("bulk:run", args=[run_id]))


@require_GET
@requires(IMPORT)
def rejects(request: HttpRequest, run_id: int, position: int) -> StreamingHttpResponse:
    """Refused rows as CSV, to correct and upload again."""
    name, lines = queries.reject_file(actor=require_actor(request), run_id=run_id, position=position)
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename*=utf-8''{quote(name)}"},
    )


def _unused(form: MapForm, columns: Sequence[Preview]) -> list[Preview]:
    """Columns of the file that fill no field."""
    used = {str(row["column"].value() or "") for row in form.map_rows()}
    return [column for column in columns if column.column not in used]


def _profile(request: HttpRequest, target: str, run: RunView) -> dict[str, object]:
    """The kept mapping that was asked for, else what this run was mapped with before."""
    name = request.GET.get("profile", "")
    if not name:
        return dict(run.mapping) if _target_key(run) == target else {}
    return dict(queries.profile_mapping(actor=require_actor(request), target=target, name=name))


def _target_key(run: RunView) -> str:
    steps = cast("list[dict[str, str]]", run.mapping.get("steps") or [{}])
    return steps[0].get("target", "")


def _run_context(run: RunView) -> dict[str, object]:
    is_running = run.state in RUNNING
    target = _target_key(run)
    progress = ProgressBar(
        label=gettext("Import of %(source)s") % {"source": run.source},
        done=run.rows_done,
        total=run.rows_total,
        state="running",
    )
    return {
        "run": run,
        "state_label": STATE_LABELS[run.state],
        "step": {RunState.UPLOADED.value: 2, RunState.CHECKED.value: 3, RunState.DONE.value: 5}.get(run.state, 4),
        "is_running": is_running,
        "is_checked": run.state == RunState.CHECKED.value,
        "is_failed": run.state == RunState.FAILED.value,
        "progress": progress if is_running else None,
        "usable": run.created + run.updated,
        "list_url": _list_url(target),
        "map_url": reverse("bulk:map", args=[run.id]) + f"?target={quote(target)}",
    }


def _list_url(target: str) -> str:
    name = target_of(target).list_url_name if target else ""
    return reverse(name) if name else ""


navigation.register(NavItem(job=Job.CUSTOMERS, label=_("Import"), url_name="bulk:runs", right=IMPORT.code, order=90))

urlpatterns = [
    path("", runs, name="runs"),
    path("new/", upload, name="upload"),
    path("<int:run_id>/", run_page, name="run"),
    path("<int:run_id>/map/", map_columns, name="map"),
    path("<int:run_id>/start/", start, name="start"),
    path("<int:run_id>/rejects/<int:position>/", rejects, name="rejects"),
]
