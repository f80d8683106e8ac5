"""Only the redactor empties what was said; whoever else changes a line leaves its texts alone."""

from django.db import migrations

GUARD = """
CREATE OR REPLACE FUNCTION interactions_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE'
    AND (NEW.id, NEW.staff_id, NEW.channel, NEW.direction, NEW.occurred_at, NEW.received_at, NEW.zone, NEW.audience,
         NEW.audience_unit_id, NEW.message, NEW.params, NEW.note_kind, NEW.about_kind, NEW.about_id,
         NEW.external_system, NEW.external_ref, NEW.corrects_id, NEW.mode, NEW.contact_id)
      IS NOT DISTINCT FROM
        (OLD.id, OLD.staff_id, OLD.channel, OLD.direction, OLD.occurred_at, OLD.received_at, OLD.zone, OLD.audience,
         OLD.audience_unit_id, OLD.message, OLD.params, OLD.note_kind, OLD.about_kind, OLD.about_id,
         OLD.external_system, OLD.external_ref, OLD.corrects_id, OLD.mode, OLD.contact_id)
    AND ((NEW.subject, NEW.body, NEW.redacted_at) IS NOT DISTINCT FROM (OLD.subject, OLD.body, OLD.redacted_at)
      OR (current_user = 'zhike_redactor' AND NEW.redacted_at IS NOT NULL AND NEW.subject = '' AND NEW.body = ''))
    AND (OLD.struck_at IS NULL OR NEW.struck_at IS NOT DISTINCT FROM OLD.struck_at)
    AND (OLD.redacted_at IS NULL OR NEW.redacted_at IS NOT DISTINCT FROM OLD.redacted_at)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'what was said is append-only'
    USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'interaction_append_only';
END $$;
GRANT SELECT, UPDATE (subject, body, redacted_at) ON interactions_interaction TO zhike_redactor;
"""
# The function as 0002 made it is made again by going back to before 0002.
BACK = "REVOKE SELECT, UPDATE (subject, body, redacted_at) ON interactions_interaction FROM zhike_redactor;"


class Migration(migrations.Migration):
    dependencies = [("interactions", "0002_guard")]
    operations = [migrations.RunSQL(GUARD, BACK)]
