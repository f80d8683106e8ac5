"""The service targets that a new company begins with (CASE-08, CASE-09)."""

from typing import Any

from django.db import migrations

from zhike.record.agreements.types import BEGINNING, DEFAULT_TARGETS


def seed(apps: Any, _schema_editor: Any) -> None:  # noqa: ANN401 - Django's signature
    """Five rows, in a table that is empty."""
    model = apps.get_model("agreements", "ServiceTarget")
    model.objects.bulk_create(
        [
            model(
                measure=measure.value,
                customer_class=letter,
                budget=budget,
                valid_from=BEGINNING,
                source="CASE-08, CASE-09",
            )
            for measure, letter, budget in DEFAULT_TARGETS
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("agreements", "0001_first")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
