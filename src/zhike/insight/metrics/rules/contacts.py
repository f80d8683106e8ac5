"""Notices and the guard against too many contacts (SHIP-03, OUTR-04; methods §10)."""

import ibis.expr.types as ir
from django.utils.translation import gettext_lazy as _

from zhike.insight.metrics.types import Direction, Kind, Metric, define


def _could_be_told(rows: ir.Table) -> ir.BooleanValue:
    return rows["could_be_told"]


def _notice(rows: ir.Table) -> ir.BooleanValue:
    return rows["is_notice"] & rows["is_sent"]


NOTICED = define(
    Metric(
        id="noticed",
        version=1,
        label=_("Shipments with a notice of ours"),
        definition=_(
            "Shipments of which at least one notice reached somebody before they asked, of all that came in live and"
            " have an event. Imported history is never told and does not belong to the base."
        ),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.HIGHER,
        fact="shipments",
        grain=_("shipment"),
        time="ordered_date",
        source=_("Company requirement: notices to customers"),
        eligible=_could_be_told,
        known=_could_be_told,
        hit=lambda rows: rows["has_notice"],
        order=42,
    )
)

NOTICE_DELAY = define(
    Metric(
        id="notice_delay",
        version=1,
        label=_("Delay of notices"),
        definition=_(
            "Minutes from the event to the moment at which the other side took the notice. What waited for the end of"
            " the quiet hours counts with its waiting."
        ),
        unit="min",
        kind=Kind.DURATION,
        direction=Direction.LOWER,
        fact="contacts",
        grain=_("notice"),
        time="asked_date",
        source=_("Company requirement: notices to customers"),
        eligible=_notice,
        known=lambda rows: rows["delay_minutes"].notnull(),
        value=lambda rows: rows["delay_minutes"],
        order=43,
    )
)

WITHHELD = define(
    Metric(
        id="withheld",
        version=1,
        label=_("Contacts withheld"),
        definition=_("Contacts that a rule of the contact policy withheld, of all that were asked for."),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.NONE,
        fact="contacts",
        grain=_("contact"),
        time="asked_date",
        source=_("Company requirement: guard against too many contacts"),
        eligible=lambda rows: rows["is_asked"],
        known=lambda rows: rows["is_asked"],
        hit=lambda rows: rows["is_withheld"],
        order=60,
    )
)
