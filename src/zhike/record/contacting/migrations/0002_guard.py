"""Consents are never edited, and what a contact was asked for stays what it was."""

from django.db import migrations

from zhike.platform.db.xid import TrackChanges

GUARD = """
CREATE FUNCTION contacting_consent_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Only the evidence, and a number in place of a name, may be emptied, when the person is erased.
  IF TG_OP = 'UPDATE' AND NEW.redacted_at IS NOT NULL AND NEW.evidence = ''
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
CREATE TRIGGER consent_append_only BEFORE UPDATE OR DELETE ON contacting_consent
  FOR EACH ROW EXECUTE FUNCTION contacting_consent_guard();
CREATE TRIGGER consent_no_truncate BEFORE TRUNCATE ON contacting_consent
  FOR EACH STATEMENT EXECUTE FUNCTION contacting_consent_guard();

CREATE FUNCTION contacting_record_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE'
    AND ((NEW.person, NEW.once) = (OLD.person, OLD.once)
      -- A person without a file is known by a number, which goes when the person is erased.
      OR (NEW.redacted_at IS NOT NULL AND NEW.person = 'x:' || NEW.id AND NEW.once = ''))
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
CREATE TRIGGER contact_record_kept BEFORE UPDATE OR DELETE ON contacting_contactrecord
  FOR EACH ROW EXECUTE FUNCTION contacting_record_guard();
CREATE TRIGGER contact_record_no_truncate BEFORE TRUNCATE ON contacting_contactrecord
  FOR EACH STATEMENT EXECUTE FUNCTION contacting_record_guard();
"""

NO_GUARD = """
DROP TRIGGER contact_record_no_truncate ON contacting_contactrecord;
DROP TRIGGER contact_record_kept ON contacting_contactrecord;
DROP FUNCTION contacting_record_guard();
DROP TRIGGER consent_no_truncate ON contacting_consent;
DROP TRIGGER consent_append_only ON contacting_consent;
DROP FUNCTION contacting_consent_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("contacting", "0001_first"), ("outbox", "0002_functions")]
    operations = [
        migrations.RunSQL(GUARD, NO_GUARD),
        TrackChanges("contacting_consent"),
        TrackChanges("contacting_contactrecord"),
    ]
