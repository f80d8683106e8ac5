"""Only the redactor empties evidence, addresses and numbers of those who are erased."""

from django.db import migrations

GUARD = """
CREATE OR REPLACE FUNCTION contacting_consent_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_user = 'zhike_redactor' AND NEW.redacted_at IS NOT NULL AND NEW.evidence = ''
    AND (NEW.person = OLD.person OR NEW.person = 'x:' || NEW.id)
    AND (NEW.id, NEW.contact_id, NEW.purpose, NEW.channel, NEW.status, NEW.text_version, NEW.source,
         NEW.at, NEW.recorded_at, NEW.actor_kind, NEW.actor_id)
      IS NOT DISTINCT FROM
        (OLD.id, OLD.contact_id, OLD.purpose, OLD.channel, OLD.status, OLD.text_version, OLD.source,
         OLD.at, OLD.recorded_at, OLD.actor_kind, OLD.actor_id)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the consent ledger is append-only'
    USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'consent_append_only';
END $$;

CREATE OR REPLACE FUNCTION contacting_record_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE'
    AND ((NEW.person, NEW.once, NEW.redacted_at) IS NOT DISTINCT FROM (OLD.person, OLD.once, OLD.redacted_at)
      -- A person without a file is known by a number, which goes when the person is erased.
      OR (current_user = 'zhike_redactor' AND NEW.redacted_at IS NOT NULL
        AND NEW."to" = '' AND NEW.subject = '' AND NEW.body = ''
        AND ((NEW.person, NEW.once) = (OLD.person, OLD.once) OR (NEW.person = 'x:' || NEW.id AND NEW.once = ''))))
    AND (NEW.id, NEW.ref, NEW.contact_id, NEW.purpose, NEW.channel, NEW.survey, NEW.invitation_id,
         NEW.asked_at, NEW.occurred_at, NEW.event, NEW.party, NEW.related_kind, NEW.related_id, NEW.mode)
      IS NOT DISTINCT FROM
        (OLD.id, OLD.ref, OLD.contact_id, OLD.purpose, OLD.channel, OLD.survey, OLD.invitation_id,
         OLD.asked_at, OLD.occurred_at, OLD.event, OLD.party, OLD.related_kind, OLD.related_id, OLD.mode)
    -- Only what waits is decided again; a message that was allowed can be taken back, nothing else.
    AND (OLD.outcome = 'hold' OR NEW.outcome = OLD.outcome)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the contact log keeps what was asked and decided'
    USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'contact_record_kept';
END $$;
GRANT SELECT, UPDATE (person, evidence, redacted_at) ON contacting_consent TO zhike_redactor;
GRANT SELECT, UPDATE (person, once, "to", subject, body, redacted_at) ON contacting_contactrecord TO zhike_redactor;
"""
BACK = """
REVOKE SELECT, UPDATE (person, evidence, redacted_at) ON contacting_consent FROM zhike_redactor;
REVOKE SELECT, UPDATE (person, once, "to", subject, body, redacted_at) ON contacting_contactrecord FROM zhike_redactor;
"""


class Migration(migrations.Migration):
    dependencies = [("contacting", "0002_guard")]
    operations = [migrations.RunSQL(GUARD, BACK)]
