"""Parameters for programs: read with history, change with a reason, approve as a second person."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from zhike.platform import clock
from zhike.platform.api import actor_of
from zhike.platform.parameters import actions, queries, rules
from zhike.platform.parameters.schemas import (
    ChangeIn,
    NoteIn,
    OutcomeOut,
    ParameterDetailOut,
    ParameterOut,
    ProposalOut,
)
from zhike.platform.parameters.types import Change, Outcome, Row

router = Router(tags=["parameters"])


@router.get("/parameters", response=list[ParameterOut], summary="Every parameter with its value in effect")
def list_parameters(request: HttpRequest, text: str = "") -> list[dict[str, Any]]:
    areas = queries.list_areas(actor=actor_of(request), now=clock.now(), text=text)
    return [_row(row) for area in areas for row in area.rows]


@router.get("/parameters/{key}", response=ParameterDetailOut, summary="One parameter with its history")
def get_parameter(request: HttpRequest, key: str) -> dict[str, Any]:
    actor = actor_of(request)
    row = queries.get_row(actor=actor, key=key, now=clock.now())
    history = queries.history_of(actor=actor, key=key)
    return {**_row(row), "history": [_change(change) for change in history]}


@router.post("/parameters/{key}", response=OutcomeOut, summary="Change a parameter, or propose the change")
def set_parameter(request: HttpRequest, key: str, payload: ChangeIn) -> Outcome:
    return actions.set_parameter(
        actor=actor_of(request),
        key=key,
        value=payload.value,
        reason=payload.reason,
        source=payload.source,
        valid_from=payload.valid_from,
        now=clock.now(),
    )


@router.get("/parameter-proposals", response=list[ProposalOut], summary="Changes that wait for a second person")
def list_proposals(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "id": proposal.id,
            "key": proposal.key,
            "value": rules.encode(proposal.value),
            "valid_from": proposal.valid_from,
            "reason": proposal.reason,
            "source": proposal.source,
            "proposed_by": f"{proposal.proposed_by_kind}:{proposal.proposed_by_id}",
            "proposed_at": proposal.proposed_at,
        }
        for proposal in queries.list_pending(actor=actor_of(request))
    ]


@router.post("/parameter-proposals/{proposal_id}/approve", response=OutcomeOut, summary="Put it into effect")
def approve(request: HttpRequest, proposal_id: int, payload: NoteIn) -> Outcome:
    return actions.approve_proposal(
        actor=actor_of(request), proposal_id=proposal_id, note=payload.note, now=clock.now()
    )


@router.post("/parameter-proposals/{proposal_id}/refuse", response={204: None}, summary="Close it without effect")
def refuse(request: HttpRequest, proposal_id: int, payload: NoteIn) -> Status[None]:
    actions.refuse_proposal(actor=actor_of(request), proposal_id=proposal_id, note=payload.note, now=clock.now())
    return Status(204, None)


@router.post("/parameter-proposals/{proposal_id}/withdraw", response={204: None}, summary="Take back one's own")
def withdraw(request: HttpRequest, proposal_id: int) -> Status[None]:
    actions.withdraw_proposal(actor=actor_of(request), proposal_id=proposal_id, now=clock.now())
    return Status(204, None)


def _row(row: Row) -> dict[str, Any]:
    parameter = row.parameter
    bounds = {"minimum": parameter.minimum, "maximum": parameter.maximum}
    return {
        "key": parameter.key,
        "label": str(parameter.label),
        "description": str(parameter.description),
        "area": parameter.area,
        "kind": parameter.kind.__name__.lower(),
        "unit": str(parameter.unit),
        "default": rules.encode(parameter.default),
        "value": rules.encode(row.value),
        "version": row.version,
        "source": row.source,
        "is_default": row.is_default,
        "since": row.since,
        "needs_approval": parameter.needs_approval,
        **{name: None if bound is None else rules.encode(bound) for name, bound in bounds.items()},
        "choices": [
            {"value": rules.encode(value), "label": str(label)} for value, label in parameter.options().items()
        ],
        "pending": len(row.pending),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "version": change.version,
        "value": rules.encode(change.value),
        "previous": None if change.previous is None else rules.encode(change.previous),
        "valid_from": change.valid_from,
        "at": change.at,
        "actor": f"{change.actor_kind}:{change.actor_id}" if change.actor_id else "",
        "approved_by": f"{change.approved_kind}:{change.approved_id}" if change.approved_id else "",
        "reason": change.reason,
        "source": change.source,
    }
