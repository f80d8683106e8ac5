"""Who proposed and decided a limit is named with its kind, so that key 5 is never person 5.

Until now only the number was kept; a number was a member of staff except where a key proposed without a person.
"""

from django.db import migrations

NAME_THEM = """
UPDATE organization_authoritylimit SET
  proposed_by = CASE WHEN proposed_by ~ '^[0-9]+$' THEN 'staff:' ELSE 'system:' END || proposed_by,
  decided_by = CASE WHEN decided_by = '' THEN '' WHEN decided_by ~ '^[0-9]+$' THEN 'staff:' || decided_by
               ELSE 'system:' || decided_by END
"""


class Migration(migrations.Migration):
    dependencies = [("organization", "0003_calendar")]
    operations = [migrations.RunSQL(NAME_THEM, migrations.RunSQL.noop)]
