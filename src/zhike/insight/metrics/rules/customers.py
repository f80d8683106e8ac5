"""Whether customers go on ordering, as it stands now."""

import ibis
import ibis.expr.types as ir
from django.utils.translation import gettext_lazy as _

from zhike.insight.metrics.types import AS_OF, Direction, Kind, Metric, define

DAYS = 90


def _has_ordered(rows: ir.Table) -> ir.BooleanValue:
    return rows["is_active"] & ~rows["is_merged"] & rows["first_order_date"].notnull()


def _since(rows: ir.Table) -> ir.Value:
    return rows[AS_OF].cast("date") - ibis.interval(days=DAYS)


CUSTOMERS_ORDERING = define(
    Metric(
        id="customers_ordering",
        version=1,
        label=_("Customers who go on ordering"),
        definition=_(
            "Customers with an order in the last 90 days, of all open files that have ever ordered and did so for the"
            " first time more than 90 days ago. As it stands now, whatever the period; months are those of the first"
            " order. Retention from period to period has a page of its own."
        ),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.HIGHER,
        fact="customers",
        grain=_("customer"),
        time="first_order_date",
        source=_("Company requirement: customers kept"),
        eligible=lambda rows: _has_ordered(rows) & (rows["first_order_date"] < _since(rows)),
        known=_has_ordered,
        hit=lambda rows: rows["last_order_date"] >= _since(rows),
        order=90,
    )
)
