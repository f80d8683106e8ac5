"""The redactor may also blank stretches of what an entry of the system fills in: addresses, subjects, names."""

from django.db import migrations

# Whether the same values are filled in, in some of which blanks stand for stretches.
BLANKED = """
CREATE FUNCTION interactions_params_blanked(old jsonb, new jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT ARRAY(SELECT jsonb_object_keys(old) ORDER BY 1) = ARRAY(SELECT jsonb_object_keys(new) ORDER BY 1)
    AND NOT EXISTS (
      SELECT FROM jsonb_object_keys(old) AS key
      WHERE (old -> key) IS DISTINCT FROM (new -> key)
        AND NOT (jsonb_typeof(old -> key) = 'string' AND jsonb_typeof(new -> key) = 'string'
          AND interactions_blanked(old ->> key, new ->> key)))
$$;
GRANT EXECUTE ON FUNCTION interactions_params_blanked(jsonb, jsonb) TO zhike_redactor, zhike_app;
GRANT UPDATE (params) ON interactions_interaction TO zhike_redactor;
"""
BACK = """
REVOKE UPDATE (params) ON interactions_interaction FROM zhike_redactor;
DROP FUNCTION interactions_params_blanked(jsonb, jsonb);
"""
GUARD = """
CREATE OR REPLACE FUNCTION interactions_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE'
    AND (NEW.id, NEW.staff_id, NEW.channel, NEW.direction, NEW.occurred_at, NEW.received_at, NEW.zone, NEW.audience,
         NEW.audience_unit_id, NEW.message, NEW.note_kind, NEW.about_kind, NEW.about_id,
         NEW.external_system, NEW.external_ref, NEW.corrects_id, NEW.mode, NEW.contact_id)
      IS NOT DISTINCT FROM
        (OLD.id, OLD.staff_id, OLD.channel, OLD.direction, OLD.occurred_at, OLD.received_at, OLD.zone, OLD.audience,
         OLD.audience_unit_id, OLD.message, OLD.note_kind, OLD.about_kind, OLD.about_id,
         OLD.external_system, OLD.external_ref, OLD.corrects_id, OLD.mode, OLD.contact_id)
    AND ((NEW.subject, NEW.body, NEW.redacted_at) IS NOT DISTINCT FROM (OLD.subject, OLD.body, OLD.redacted_at)
      OR (current_user = 'zhike_redactor' AND NEW.redacted_at IS NOT NULL AND NEW.subject = '' AND NEW.body = '')
      OR (current_user = 'zhike_redactor' AND OLD.redacted_at IS NULL AND NEW.redacted_at IS NULL
        AND interactions_blanked(OLD.subject, NEW.subject) AND interactions_blanked(OLD.body, NEW.body)))
    AND (NEW.params IS NOT DISTINCT FROM OLD.params
      OR (current_user = 'zhike_redactor' AND interactions_params_blanked(OLD.params, NEW.params)))
    AND (OLD.struck_at IS NULL OR NEW.struck_at IS NOT DISTINCT FROM OLD.struck_at)
    AND (OLD.redacted_at IS NULL OR NEW.redacted_at IS NOT DISTINCT FROM OLD.redacted_at)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'what was said is append-only'
    USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'interaction_append_only';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("interactions", "0006_blanks")]
    operations = [
        migrations.RunSQL(BLANKED, BACK),
        # The guard as 0003 made it is made again by going back to before 0003.
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
    ]
