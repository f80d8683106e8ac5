"""Forms of surveys for programs."""

from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from zhike.platform import clock
from zhike.platform.api import Page, actor_of, page_by_id
from zhike.voice.surveys import actions, queries
from zhike.voice.surveys.models import Questionnaire
from zhike.voice.surveys.rules import forms
from zhike.voice.surveys.schemas import (
    Code,
    NewSurveyFormIn,
    ReasonIn,
    SurveyFormIn,
    SurveyFormLineOut,
    SurveyFormOut,
)
from zhike.voice.surveys.types import Audience, FormEntry, FormView, ItemEntry, SectionEntry, VersionState

router = Router(tags=["surveys"])
Cursor = Annotated[str, Field(max_length=400)]
Limit = Annotated[int, Field(ge=1, le=200)]
Number = Annotated[int, Field(ge=1, lt=2**31)]
_LINE = ("code", "audience", "names", "version", "published_version", "has_draft", "seconds", "changed_at")


def _line(row: Questionnaire) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _LINE}


def _out(request: HttpRequest, form: FormView) -> dict[str, Any]:
    row = queries.get_form_row(actor=actor_of(request), code=form.code)
    faults = forms.form_errors(form) if form.state is VersionState.DRAFT else ()
    told = [{"code": fault.code, "key": fault.key, "text": fault.text()} for fault in faults]
    return {**asdict(form), "changed_at": row.changed_at, "faults": told}


@router.get("/survey-forms", response=Page[SurveyFormLineOut], summary="Forms of surveys")
def list_forms(
    request: HttpRequest, *, audience: Audience | None = None, cursor: Cursor = "", limit: Limit = 50
) -> dict[str, Any]:
    rows = queries.form_rows(actor=actor_of(request))
    rows = rows.filter(audience=audience.value) if audience is not None else rows
    return page_by_id(rows, cursor=cursor, limit=limit, out=_line)


@router.get("/survey-forms/{code}", response=SurveyFormOut, summary="One version of a form")
def get_form(request: HttpRequest, code: Code, *, version: Number | None = None) -> dict[str, Any]:
    """Without `version` the one written last, draft or not."""
    actor = actor_of(request)
    if version is not None:
        return _out(request, queries.numbered_form(actor=actor, code=code, number=version))
    return _out(request, queries.latest_form(actor=actor, code=code))


@router.post("/survey-forms", response={201: SurveyFormOut}, summary="Write a new form; people publish it")
def write_form(request: HttpRequest, payload: NewSurveyFormIn) -> Status[dict[str, Any]]:
    return Status(201, _write(request, payload, payload.code, new=True))


@router.put("/survey-forms/{code}", response=SurveyFormOut, summary="Write the draft of a form as a whole")
def rewrite_form(request: HttpRequest, code: Code, payload: SurveyFormIn) -> dict[str, Any]:
    """Where the latest version is published, this begins the next one."""
    return _write(request, payload, code)


def _write(request: HttpRequest, payload: SurveyFormIn, code: str, *, new: bool = False) -> dict[str, Any]:
    actor = actor_of(request)
    entry = FormEntry(
        code=code,
        audience=payload.audience,
        names=payload.names,
        intro=payload.intro,
        thanks=payload.thanks,
        sections=tuple(
            SectionEntry(
                key=section.key,
                titles=section.titles,
                stage=section.stage,
                items=tuple(
                    ItemEntry(
                        **{
                            **item.dict(),
                            "when_values": tuple(item.when_values),
                            "choices": tuple(item.choices),
                        }
                    )
                    for item in section.items
                ),
            )
            for section in payload.sections
        ),
    )
    made = actions.save_form(actor=actor, entry=entry, new=new, seen=payload.changed_at, now=clock.now())
    return _out(request, queries.form(actor=actor, version_id=made))


@router.post("/survey-forms/{code}/publish", response=SurveyFormOut, summary="Publish the draft of a form")
def publish_form(request: HttpRequest, code: Code) -> dict[str, Any]:
    actor = actor_of(request)
    made = actions.publish_form(actor=actor, code=code, now=clock.now())
    return _out(request, queries.form(actor=actor, version_id=made))


@router.post("/survey-forms/{code}/retire", response={204: None}, summary="Let no new survey carry a form")
def retire_form(request: HttpRequest, code: Code, payload: ReasonIn) -> Status[None]:
    actions.retire_form(actor=actor_of(request), code=code, reason=payload.reason, now=clock.now())
    return Status(204, None)
