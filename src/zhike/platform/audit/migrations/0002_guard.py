"""The log takes new lines only; the redactor alone may empty the personal column of an old one."""

from django.db import migrations

GUARD = """
CREATE FUNCTION zhike_guard_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_user = 'zhike_redactor'
     AND NEW.personal IS NULL AND NEW.redacted_at IS NOT NULL
     AND (NEW.id, NEW.at, NEW.actor_kind, NEW.actor_id, NEW.type, NEW.subject_kind, NEW.subject_id,
          NEW.operation_id, NEW.reason, NEW.changes)
         IS NOT DISTINCT FROM
         (OLD.id, OLD.at, OLD.actor_kind, OLD.actor_id, OLD.type, OLD.subject_kind, OLD.subject_id,
          OLD.operation_id, OLD.reason, OLD.changes)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the audit log is append-only'
    USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'audit_append_only';
END $$;
CREATE TRIGGER audit_guard BEFORE UPDATE OR DELETE ON audit_auditentry
  FOR EACH ROW EXECUTE FUNCTION zhike_guard_audit();
CREATE TRIGGER audit_guard_truncate BEFORE TRUNCATE ON audit_auditentry
  FOR EACH STATEMENT EXECUTE FUNCTION zhike_guard_audit();
REVOKE UPDATE, DELETE, TRUNCATE ON audit_auditentry FROM zhike_app;
GRANT SELECT, UPDATE (personal, redacted_at) ON audit_auditentry TO zhike_redactor;
"""

UNGUARD = """
DROP TRIGGER audit_guard ON audit_auditentry;
DROP TRIGGER audit_guard_truncate ON audit_auditentry;
DROP FUNCTION zhike_guard_audit();
GRANT UPDATE, DELETE ON audit_auditentry TO zhike_app;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_first")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
