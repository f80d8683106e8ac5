"""The category of cases that surveys open, for companies that have begun already."""

from typing import Any

from django.db import migrations

from zhike.service.cases.types.defaults import CATEGORIES, SURVEY


def seed(apps: Any, _schema_editor: Any) -> None:  # noqa: ANN401 - Django's signature
    """One row; where there is one of this code it stays as it is."""
    model = apps.get_model("cases", "Category")
    model.objects.bulk_create(
        [
            model(
                code=e.code,
                labels=dict(e.labels),
                kind=e.kind.value,
                quick_within=e.quick_within,
                first_contact=e.first_contact,
                order=e.order,
            )
            for e in CATEGORIES
            if e.code == SURVEY
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0014_kept_photos")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
