"""What contacting publishes to the lake: that somebody was to be contacted and what was decided, never the words."""

from collections.abc import Iterable, Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor
from zhike.platform.facts import Column, ColumnType, Fact, Row, name_dimension, open_rows_with, publish
from zhike.record.contacting.queries import record_rows
from zhike.record.contacting.queries.log import subject_of
from zhike.record.contacting.types import (
    CHANNEL_LABELS,
    EVENT_LABELS,
    OUTCOME_LABELS,
    PARTY_LABELS,
    PURPOSE_LABELS,
    RULE_LABELS,
    ContactChannel,
    Label,
)

INTEGER, TEXT, FLAG, DATE, FLOAT = (
    ColumnType.INTEGER,
    ColumnType.TEXT,
    ColumnType.BOOLEAN,
    ColumnType.DATE,
    ColumnType.FLOAT,
)
CONTACTS = publish(
    Fact(
        name="contacts",
        table="contacting_contactrecord",
        month="date_trunc('month', timezone('UTC', asked_at))::date",
        label=_("Contacts asked for"),
        columns=(
            Column("customer_id", INTEGER, dimension=True, label=_("Customer")),
            Column("purpose", TEXT, dimension=True, label=_("Purpose")),
            Column("contact_channel", TEXT, "channel", dimension=True, label=_("Channel")),
            Column("outcome", TEXT, dimension=True, label=_("Decision")),
            Column("rule", TEXT, dimension=True, label=_("Rule")),
            Column("notice", TEXT, "event", dimension=True, label=_("Event")),
            Column("party", TEXT, dimension=True, label=_("Notice for")),
            Column("delivery", TEXT, label=_("What became of the message")),
            Column("scope_unit_id", INTEGER),
            Column("asked_date", DATE, "timezone(zone, asked_at)::date"),
            Column("is_notice", FLAG, "event <> ''"),
            Column("is_asked", FLAG, "outcome <> 'made'"),
            Column("is_withheld", FLAG, "outcome = 'deny'"),
            Column("is_sent", FLAG, "delivery = 'sent'"),
            Column("delay_minutes", FLOAT, "CASE WHEN event <> '' AND delivery = 'sent' AND settled_at >= occurred_at"
                   " THEN extract(epoch FROM settled_at - occurred_at) / 60.0 END"),
        ),
    )
)  # fmt: skip


class Codes:
    """Names of codes for figures."""

    def __init__(self, known: Iterable[tuple[str, Label]]) -> None:
        self._labels = {str(code): label for code, label in known}

    def __call__(self, values: Sequence[str]) -> Mapping[str, str]:
        return {value: str(self._labels[value]) for value in values if value in self._labels}


def _rows_behind(*, actor: Actor, ids: Sequence[int]) -> tuple[Sequence[str], Sequence[Row]]:
    """The contacts behind a figure, in the order of their ids; people by name only where there is a file."""
    headings = [
        pgettext("contact log", "Contact"),
        gettext("Customer"),
        gettext("Channel"),
        pgettext("contact", "About"),
    ]
    found = []
    for one in record_rows(actor=actor).filter(pk__in=ids).order_by("pk"):
        cells = (
            one.customer.name if one.customer else "",
            str(CHANNEL_LABELS[ContactChannel(one.channel)]),
            one.related_id,
        )
        found.append(Row(one.pk, subject_of(one), reverse("contacting:record", args=[one.pk]), cells))
    return headings, found


name_dimension("purpose", Codes(PURPOSE_LABELS.items()))
name_dimension("contact_channel", Codes(CHANNEL_LABELS.items()))
name_dimension("outcome", Codes(OUTCOME_LABELS.items()))
name_dimension("rule", Codes(RULE_LABELS.items()))
name_dimension("notice", Codes(EVENT_LABELS.items()))
name_dimension("party", Codes(PARTY_LABELS.items()))
open_rows_with("contacts", _rows_behind)
