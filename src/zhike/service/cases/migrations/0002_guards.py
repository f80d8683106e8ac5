"""Moves of cases are for ever; the words that a new company begins with."""

from typing import Any

from django.db import migrations

from zhike.platform.db.xid import TrackChanges
from zhike.platform.numbering.operations import CreateSeries
from zhike.service.cases.types.defaults import CATEGORIES, CAUSES

GUARDS = "REVOKE UPDATE, DELETE, TRUNCATE ON cases_casemove FROM zhike_app;"
NO_GUARDS = "GRANT UPDATE, DELETE ON cases_casemove TO zhike_app;"


def seed(apps: Any, _schema_editor: Any) -> None:  # noqa: ANN401 - Django's signature
    """A fixed, small number of rows; those of the same code stay as they are."""
    apps.get_model("cases", "Category").objects.bulk_create(
        [
            apps.get_model("cases", "Category")(
                code=e.code, labels=dict(e.labels), kind=e.kind.value, quick_within=e.quick_within, order=e.order
            )
            for e in CATEGORIES
        ],
        ignore_conflicts=True,
    )
    apps.get_model("cases", "Cause").objects.bulk_create(
        [apps.get_model("cases", "Cause")(code=e.code, labels=dict(e.labels), order=e.order) for e in CAUSES],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_first"), ("outbox", "0002_functions"), ("numbering", "0002_functions")]
    operations = [
        TrackChanges("cases_case"),
        TrackChanges("cases_task"),
        TrackChanges("cases_escalation"),
        TrackChanges("cases_remedy"),
        CreateSeries("case", "C-", 6),
        migrations.RunSQL(GUARDS, NO_GUARDS),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
