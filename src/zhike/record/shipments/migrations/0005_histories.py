"""An estimate that was told stays on record; only its reason is emptied, where it names a person to be erased."""

from django.db import migrations

GUARDS = """
REVOKE UPDATE, DELETE, TRUNCATE ON shipments_estimatechange FROM zhike_app;
GRANT UPDATE (reason) ON shipments_estimatechange TO zhike_app;
CREATE FUNCTION shipments_estimate_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what was estimated is append-only'
    USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'estimate_append_only';
END $$;
CREATE TRIGGER estimate_append_only BEFORE UPDATE OF reason ON shipments_estimatechange
  FOR EACH ROW WHEN (NEW.reason <> '–') EXECUTE FUNCTION shipments_estimate_stays();
"""

NO_GUARDS = """
DROP TRIGGER estimate_append_only ON shipments_estimatechange;
DROP FUNCTION shipments_estimate_stays();
GRANT UPDATE, DELETE ON shipments_estimatechange TO zhike_app;
"""


class Migration(migrations.Migration):
    dependencies = [("shipments", "0004_lists")]
    operations = [migrations.RunSQL(GUARDS, NO_GUARDS)]
