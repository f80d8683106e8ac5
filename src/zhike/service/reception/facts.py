"""What the reception publishes to the lake: how long enquiries waited; no names, no numbers, no words."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor
from zhike.platform.facts import Column, ColumnType, Fact, Row, name_dimension, open_rows_with, publish
from zhike.platform.ui import formats
from zhike.record.customers.types import CHANNEL_LABELS
from zhike.service.reception import queries
from zhike.service.reception.types import WAITING_LABELS

INTEGER, TEXT, FLAG, DATE, FLOAT = (
    ColumnType.INTEGER,
    ColumnType.TEXT,
    ColumnType.BOOLEAN,
    ColumnType.DATE,
    ColumnType.FLOAT,
)
WAITING = publish(
    Fact(
        name="waiting",
        table="reception_waiting",
        month="date_trunc('month', timezone('UTC', asked_at))::date",
        label=_("Waiting enquiries"),
        columns=(
            Column("waiting_channel", TEXT, "channel", dimension=True, label=_("Channel")),
            Column("scope_unit_id", INTEGER),
            Column("asked_date", DATE, "timezone(zone, asked_at)::date"),
            Column(
                "first_answer_hours",
                FLOAT,
                "CASE WHEN state = 'answered' THEN extract(epoch FROM ended_at - asked_at) / 3600.0 END",
            ),
            Column("is_answered", FLAG, "state = 'answered'"),
            # A missed call that was answered after all waited for nobody.
            Column("is_real", FLAG, "reason <> 'answered_meanwhile'"),
        ),
    )
)


def _channel_names(values: Sequence[str]) -> dict[str, str]:
    return {str(code): str(CHANNEL_LABELS[code]) for code in CHANNEL_LABELS if str(code) in values}


def _behind(*, actor: Actor, ids: Sequence[int]) -> tuple[Sequence[str], Sequence[Row]]:
    """The enquiries behind a figure, in the order of their ids."""
    headings = [gettext("No."), gettext("Channel"), gettext("Unit"), gettext("State"), gettext("Waited")]
    rows = queries.waiting_rows(actor=actor).filter(pk__in=ids).order_by("pk")
    return headings, [
        Row(
            one.pk,
            str(one.pk),
            reverse("reception:enquiry", args=[one.pk]),
            (
                str(CHANNEL_LABELS[one.channel]),
                one.unit.name,
                str(WAITING_LABELS[one.state]),
                formats.duration(one.ended_at - one.asked_at) if one.ended_at else "–",
            ),
        )
        for one in rows
    ]


name_dimension("waiting_channel", _channel_names)
open_rows_with("waiting", _behind)
