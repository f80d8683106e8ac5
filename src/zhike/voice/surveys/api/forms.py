"""Forms and surveys for programs."""

from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from zhike.platform import clock
from zhike.platform.api import Page, actor_of, page_by_id
from zhike.voice.surveys import actions, queries
from zhike.voice.surveys.models import Campaign, Questionnaire, Recipient
from zhike.voice.surveys.rules import forms
from zhike.voice.surveys.schemas.forms import (
    CampaignLineOut,
    CampaignOut,
    Code,
    NewSurveyFormIn,
    ReasonIn,
    RecipientOut,
    SurveyFormIn,
    SurveyFormLineOut,
    SurveyFormOut,
)
from zhike.voice.surveys.types import (
    Audience,
    CampaignState,
    Disposition,
    FormEntry,
    FormView,
    ItemEntry,
    SectionEntry,
    Trigger,
    VersionState,
)
from zhike.voice.surveys.types.campaigns import Counts

router = Router(tags=["surveys"])
Cursor = Annotated[str, Field(max_length=400)]
Limit = Annotated[int, Field(ge=1, le=200)]
Number = Annotated[int, Field(ge=1, lt=2**31)]
_LINE = ("code", "audience", "names", "version", "published_version", "has_draft", "seconds", "changed_at")

_CAMPAIGN = (
    *("number", "name", "trigger", "state", "wave", "planned_on", "closes_on", "started_at", "closed_at"),
    *("reported_at", "acted_at", "checked_at", "population", "recipients"),
)
_RECIPIENT = (
    *("id", "audience", "customer_id", "contact_id", "shipment_id", "case_id", "value_class", "industry", "region"),
    *("business_line", "service_mode", "contact_role", "disposition", "reason", "score", "scale", "invited_at"),
    "submitted_at",
)


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
                journey=section.journey,
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


@router.get("/surveys", response=Page[CampaignLineOut], summary="Surveys: waves, and what is asked after services")
def list_campaigns(
    request: HttpRequest,
    *,
    state: CampaignState | None = None,
    trigger: Trigger | None = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    rows = queries.campaign_rows(actor=actor_of(request))
    wanted = {"state": state, "trigger": trigger}
    rows = rows.filter(**{name: value.value for name, value in wanted.items() if value is not None})
    return page_by_id(rows, cursor=cursor, limit=limit, out=_campaign)


def _campaign(row: Campaign) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _CAMPAIGN}


@router.get("/surveys/{number}", response=CampaignOut, summary="One survey with its response rates")
def get_campaign(request: HttpRequest, number: Code) -> dict[str, Any]:
    view = queries.campaign(actor=actor_of(request), number=number)
    forms_of = [
        {
            "audience": one.audience,
            "version_id": one.version_id,
            "number": one.number,
            "counts": _counts(one.counts),
        }
        for one in view.forms
    ]
    return {
        **{name: getattr(view, name) for name in _CAMPAIGN},
        "days_to_report": view.days_to_report,
        "forms": forms_of,
        "counts": _counts(view.counts),
    }


def _counts(counts: Counts) -> dict[str, Any]:
    names = ("by_disposition", "sent", "answered", "response_rate", "refusal_rate", "without_score")
    return {name: getattr(counts, name) for name in names}


@router.get("/surveys/{number}/recipients", response=Page[RecipientOut], summary="Who is or was asked, within reach")
def list_recipients(
    request: HttpRequest,
    number: Code,
    *,
    disposition: Disposition | None = None,
    audience: Audience | None = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    actor = actor_of(request)
    row = queries.get_campaign(actor=actor, number=number)
    wanted = {"disposition": disposition, "audience": audience}
    rows = queries.recipient_rows(actor=actor).filter(
        campaign_id=row.pk, **{name: value.value for name, value in wanted.items() if value is not None}
    )
    return page_by_id(rows, cursor=cursor, limit=limit, out=_recipient)


def _recipient(row: Recipient) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _RECIPIENT}
