"""Imports for programs: send files with a mapping, look at the dry run, start, read the account."""

import tomllib
from dataclasses import asdict
from typing import Annotated, Any, BinaryIO, cast
from urllib.parse import quote

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile
from pydantic import Field

from zhike.platform import clock
from zhike.platform.api import Page, actor_of, page_by_id
from zhike.platform.bulk import actions, queries
from zhike.platform.bulk.mapping import mapping_of
from zhike.platform.bulk.schemas import RunOut, TargetOut
from zhike.platform.bulk.types import BadMapping

router = Router(tags=["imports"])
Cursor = Annotated[str, Field(max_length=400)]
Limit = Annotated[int, Field(ge=1, le=200)]


@router.get("/import-targets", response=list[TargetOut], summary="What can be imported, field by field")
def list_targets(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "key": target.key,
            "label": str(target.label),
            "fields": [
                {
                    "name": f.name,
                    "label": str(f.label),
                    "kind": f.kind.value,
                    "required": f.required,
                    "choices": list(f.choices),
                    "help": str(f.help),
                }
                for f in target.fields
            ],
        }
        for target in queries.usable_targets(actor=actor_of(request))
    ]


@router.get("/imports", response=Page[RunOut], summary="Own imports, newest first, without refusals")
def list_runs(request: HttpRequest, *, cursor: Cursor = "", limit: Limit = 50) -> dict[str, Any]:
    rows = queries.run_rows(actor=actor_of(request))
    return page_by_id(rows, cursor=cursor, limit=limit, out=lambda run: asdict(queries.brief(run)))


@router.post("/imports", response={201: RunOut}, summary="Send files with a mapping (TOML); dry run at once")
def open_run(
    request: HttpRequest,
    mapping: Form[str],
    files: File[list[UploadedFile]],
    start: Form[bool] = False,  # noqa: FBT002 - a form field
) -> Status[dict[str, Any]]:
    """Match files to the mapping's sources by name; with `start` run without a look at the dry run.

    Errors: 422 for a file or mapping that cannot be used.
    """
    actor, now = actor_of(request), clock.now()
    try:
        parsed = mapping_of(tomllib.loads(mapping))
    except tomllib.TOMLDecodeError as error:
        raise BadMapping(_("The mapping file is not valid TOML: %(error)s"), error=str(error)) from error
    by_name = {file.name: file for file in files}
    uploads = [
        actions.Upload(source.name, source.file, cast("BinaryIO", by_name[source.file].file))
        for source in parsed.sources.values()
        if source.file in by_name
    ]
    run_id = actions.open_run(actor=actor, mapping=parsed, uploads=uploads, source=parsed.name or "api", now=now)
    if start:
        actions.start_run(actor=actor, run_id=run_id, now=now)
    else:
        actions.check_run(actor=actor, run_id=run_id, now=now)
    return Status(201, asdict(queries.get_run(actor=actor, run_id=run_id)))


@router.get("/imports/{run_id}", response=RunOut, summary="One import with its account and first refusals")
def get_run(request: HttpRequest, run_id: int) -> dict[str, Any]:
    return asdict(queries.get_run(actor=actor_of(request), run_id=run_id))


@router.post("/imports/{run_id}/start", response={202: RunOut}, summary="Run it in the background")
def start_run(request: HttpRequest, run_id: int) -> Status[dict[str, Any]]:
    actor = actor_of(request)
    actions.start_run(actor=actor, run_id=run_id, now=clock.now())
    return Status(202, asdict(queries.get_run(actor=actor, run_id=run_id)))


@router.get(
    "/imports/{run_id}/rejects/{position}", summary="Refused rows of one step as CSV, to correct and send again"
)
def reject_file(request: HttpRequest, run_id: int, position: int) -> StreamingHttpResponse:
    name, lines = queries.reject_file(actor=actor_of(request), run_id=run_id, position=position)
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename*=utf-8''{quote(name)}"},
    )
