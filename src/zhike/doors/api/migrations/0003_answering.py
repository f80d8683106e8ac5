"""Keys name the member of staff who answers for them: whoever holds the account that made them."""

from django.db import migrations, models

WHO_MADE_THEM = """
UPDATE api_apikey k SET answering_id = s.id FROM organization_staff s WHERE s.user_id = k.made_by
"""
# A proposal that a key made and nobody has decided yet must not be approved by the person behind the key.
WHOSE_PROPOSALS = """
UPDATE parameters_parameterproposal p SET proposed_by_person = 'staff:' || k.answering_id
FROM api_apikey k WHERE p.state = 'pending' AND p.proposed_by_kind = 'api_key' AND p.proposed_by_id = k.id::text
  AND k.answering_id IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("api", "0002_counts"), ("organization", "0003_calendar"), ("parameters", "0003_persons")]
    operations = [
        migrations.AddField("apikey", "answering_id", models.BigIntegerField(null=True)),
        migrations.RunSQL(WHO_MADE_THEM, migrations.RunSQL.noop),
        migrations.RunSQL(WHOSE_PROPOSALS, migrations.RunSQL.noop),
    ]
