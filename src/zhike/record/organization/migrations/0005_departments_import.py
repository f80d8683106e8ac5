"""Departments that may import goods may also run imports: one right was of no use without the other."""

from django.db import migrations

LET_THEM = """
UPDATE organization_role SET rights = array_append(rights, 'imports.run')
WHERE code = 'department' AND 'shipments.import' = ANY(rights) AND NOT 'imports.run' = ANY(rights)
"""


class Migration(migrations.Migration):
    dependencies = [("organization", "0004_persons")]
    operations = [migrations.RunSQL(LET_THEM, migrations.RunSQL.noop)]
