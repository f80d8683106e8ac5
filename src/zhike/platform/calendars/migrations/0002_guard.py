"""Ledger lines and versions of calendars are written once; clocks and their lines are tracked for the lake."""

from django.db import migrations

from zhike.platform.db.xid import TrackChanges

GUARD = """
CREATE FUNCTION zhike_guard_clock_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'calendars_append_only';
END $$;
CREATE TRIGGER calendars_clockentry_guard BEFORE UPDATE OR DELETE ON calendars_clockentry
  FOR EACH ROW EXECUTE FUNCTION zhike_guard_clock_ledger();
CREATE TRIGGER calendars_calendarversion_guard BEFORE UPDATE OR DELETE ON calendars_calendarversion
  FOR EACH ROW EXECUTE FUNCTION zhike_guard_clock_ledger();
REVOKE UPDATE, DELETE, TRUNCATE ON calendars_clockentry, calendars_calendarversion FROM zhike_app;
REVOKE DELETE, TRUNCATE ON calendars_clock FROM zhike_app;
"""

UNGUARD = """
DROP TRIGGER calendars_clockentry_guard ON calendars_clockentry;
DROP TRIGGER calendars_calendarversion_guard ON calendars_calendarversion;
DROP FUNCTION zhike_guard_clock_ledger();
GRANT UPDATE, DELETE ON calendars_clockentry, calendars_calendarversion TO zhike_app;
GRANT DELETE ON calendars_clock TO zhike_app;
"""


class Migration(migrations.Migration):
    dependencies = [("calendars", "0001_first"), ("outbox", "0002_functions")]
    operations = [
        TrackChanges("calendars_clock"),
        TrackChanges("calendars_clockentry"),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
