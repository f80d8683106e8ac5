"""What the customer file publishes to the lake; no names, no phones, no free text."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.actors import Actor, system_actor
from zhike.platform.db.ids import ids_of
from zhike.platform.facts import Column, ColumnType, Fact, Row, name_dimension, open_rows_with, publish
from zhike.record.customers.queries import customer_rows
from zhike.record.customers.types import CLASS, STAGE_LABELS
from zhike.record.organization import queries as organization

INTEGER, TEXT, FLAG, DATE, FLOAT = (
    ColumnType.INTEGER,
    ColumnType.TEXT,
    ColumnType.BOOLEAN,
    ColumnType.DATE,
    ColumnType.FLOAT,
)
_NAMES = system_actor("customers.names")
_CLASS = (
    "(SELECT s.text FROM customers_customerstanding s WHERE s.customer_id = customers_customer.id AND s.kind = 'class')"
)


def _day(column: str) -> str:
    return f"timezone('UTC', {column})::date"


def _month(column: str) -> str:
    return f"date_trunc('month', timezone('UTC', {column}))::date"


CUSTOMERS = publish(
    Fact(
        name="customers",
        table="customers_customer",
        month=_month("opened_at"),
        label=_("Customer files"),
        rows_url_name="customers:list",
        follows=(
            (
                "SELECT s.customer_id FROM customers_customerstanding s"
                " WHERE s.kind = 'class' AND s.changed_xid >= {since}"
            ),
        ),
        columns=(
            Column("customer_kind", TEXT, "kind", dimension=True, label=pgettext_lazy("customer", "Kind")),
            Column("stage", TEXT, dimension=True, label=pgettext_lazy("customer", "Stage")),
            Column("industry", TEXT, dimension=True, label=_("Industry")),
            Column("region_code", TEXT, dimension=True, label=_("Region code")),
            Column("source", TEXT, dimension=True, label=_("How we met")),
            Column("owner_id", INTEGER, dimension=True, label=_("Responsible person")),
            # As it stands now; nothing where the customer is not classified.
            Column("customer_class", TEXT, _CLASS, dimension=True, label=_("Value class now")),
            Column("scope_unit_id", INTEGER),
            Column("opened_date", DATE, _day("known_since"), label=_("Known since")),
            Column("converted_date", DATE, _day("converted_at"), label=_("Became a customer on")),
            Column("first_order_date", DATE, _day("first_order_at"), label=_("Day of the first order")),
            Column("last_order_date", DATE, _day("last_order_at"), label=_("Day of the last order")),
            Column("last_contact_date", DATE, _day("last_contact_at"), label=_("Day of the last contact")),
            Column("is_active", FLAG, "active", label=_("File in use")),
            Column("is_merged", FLAG, "merged_into_id IS NOT NULL", label=_("Merged into another file")),
        ),
    )
)
ENQUIRIES = publish(
    Fact(
        name="enquiries",
        table="customers_enquiry",
        month=_month("at"),
        label=_("Enquiries"),
        rows_url_name="customers:enquiries",
        columns=(
            Column("customer_id", INTEGER, dimension=True, label=_("Customer")),
            Column("channel", TEXT, dimension=True, label=pgettext_lazy("enquiry", "By")),
            Column("state", TEXT, dimension=True, label=_("State")),
            Column("loss_reason", TEXT, dimension=True, label=_("Reason")),
            Column("staff_id", INTEGER, dimension=True, label=_("Taken by")),
            Column("scope_unit_id", INTEGER),
            Column("asked_date", DATE, _day("at"), label=_("Day of the enquiry")),
            Column("closed_date", DATE, _day("closed_at"), label=_("Day it was closed")),
            Column("opened_file", FLAG, label=_("A file was opened for it")),
            Column("has_reason", FLAG, "loss_reason <> ''", label=_("Lost for a stated reason")),
        ),
    )
)
STAGE_CHANGES = publish(
    Fact(
        name="stage_changes",
        table="customers_stagechange",
        month=_month("at"),
        label=_("Life-cycle stages"),
        rows_url_name="customers:base",
        columns=(
            Column("customer_id", INTEGER, dimension=True, label=_("Customer")),
            Column("from_stage", TEXT, dimension=True, label=pgettext_lazy("stage", "from")),
            Column("to_stage", TEXT, dimension=True, label=pgettext_lazy("stage", "to")),
            Column("cause", TEXT, dimension=True, label=pgettext_lazy("stage", "Cause")),
            Column("scope_unit_id", INTEGER),
            Column("changed_date", DATE, _day("at"), label=_("Day of the change")),
            Column(
                "days_before",
                FLOAT,
                "extract(epoch FROM at - from_since) / 86400.0",
                label=_("Days in the stage before"),
            ),
        ),
    )
)
_CLASSES_OF_CHANGED = (
    "SELECT s.id FROM customers_standingchange s JOIN customers_customer c ON c.id = s.customer_id"
    " WHERE c.changed_xid >= {since}"
)
VALUE_CLASSES = publish(
    Fact(
        name="value_classes",
        table="customers_standingchange",
        month=_month("customers_standingchange.as_of"),
        label=_("Value classes"),
        joins=(
            " JOIN customers_customer c ON c.id = customers_standingchange.customer_id"
            f" AND customers_standingchange.kind = '{CLASS.code}'"
        ),
        # Whom a customer belongs to may change; what class it had does not.
        follows=(_CLASSES_OF_CHANGED,),
        rows_url_name="customers:list",
        columns=(
            Column("customer_id", INTEGER, "customers_standingchange.customer_id", dimension=True, label=_("Customer")),
            Column("value_class", TEXT, "customers_standingchange.text", dimension=True, label=_("Value class")),
            Column("scope_unit_id", INTEGER, "c.scope_unit_id"),
            Column(
                "stood_date",
                DATE,
                "timezone(c.zone, customers_standingchange.as_of)::date",
                label=_("Day from which it stood"),
            ),
        ),
    )
)


def _staff_names(values: Sequence[str]) -> Mapping[str, str]:
    rows = organization.staff_rows(actor=_NAMES).filter(pk__in=ids_of(values))
    return {str(pk): name for pk, name in rows.values_list("pk", "name")}


def _customers_behind(*, actor: Actor, ids: Sequence[int]) -> tuple[Sequence[str], Sequence[Row]]:
    """The files behind a figure, in the order of their ids."""
    headings = [
        gettext("Name"),
        gettext("Number"),
        pgettext("customer", "Stage"),
        gettext("Responsible person"),
        gettext("Last order"),
    ]
    return headings, [
        Row(
            one.pk,
            one.name,
            reverse("desk:customer", args=[one.number]),
            (
                one.number,
                str(STAGE_LABELS[one.stage]),
                one.owner.name,
                clock.local_date(one.last_order_at, actor.zone).isoformat() if one.last_order_at else "",
            ),
        )
        for one in customer_rows(actor=actor).filter(pk__in=ids).order_by("pk")
    ]


name_dimension("owner_id", _staff_names)
name_dimension("customer_owner_id", _staff_names)
open_rows_with("customers", _customers_behind)
