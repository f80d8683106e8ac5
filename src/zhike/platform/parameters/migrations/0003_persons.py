"""Proposals name the person who decides, also behind an API key."""

from django.db import migrations, models
from django.db.models import F, Q

NAME_THEM = """
UPDATE parameters_parameterproposal SET proposed_by_person = proposed_by_kind || ':' || proposed_by_id,
  decided_by_person = CASE WHEN decided_by_id = '' THEN '' ELSE decided_by_kind || ':' || decided_by_id END
"""


class Migration(migrations.Migration):
    dependencies = [("parameters", "0002_guard")]
    operations = [
        migrations.AddField(
            "parameterproposal",
            "proposed_by_person",
            models.CharField(max_length=100, default=""),
            preserve_default=False,
        ),
        migrations.AddField("parameterproposal", "decided_by_person", models.CharField(max_length=100, default="")),
        migrations.RunSQL(NAME_THEM, migrations.RunSQL.noop),
        migrations.RemoveConstraint("parameterproposal", "parameters_proposal_approved_by_another"),
        migrations.AddConstraint(
            "parameterproposal",
            models.CheckConstraint(
                condition=~Q(state="approved") | ~Q(decided_by_person=F("proposed_by_person")),
                name="parameters_proposal_approved_by_another",
            ),
        ),
    ]
