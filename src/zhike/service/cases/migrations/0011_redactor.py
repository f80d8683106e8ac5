"""Reasons of moves are written once; only the redactor empties them, when a person is erased."""

from django.db import migrations

GRANT = "GRANT SELECT, UPDATE (reason) ON cases_casemove TO zhike_redactor;"
BACK = "REVOKE SELECT, UPDATE (reason) ON cases_casemove FROM zhike_redactor;"


class Migration(migrations.Migration):
    dependencies = [("cases", "0010_receipts_by_address")]
    operations = [migrations.RunSQL(GRANT, BACK)]
