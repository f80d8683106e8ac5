"""What this room publishes to the lake: that we were in touch, never what was said."""

from django.utils.translation import gettext_lazy as _

from zhike.platform.facts import Column, ColumnType, Fact, publish

INTERACTIONS = publish(
    Fact(
        name="interactions",
        table="interactions_interaction",
        month="date_trunc('month', timezone('UTC', occurred_at))::date",
        label=_("Contacts and notes"),
        columns=(
            Column("customer_id", ColumnType.INTEGER, dimension=True, label=_("Customer")),
            Column("channel", ColumnType.TEXT, dimension=True, label=_("Channel")),
            Column("direction", ColumnType.TEXT, dimension=True, label=_("Who reached whom")),
            Column("audience", ColumnType.TEXT, dimension=True, label=_("Seen by")),
            Column("note_kind", ColumnType.TEXT, dimension=True, label=_("Kind of note")),
            Column("staff_id", ColumnType.INTEGER, dimension=True, label=_("Written by")),
            Column("scope_unit_id", ColumnType.INTEGER),
            Column(
                "occurred_date", ColumnType.DATE, "timezone(zone, occurred_at)::date", label=_("Day of the contact")
            ),
            Column("is_struck", ColumnType.BOOLEAN, "struck_at IS NOT NULL", label=_("Struck out")),
        ),
    )
)
