"""Changing parameters: with a reason and a source, and where declared so only through a second person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from zhike.platform.parameters import rules, values
from zhike.platform.parameters.events import (
    ChangeProposed,
    ParameterChanged,
    ProposalApproved,
    ProposalRefused,
    ProposalWithdrawn,
)
from zhike.platform.parameters.models import ParameterMark, ParameterProposal, ParameterValue
from zhike.platform.parameters.policies import APPROVE_PARAMETERS, CHANGE_PARAMETERS, is_proposer
from zhike.platform.parameters.types import Outcome, Parameter, ProposalState, declared

MAX_REASON = 1000
FURTHEST = timedelta(days=3653)


class ProposalDecided(Conflict):
    code = "proposal_decided"
    message = _("This proposal has already been decided.")


class ProposalOpen(Conflict):
    code = "proposal_open"
    message = _("A change of this parameter already waits for approval.")
    next_step = _("Decide or withdraw that proposal first.")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A change that passed every check."""

    parameter: Parameter[Any]
    value: Any
    valid_from: datetime | None
    reason: str
    source: str


@action
def set_parameter(
    *,
    actor: Actor,
    key: str,
    value: object,
    reason: str,
    source: str,
    now: datetime,
    valid_from: datetime | None = None,
) -> Outcome:
    """Give a parameter a new value from `valid_from` on (at once without it), or propose it where that is required.

    `value` is of the parameter's kind, or text as a person types it.
    """
    parameter = _locked(key)
    authorize(actor, CHANGE_PARAMETERS, subject=("parameter", key))
    wanted = _checked(parameter, value, valid_from=valid_from, reason=reason, source=source, now=now)
    if parameter.needs_approval:
        return _propose(actor, wanted, now)
    before, version = _write(actor, wanted, now, proposal=None)
    audit.record(
        actor,
        ParameterChanged(
            subject=("parameter", key),
            before={"value": before},
            after={**_described(wanted), "version": version},
            reason=wanted.reason,
        ),
        now=now,
    )
    return Outcome(key=key, version=version)


@action
def approve_proposal(*, actor: Actor, proposal_id: int, now: datetime, note: str = "") -> Outcome:
    """Put a proposed change into effect; refused to whoever proposed it."""
    proposal = _locked_proposal(proposal_id)
    authorize(actor, APPROVE_PARAMETERS, subject=("parameter", proposal.key))
    if is_proposer(actor, proposal.proposed_by_person):
        raise Forbidden(
            _("Who proposes a change cannot approve it."),
            right=APPROVE_PARAMETERS.code,
            subject=("parameter", proposal.key),
            next_step=_("Ask another person who may approve."),
        )
    parameter = _known(proposal.key)
    chosen = rules.decode(parameter, proposal.value)
    _refuse(parameter, rules.problems(parameter, chosen), "value")
    wanted = _Wanted(parameter, chosen, proposal.valid_from, proposal.reason, proposal.source)
    _decide(proposal, actor, ProposalState.APPROVED, note, now)
    before, version = _write(actor, wanted, now, proposal=proposal)
    audit.record(
        actor,
        ProposalApproved(
            subject=("parameter", proposal.key),
            before={"value": before},
            after={**_described(wanted), "version": version, "proposal": proposal.pk},
            reason=note,
        ),
        now=now,
    )
    return Outcome(key=proposal.key, version=version)


@action
def refuse_proposal(*, actor: Actor, proposal_id: int, note: str, now: datetime) -> None:
    """Close a proposal without effect; the note says why."""
    proposal = _locked_proposal(proposal_id)
    authorize(actor, APPROVE_PARAMETERS, subject=("parameter", proposal.key))
    if not note.strip():
        raise Invalid.of("note", "required", _("Please say why."))
    _decide(proposal, actor, ProposalState.REFUSED, note, now)
    audit.record(
        actor,
        ProposalRefused(subject=("parameter", proposal.key), after={"proposal": proposal.pk}, reason=note),
        now=now,
    )


@action
def withdraw_proposal(*, actor: Actor, proposal_id: int, now: datetime) -> None:
    """Take back one's own proposal."""
    proposal = _locked_proposal(proposal_id)
    authorize(actor, CHANGE_PARAMETERS, subject=("parameter", proposal.key))
    if not is_proposer(actor, proposal.proposed_by_person):
        raise Forbidden(
            _("Only the person who proposed a change can withdraw it."),
            right=CHANGE_PARAMETERS.code,
            subject=("parameter", proposal.key),
        )
    _decide(proposal, actor, ProposalState.WITHDRAWN, "", now)
    audit.record(
        actor, ProposalWithdrawn(subject=("parameter", proposal.key), after={"proposal": proposal.pk}), now=now
    )


def _known(key: str) -> Parameter[Any]:
    parameter = declared(key)
    if parameter is None:
        raise NotFound
    return parameter


def _locked(key: str) -> Parameter[Any]:
    parameter = _known(key)
    _lock_all()
    return parameter


def _lock_all() -> None:
    """One lock for all parameters: changes are rare, and their versions must follow each other."""
    ParameterMark.objects.select_for_update().get_or_create(pk=1, defaults={"mark": ""})


def _locked_proposal(proposal_id: int) -> ParameterProposal:
    _lock_all()
    proposal = ParameterProposal.objects.select_for_update().filter(pk=proposal_id).first()
    if proposal is None:
        raise NotFound
    return proposal


def _refuse(parameter: Parameter[Any], found: list[FieldError], name: str) -> None:
    if found:
        raise Invalid({name: found}, key=parameter.key)


def _checked(
    parameter: Parameter[Any], typed: object, *, valid_from: datetime | None, reason: str, source: str, now: datetime
) -> _Wanted:
    found: dict[str, list[FieldError]] = {}
    chosen: Any = None
    try:
        chosen = rules.read(parameter, typed)
        found["value"] = rules.problems(parameter, chosen)
    except rules.Unreadable as unreadable:
        found["value"] = [unreadable.error]
    for name, text in (("reason", reason), ("source", source)):
        found[name] = _text_problems(text)
    found["valid_from"] = _moment_problems(valid_from, now)
    if not any(found.values()) and chosen == values.value(parameter, at=valid_from or now):
        found["value"] = [FieldError("unchanged", _("This is the value already in effect then."))]
    found = {name: errors for name, errors in found.items() if errors}
    if found:
        raise Invalid(found)
    return _Wanted(parameter, chosen, valid_from, reason.strip(), source.strip())


def _moment_problems(valid_from: datetime | None, now: datetime) -> list[FieldError]:
    if valid_from is not None and valid_from < now:
        text = _("A change cannot hold for the past: figures already made would be wrong.")
        return [FieldError("in_the_past", text)]
    if valid_from is not None and valid_from > now + FURTHEST:
        return [FieldError("too_far", _("A change begins within the next ten years."))]
    return []


def _text_problems(text: str) -> list[FieldError]:
    if not text.strip():
        return [FieldError("required", _("Please fill this in."))]
    if len(text) > MAX_REASON or "\x00" in text:
        return [FieldError("too_long", _("This text is too long."))]
    return []


def _described(wanted: _Wanted) -> dict[str, Any]:
    return {"value": rules.encode(wanted.value), "valid_from": wanted.valid_from, "source": wanted.source}


def _propose(actor: Actor, wanted: _Wanted, now: datetime) -> Outcome:
    key = wanted.parameter.key
    if ParameterProposal.objects.filter(key=key, state=ProposalState.PENDING.value).exists():
        raise ProposalOpen
    proposal = ParameterProposal.objects.create(
        key=key,
        value=rules.encode(wanted.value),
        valid_from=wanted.valid_from,
        reason=wanted.reason,
        source=wanted.source,
        proposed_at=now,
        proposed_by_kind=actor.kind.value,
        proposed_by_id=actor.id,
        proposed_by_person=actor.person,
    )
    audit.record(
        actor,
        ChangeProposed(
            subject=("parameter", key),
            before={"value": rules.encode(values.value(wanted.parameter, at=now))},
            after={**_described(wanted), "proposal": proposal.pk},
            reason=wanted.reason,
        ),
        now=now,
    )
    return Outcome(key=key, proposal_id=proposal.pk)


def _decide(proposal: ParameterProposal, actor: Actor, state: ProposalState, note: str, now: datetime) -> None:
    if proposal.state != ProposalState.PENDING.value:
        raise ProposalDecided
    proposal.state = state.value
    proposal.decided_at = now
    proposal.decided_by_kind = actor.kind.value
    proposal.decided_by_id = actor.id
    proposal.decided_by_person = actor.person
    proposal.note = note.strip()
    proposal.save(
        update_fields=["state", "decided_at", "decided_by_kind", "decided_by_id", "decided_by_person", "note"]
    )


def _write(actor: Actor, wanted: _Wanted, now: datetime, *, proposal: ParameterProposal | None) -> tuple[Any, int]:
    """The value replaced and the number of the new version."""
    key = wanted.parameter.key
    begins = max(wanted.valid_from or now, now)
    before = rules.encode(values.value(wanted.parameter, at=begins))
    last = ParameterValue.objects.filter(key=key).order_by("-version").values_list("version", flat=True).first()
    version = (last or 1) + 1
    ParameterValue.objects.create(
        key=key,
        version=version,
        value=rules.encode(wanted.value),
        previous=before,
        valid_from=begins,
        at=now,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        reason=wanted.reason,
        source=wanted.source,
        proposal=proposal,
    )
    values.renew_mark()
    return before, version
