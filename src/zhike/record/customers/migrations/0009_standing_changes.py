"""Which value class stood when stays on record; what stands now is where the record begins."""

import django.db.models.deletion
from django.db import migrations, models

import zhike.platform.db.xid
from zhike.platform.db.xid import TrackChanges

GUARDS = """
REVOKE UPDATE, DELETE, TRUNCATE ON customers_standingchange FROM zhike_app;
INSERT INTO customers_standingchange (customer_id, kind, text, as_of, source, run)
SELECT customer_id, kind, text, as_of, source, run FROM customers_customerstanding WHERE kind = 'class'
ORDER BY customer_id;
"""
NO_GUARDS = "GRANT UPDATE, DELETE ON customers_standingchange TO zhike_app"


class Migration(migrations.Migration):
    dependencies = [("customers", "0008_erasure_requests")]

    operations = [
        migrations.CreateModel(
            name="StandingChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=40)),
                ("text", models.CharField(default="", max_length=200)),
                ("as_of", models.DateTimeField()),
                ("source", models.CharField(max_length=80)),
                ("run", models.CharField(default="", max_length=64)),
                (
                    "changed_xid",
                    zhike.platform.db.xid.ChangedXidField(
                        db_default=zhike.platform.db.xid.PgCurrentXact(), editable=False
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["customer", "kind", "as_of", "id"], name="standing_change_by_customer")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", ""), _negated=True), models.Q(("source", ""), _negated=True)
                        ),
                        name="standing_change_source_given",
                    )
                ],
            },
        ),
        TrackChanges("customers_standingchange"),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]
