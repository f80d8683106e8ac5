"""Numbers, changes for the lake, and the vague words that a new company begins with (AGRE-03)."""

from typing import Any

from django.db import migrations

from zhike.platform.db.xid import TrackChanges
from zhike.platform.numbering.operations import CreateSeries
from zhike.record.agreements.types import DEFAULT_VAGUE


def seed(apps: Any, _schema_editor: Any) -> None:  # noqa: ANN401 - Django's signature
    """About a hundred words; those that are there stay as they are."""
    model = apps.get_model("agreements", "VagueWord")
    model.objects.bulk_create(
        [model(word=word, kind=kind.value) for kind, words in DEFAULT_VAGUE.items() for word in words.split()],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0003_agreements"),
        ("outbox", "0002_functions"),
        ("numbering", "0002_functions"),
    ]
    operations = [
        TrackChanges("agreements_promise"),
        CreateSeries("agreement", "AG-", 6),
        CreateSeries("standard", "ST-", 4),
        CreateSeries("promise", "PM-", 6),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
