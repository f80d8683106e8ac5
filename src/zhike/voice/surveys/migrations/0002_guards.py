"""What was published and what was said stay as they were."""

from django.db import migrations

from zhike.platform.db.xid import TrackChanges
from zhike.platform.numbering.operations import CreateSeries

GUARDS = """
CREATE FUNCTION surveys_version_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'draft' THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.state = 'retired' AND NEW.published_at = OLD.published_at
    AND (NEW.id, NEW.questionnaire_id, NEW.number, NEW.intro, NEW.thanks, NEW.seconds, NEW.made_at)
      IS NOT DISTINCT FROM
        (OLD.id, OLD.questionnaire_id, OLD.number, OLD.intro, OLD.thanks, OLD.seconds, OLD.made_at)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a published form is never changed'
    USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'survey_version_frozen';
END $$;
CREATE TRIGGER survey_version_frozen BEFORE UPDATE OR DELETE ON surveys_version
  FOR EACH ROW EXECUTE FUNCTION surveys_version_guard();

CREATE FUNCTION surveys_content_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  of_version bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.version_id ELSE NEW.version_id END;
BEGIN
  IF (TG_OP <> 'UPDATE' OR NEW.version_id = OLD.version_id)
    AND (SELECT state FROM surveys_version WHERE id = of_version) = 'draft'
  THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  RAISE EXCEPTION 'what a published form asks is never changed'
    USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'survey_content_frozen';
END $$;
CREATE TRIGGER survey_content_frozen BEFORE INSERT OR UPDATE OR DELETE ON surveys_section
  FOR EACH ROW EXECUTE FUNCTION surveys_content_guard();
CREATE TRIGGER survey_content_frozen BEFORE INSERT OR UPDATE OR DELETE ON surveys_item
  FOR EACH ROW EXECUTE FUNCTION surveys_content_guard();

-- Until somebody sends off their answers they may change them; afterwards only the redactor empties a text.
CREATE FUNCTION surveys_answer_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  of_recipient bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.recipient_id ELSE NEW.recipient_id END;
BEGIN
  IF TG_OP = 'UPDATE' AND current_user = 'zhike_redactor' AND NEW.redacted_at IS NOT NULL AND NEW.text = ''
    AND (NEW.id, NEW.recipient_id, NEW.item_id, NEW.value, NEW.choices, NEW.amount, NEW.skipped, NEW.at)
      IS NOT DISTINCT FROM
        (OLD.id, OLD.recipient_id, OLD.item_id, OLD.value, OLD.choices, OLD.amount, OLD.skipped, OLD.at)
  THEN
    RETURN NEW;
  END IF;
  IF (TG_OP <> 'UPDATE'
      OR (NEW.recipient_id, NEW.item_id, NEW.redacted_at)
        IS NOT DISTINCT FROM (OLD.recipient_id, OLD.item_id, OLD.redacted_at))
    AND (SELECT submitted_at FROM surveys_recipient WHERE id = of_recipient) IS NULL
  THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  RAISE EXCEPTION 'answers that were sent off are never changed'
    USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'answer_kept';
END $$;
CREATE TRIGGER answer_kept BEFORE INSERT OR UPDATE OR DELETE ON surveys_answer
  FOR EACH ROW EXECUTE FUNCTION surveys_answer_guard();

CREATE FUNCTION surveys_recipient_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE'
    AND (NEW.id, NEW.ref, NEW.campaign_id, NEW.version_id, NEW.audience, NEW.planned_at, NEW.mode, NEW.external_ref)
      IS NOT DISTINCT FROM
        (OLD.id, OLD.ref, OLD.campaign_id, OLD.version_id, OLD.audience, OLD.planned_at, OLD.mode, OLD.external_ref)
    AND (OLD.submitted_at IS NULL
      OR (NEW.submitted_at, NEW.disposition, NEW.score, NEW.scale, NEW.way, NEW.value_class, NEW.annual_value)
        IS NOT DISTINCT FROM
          (OLD.submitted_at, OLD.disposition, OLD.score, OLD.scale, OLD.way, OLD.value_class, OLD.annual_value))
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'who was asked, and what became of it, stays'
    USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'recipient_kept';
END $$;
CREATE TRIGGER recipient_kept BEFORE UPDATE OR DELETE ON surveys_recipient
  FOR EACH ROW EXECUTE FUNCTION surveys_recipient_guard();

REVOKE TRUNCATE ON surveys_answer, surveys_recipient, surveys_version, surveys_item FROM zhike_app;
GRANT SELECT, UPDATE (text, redacted_at) ON surveys_answer TO zhike_redactor;
GRANT SELECT, UPDATE (note, redacted_at) ON surveys_followup TO zhike_redactor;
GRANT SELECT ON surveys_recipient TO zhike_redactor;
"""

NO_GUARDS = """
REVOKE SELECT ON surveys_recipient FROM zhike_redactor;
REVOKE SELECT, UPDATE (note, redacted_at) ON surveys_followup FROM zhike_redactor;
REVOKE SELECT, UPDATE (text, redacted_at) ON surveys_answer FROM zhike_redactor;
DROP TRIGGER recipient_kept ON surveys_recipient;
DROP FUNCTION surveys_recipient_guard();
DROP TRIGGER answer_kept ON surveys_answer;
DROP FUNCTION surveys_answer_guard();
DROP TRIGGER survey_content_frozen ON surveys_item;
DROP TRIGGER survey_content_frozen ON surveys_section;
DROP FUNCTION surveys_content_guard();
DROP TRIGGER survey_version_frozen ON surveys_version;
DROP FUNCTION surveys_version_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("surveys", "0001_first"), ("outbox", "0002_functions"), ("numbering", "0002_functions")]
    operations = [
        TrackChanges("surveys_campaign"),
        TrackChanges("surveys_recipient"),
        TrackChanges("surveys_answer"),
        TrackChanges("surveys_comment"),
        TrackChanges("surveys_followup"),
        CreateSeries("survey", "SV-", 5),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]
