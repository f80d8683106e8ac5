"""The redactor may also blank stretches of what was said to others: the words around them stay as they were."""

from django.db import migrations

# Whether a text is another one in which each blank stands for a stretch.
BLANKED = r"""
CREATE FUNCTION interactions_blanked(old text, new text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT new = old OR old LIKE replace(
    replace(replace(replace(new, '\', '\\'), '%', '\%'), '_', '\_'), '█', '%')
$$;
GRANT EXECUTE ON FUNCTION interactions_blanked(text, text) TO zhike_redactor, zhike_app;
"""
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
      OR (current_user = 'zhike_redactor' AND NEW.redacted_at IS NOT NULL AND NEW.subject = '' AND NEW.body = '')
      OR (current_user = 'zhike_redactor' AND OLD.redacted_at IS NULL AND NEW.redacted_at IS NULL
        AND interactions_blanked(OLD.subject, NEW.subject) AND interactions_blanked(OLD.body, NEW.body)))
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
    dependencies = [("interactions", "0005_letter_unproven")]
    operations = [
        migrations.RunSQL(BLANKED, "DROP FUNCTION interactions_blanked(text, text);"),
        # The guard as 0003 made it is made again by going back to before 0003.
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
    ]
