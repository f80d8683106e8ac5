"""What was approved within authority proves itself by what had been used before it: no row is edited or taken away."""

from django.db import migrations

GUARD = "REVOKE UPDATE, DELETE, TRUNCATE ON organization_authorityuse FROM zhike_app"
NO_GUARD = "GRANT UPDATE, DELETE ON organization_authorityuse TO zhike_app"


class Migration(migrations.Migration):
    dependencies = [("organization", "0005_departments_import")]
    operations = [migrations.RunSQL(GUARD, NO_GUARD)]
