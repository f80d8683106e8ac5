"""What an article said and what was decided about it is for ever."""

from django.db import migrations

from zhike.platform.db.xid import TrackChanges
from zhike.platform.numbering.operations import CreateSeries

_TABLES = "knowledge_articleversion, knowledge_articledecision"
GUARDS = f"REVOKE UPDATE, DELETE, TRUNCATE ON {_TABLES} FROM zhike_app;"
NO_GUARDS = f"GRANT UPDATE, DELETE ON {_TABLES} TO zhike_app;"


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0001_first"), ("outbox", "0002_functions"), ("numbering", "0002_functions")]
    operations = [
        TrackChanges("knowledge_article"),
        TrackChanges("knowledge_use"),
        CreateSeries("article", "K-", 5),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]
