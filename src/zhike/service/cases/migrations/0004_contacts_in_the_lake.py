"""Contacts of cases are published: each knows when it last changed, or its case did in what the contact shows."""

from django.db import migrations

from zhike.platform.db.xid import ChangedXidField, TrackChanges

FOLLOW = """
CREATE FUNCTION cases_touch_contacts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN UPDATE cases_casecontact SET case_id = case_id WHERE case_id = NEW.id; RETURN NULL; END $$;
CREATE TRIGGER cases_case_contacts AFTER UPDATE ON cases_case FOR EACH ROW
  WHEN ((OLD.scope_unit_id, OLD.customer_id, OLD.category_id, OLD.kind, OLD.owner_id, OLD.duplicate_of_id, OLD.zone)
    IS DISTINCT FROM
    (NEW.scope_unit_id, NEW.customer_id, NEW.category_id, NEW.kind, NEW.owner_id, NEW.duplicate_of_id, NEW.zone))
  EXECUTE FUNCTION cases_touch_contacts();
"""
LEAVE = "DROP TRIGGER cases_case_contacts ON cases_case; DROP FUNCTION cases_touch_contacts();"


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_used")]
    operations = [
        migrations.AddField("casecontact", "changed_xid", ChangedXidField()),
        TrackChanges("cases_casecontact"),
        migrations.RunSQL(FOLLOW, LEAVE),
    ]
