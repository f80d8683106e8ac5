"""What this room publishes to the lake: promises and what became of them; never their words."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.actors import Actor, system_actor
from zhike.platform.db.ids import ids_of
from zhike.platform.facts import Column, ColumnType, Fact, Row, name_dimension, open_rows_with, publish
from zhike.record.agreements import queries
from zhike.record.agreements.types import PROMISE_LABELS, PromiseState
from zhike.record.organization import queries as organization

INTEGER, TEXT, FLAG, DATE = ColumnType.INTEGER, ColumnType.TEXT, ColumnType.BOOLEAN, ColumnType.DATE
_NAMES = system_actor("agreements.names")


def _is(state: PromiseState) -> str:
    return f"state = '{state.value}'"


PROMISES = publish(
    Fact(
        name="promises",
        table="agreements_promise",
        month="date_trunc('month', timezone('UTC', due_at))::date",
        label=_("Promises to customers"),
        columns=(
            Column("customer_id", INTEGER, dimension=True, label=_("Customer")),
            Column("promised_by_id", INTEGER, dimension=True, label=_("Promised by")),
            Column("promise_unit_id", INTEGER, "unit_id", dimension=True, label=_("Department or outlet")),
            Column("promise_state", TEXT, "state", dimension=True, label=_("What became of it")),
            Column("scope_unit_id", INTEGER),
            Column("made_date", DATE, "timezone(zone, made_at)::date", label=_("Day the promise was made")),
            Column("due_date", DATE, "timezone(zone, due_at)::date"),
            Column("is_kept", FLAG, _is(PromiseState.KEPT)),
            Column("is_renegotiated", FLAG, _is(PromiseState.RENEGOTIATED)),
            # Open past its time is broken, as long as nobody says otherwise (methods §5.1); marked once it has passed.
            Column("is_answered", FLAG, f"NOT ({_is(PromiseState.OPEN)}) OR overdue_at IS NOT NULL"),
            Column("was_done_late", FLAG, f"{_is(PromiseState.BROKEN)} AND done_at IS NOT NULL", label=_("Done late")),
        ),
    )
)


def _state_names(values: Sequence[str]) -> Mapping[str, str]:
    return {value: str(PROMISE_LABELS[value]) for value in values if value in PROMISE_LABELS}


def _staff_names(values: Sequence[str]) -> Mapping[str, str]:
    rows = organization.staff_rows(actor=_NAMES).filter(pk__in=ids_of(values))
    return {str(pk): name for pk, name in rows.values_list("pk", "name")}


def _unit_names(values: Sequence[str]) -> Mapping[str, str]:
    """A unit's name is no secret within the company."""
    found = organization.unit_labels(actor=_NAMES, unit_ids=ids_of(values))
    return {str(pk): name for pk, name in found.items()}


def _promises_behind(*, actor: Actor, ids: Sequence[int]) -> tuple[Sequence[str], Sequence[Row]]:
    """The promises behind a figure, in the order of their ids."""
    headings = [gettext("No."), gettext("Customer"), gettext("Promised by"), gettext("State"), gettext("Due day")]
    rows = queries.promise_rows(actor=actor).filter(pk__in=ids).order_by("pk")
    return headings, [
        Row(
            one.pk,
            one.number,
            reverse("agreements:promise", args=[one.pk]),
            (
                one.customer.name,
                one.promised_by.name,
                str(PROMISE_LABELS[one.state]),
                clock.local_date(one.due_at, one.zone).isoformat(),
            ),
        )
        for one in rows
    ]


name_dimension("promise_state", _state_names)
name_dimension("promised_by_id", _staff_names)
name_dimension("promise_unit_id", _unit_names)
open_rows_with("promises", _promises_behind)
