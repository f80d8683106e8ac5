"""Only the redactor empties what carriers wrote of a person, and the reason of an estimate that names one."""

from django.db import migrations

GUARD = """
REVOKE UPDATE (raw_text) ON shipments_trackingevent FROM zhike_app;
GRANT SELECT, UPDATE (raw_text) ON shipments_trackingevent TO zhike_redactor;
CREATE FUNCTION shipments_text_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what a source said is emptied by the redactor or stays'
    USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'tracking_text_kept';
END $$;
CREATE TRIGGER tracking_text_kept BEFORE UPDATE OF raw_text ON shipments_trackingevent
  FOR EACH ROW WHEN (NEW.raw_text <> '' OR current_user <> 'zhike_redactor') EXECUTE FUNCTION shipments_text_stays();
REVOKE UPDATE (reason) ON shipments_estimatechange FROM zhike_app;
GRANT SELECT, UPDATE (reason) ON shipments_estimatechange TO zhike_redactor;
"""
BACK = """
REVOKE SELECT, UPDATE (reason) ON shipments_estimatechange FROM zhike_redactor;
GRANT UPDATE (reason) ON shipments_estimatechange TO zhike_app;
DROP TRIGGER tracking_text_kept ON shipments_trackingevent;
DROP FUNCTION shipments_text_stays();
REVOKE SELECT, UPDATE (raw_text) ON shipments_trackingevent FROM zhike_redactor;
GRANT UPDATE (raw_text) ON shipments_trackingevent TO zhike_app;
"""


class Migration(migrations.Migration):
    dependencies = [("shipments", "0007_touched_once")]
    operations = [migrations.RunSQL(GUARD, BACK)]
