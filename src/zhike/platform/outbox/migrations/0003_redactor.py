"""An event says what it said: the app only marks it done, the redactor empties people's data in it."""

from django.db import migrations

GUARD = """
REVOKE UPDATE, TRUNCATE ON outbox_outboxevent FROM zhike_app;
GRANT UPDATE (done_at) ON outbox_outboxevent TO zhike_app;
GRANT SELECT, UPDATE (personal) ON outbox_outboxevent TO zhike_redactor;
CREATE FUNCTION zhike_guard_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'people''s data in an event is emptied or stays'
    USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'outbox_personal_kept';
END $$;
CREATE TRIGGER outbox_personal_kept BEFORE UPDATE OF personal ON outbox_outboxevent
  FOR EACH ROW WHEN (NEW.personal IS NOT NULL OR current_user <> 'zhike_redactor')
  EXECUTE FUNCTION zhike_guard_outbox();
"""
BACK = """
DROP TRIGGER outbox_personal_kept ON outbox_outboxevent;
DROP FUNCTION zhike_guard_outbox();
REVOKE SELECT, UPDATE (personal) ON outbox_outboxevent FROM zhike_redactor;
GRANT UPDATE ON outbox_outboxevent TO zhike_app;
"""


class Migration(migrations.Migration):
    dependencies = [("outbox", "0002_functions")]
    operations = [migrations.RunSQL(GUARD, BACK)]
