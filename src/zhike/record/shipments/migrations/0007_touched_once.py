"""The trigger that renews `changed_xid` is called only for rows that do not have it yet in this transaction."""

from django.db import migrations

_TRIGGER = (
    "CREATE OR REPLACE TRIGGER shipments_shipment_touch BEFORE UPDATE ON shipments_shipment FOR EACH ROW"
    "{when} EXECUTE FUNCTION zhike_touch_xid()"
)


class Migration(migrations.Migration):
    dependencies = [("shipments", "0006_noticed")]

    operations = [
        migrations.RunSQL(
            _TRIGGER.format(when=" WHEN (NEW.changed_xid IS DISTINCT FROM pg_current_xact_id())"),
            _TRIGGER.format(when=""),
        )
    ]
