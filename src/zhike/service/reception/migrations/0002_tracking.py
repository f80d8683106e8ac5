"""The lake follows calls and waiting enquiries."""

from django.db import migrations

from zhike.platform.db.xid import TrackChanges


class Migration(migrations.Migration):
    dependencies = [("reception", "0001_first"), ("outbox", "0002_functions")]
    operations = [TrackChanges("reception_call"), TrackChanges("reception_waiting")]
