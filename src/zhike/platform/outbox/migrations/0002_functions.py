"""Functions behind `TrackChanges`: every migration that tracks a table depends on this one."""

from django.db import migrations

from zhike.platform.db.xid import FUNCTIONS_SQL


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_first")]
    operations = [
        migrations.RunSQL(
            FUNCTIONS_SQL,
            "DROP FUNCTION IF EXISTS zhike_touch_xid(); DROP FUNCTION IF EXISTS zhike_leave_tombstone();",
        )
    ]
