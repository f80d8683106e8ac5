"""What was said is not edited: strikes, erasures, merges and unit numbers are the only changes."""

from django.db import migrations

from zhike.platform.db.xid import TrackChanges

GUARD = """
CREATE FUNCTION interactions_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE'
    AND (NEW.id, NEW.staff_id, NEW.channel, NEW.direction, NEW.occurred_at, NEW.received_at, NEW.zone, NEW.audience,
         NEW.audience_unit_id, NEW.message, NEW.params, NEW.note_kind, NEW.about_kind, NEW.about_id,
         NEW.external_system, NEW.external_ref, NEW.corrects_id, NEW.mode, NEW.contact_id)
      IS NOT DISTINCT FROM
        (OLD.id, OLD.staff_id, OLD.channel, OLD.direction, OLD.occurred_at, OLD.received_at, OLD.zone, OLD.audience,
         OLD.audience_unit_id, OLD.message, OLD.params, OLD.note_kind, OLD.about_kind, OLD.about_id,
         OLD.external_system, OLD.external_ref, OLD.corrects_id, OLD.mode, OLD.contact_id)
    AND ((NEW.subject, NEW.body) IS NOT DISTINCT FROM (OLD.subject, OLD.body) OR NEW.redacted_at IS NOT NULL)
    AND (OLD.struck_at IS NULL OR NEW.struck_at IS NOT DISTINCT FROM OLD.struck_at)
    AND (OLD.redacted_at IS NULL OR NEW.redacted_at IS NOT DISTINCT FROM OLD.redacted_at)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'what was said is append-only'
    USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'interaction_append_only';
END $$;
CREATE TRIGGER interaction_append_only BEFORE UPDATE OR DELETE ON interactions_interaction
  FOR EACH ROW EXECUTE FUNCTION interactions_guard();
CREATE TRIGGER interaction_no_truncate BEFORE TRUNCATE ON interactions_interaction
  FOR EACH STATEMENT EXECUTE FUNCTION interactions_guard();
"""

NO_GUARD = """
DROP TRIGGER interaction_no_truncate ON interactions_interaction;
DROP TRIGGER interaction_append_only ON interactions_interaction;
DROP FUNCTION interactions_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("interactions", "0001_first"), ("outbox", "0002_functions")]
    operations = [migrations.RunSQL(GUARD, NO_GUARD), TrackChanges("interactions_interaction")]
