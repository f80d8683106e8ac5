"""Reading parameters for people: by area, with default, source, history and what waits for approval."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.apps import apps

from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import NotFound
from zhike.platform.parameters import rules
from zhike.platform.parameters.models import ParameterProposal, ParameterValue
from zhike.platform.parameters.policies import VIEW_PARAMETERS
from zhike.platform.parameters.types import (
    Area,
    Change,
    Label,
    Parameter,
    Proposal,
    ProposalState,
    Row,
    declared,
    registered,
)

# Where keys begin with another word than the room's own label.
_ROOM_OF = {"imports": "bulk"}


def list_areas(*, actor: Actor, now: datetime, text: str = "") -> list[Area]:
    """Every parameter under the name of its room; `text` narrows by label, key or description."""
    authorize(actor, VIEW_PARAMETERS)
    wanted = [parameter for parameter in registered().values() if _matches(parameter, text)]
    history = _history([parameter.key for parameter in wanted])
    pending = _pending([parameter.key for parameter in wanted])
    areas: dict[str, list[Row]] = defaultdict(list)
    for parameter in wanted:
        areas[parameter.area].append(_row(parameter, history[parameter.key], pending[parameter.key], now))
    found = [Area(code=code, label=area_label(code), rows=tuple(rows)) for code, rows in areas.items()]
    return sorted(found, key=lambda area: str(area.label))


def get_row(*, actor: Actor, key: str, now: datetime) -> Row:
    authorize(actor, VIEW_PARAMETERS)
    parameter = _known(key)
    return _row(parameter, _history([key])[key], _pending([key])[key], now)


def history_of(*, actor: Actor, key: str) -> list[Change]:
    """Every change, newest first, down to the declared default."""
    authorize(actor, VIEW_PARAMETERS)
    parameter = _known(key)
    first = Change(version=1, value=parameter.default, previous=None, valid_from=None, at=None, source=parameter.source)
    return [*reversed(_history([key])[key]), first]


def list_pending(*, actor: Actor) -> list[Proposal]:
    """What waits for a second person, oldest first."""
    authorize(actor, VIEW_PARAMETERS)
    rows = ParameterProposal.objects.filter(state=ProposalState.PENDING.value).order_by("id")
    return [proposal for row in rows if (proposal := _proposal(row)) is not None]


def area_label(code: str) -> Label:
    """The name of the room that declared the parameter."""
    config = apps.app_configs.get(_ROOM_OF.get(code, code))
    return config.verbose_name if config else code


def _known(key: str) -> Parameter[Any]:
    parameter = declared(key)
    if parameter is None:
        raise NotFound
    return parameter


def _matches(parameter: Parameter[Any], text: str) -> bool:
    wanted = text.strip().casefold()
    shown = (parameter.key, str(parameter.label), str(parameter.description))
    return not wanted or any(wanted in part.casefold() for part in shown)


def _history(keys: Iterable[str]) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = defaultdict(list)
    rows = ParameterValue.objects.filter(key__in=list(keys)).select_related("proposal").order_by("key", "version")
    for row in rows:
        parameter = declared(row.key)
        if parameter is None:
            continue
        found[row.key].append(
            Change(
                version=row.version,
                value=rules.decode(parameter, row.value),
                previous=rules.decode(parameter, row.previous),
                valid_from=row.valid_from,
                at=row.at,
                # The person who wanted the change; the one who allowed it stands beside.
                actor_kind=row.proposal.proposed_by_kind if row.proposal else row.actor_kind,
                actor_id=row.proposal.proposed_by_id if row.proposal else row.actor_id,
                approved_kind=row.actor_kind if row.proposal else "",
                approved_id=row.actor_id if row.proposal else "",
                reason=row.reason,
                source=row.source,
            )
        )
    return found


def _pending(keys: Iterable[str]) -> dict[str, list[Proposal]]:
    found: dict[str, list[Proposal]] = defaultdict(list)
    rows = ParameterProposal.objects.filter(key__in=list(keys), state=ProposalState.PENDING.value).order_by("id")
    for row in rows:
        if (proposal := _proposal(row)) is not None:
            found[row.key].append(proposal)
    return found


def _proposal(row: ParameterProposal) -> Proposal | None:
    parameter = declared(row.key)
    if parameter is None:
        return None
    return Proposal(
        id=row.pk,
        key=row.key,
        value=rules.decode(parameter, row.value),
        valid_from=row.valid_from,
        reason=row.reason,
        source=row.source,
        state=ProposalState(row.state),
        proposed_at=row.proposed_at,
        proposed_by_kind=row.proposed_by_kind,
        proposed_by_id=row.proposed_by_id,
        proposed_by_person=row.proposed_by_person,
    )


def _row(parameter: Parameter[Any], history: list[Change], pending: list[Proposal], now: datetime) -> Row:
    dated = sorted(history, key=lambda change: (change.valid_from or now, change.version))
    position = rules.in_effect([change.valid_from or now for change in dated], now)
    current = None if position is None else dated[position]
    coming = tuple(dated[0 if position is None else position + 1 :])
    return Row(
        parameter=parameter,
        value=parameter.default if current is None else current.value,
        version=1 if current is None else current.version,
        source=parameter.source if current is None else current.source,
        is_default=current is None,
        since=None if current is None else current.valid_from,
        coming=coming,
        pending=tuple(pending),
        changes=len(history),
    )
