"""Hand-overs are published, contacts learn of replies, a case of what repeats it; what first contact can solve."""

from typing import Any

from django.db import migrations, models
from django.db.models import Q

from zhike.platform.db.xid import ChangedXidField, TrackChanges
from zhike.service.cases.types.defaults import CATEGORIES

FOLLOW = """
CREATE OR REPLACE FUNCTION cases_touch_contacts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE cases_casecontact SET case_id = case_id WHERE case_id = NEW.id;
  UPDATE cases_ownerspell SET case_id = case_id WHERE case_id = NEW.id;
  RETURN NULL;
END $$;
DROP TRIGGER cases_case_contacts ON cases_case;
CREATE TRIGGER cases_case_contacts AFTER UPDATE ON cases_case FOR EACH ROW
  WHEN ((OLD.scope_unit_id, OLD.customer_id, OLD.category_id, OLD.kind, OLD.owner_id, OLD.duplicate_of_id, OLD.zone,
      OLD.we_spoke_at, OLD.closed_at)
    IS DISTINCT FROM
    (NEW.scope_unit_id, NEW.customer_id, NEW.category_id, NEW.kind, NEW.owner_id, NEW.duplicate_of_id, NEW.zone,
      NEW.we_spoke_at, NEW.closed_at))
  EXECUTE FUNCTION cases_touch_contacts();
CREATE FUNCTION cases_touch_repeated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE cases_case SET id = id WHERE id IN (OLD.duplicate_of_id, NEW.duplicate_of_id);
  RETURN NULL;
END $$;
CREATE TRIGGER cases_case_repeated AFTER UPDATE OF duplicate_of_id ON cases_case FOR EACH ROW
  WHEN (OLD.duplicate_of_id IS DISTINCT FROM NEW.duplicate_of_id) EXECUTE FUNCTION cases_touch_repeated();
CREATE FUNCTION cases_touch_category() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN UPDATE cases_case SET category_id = category_id WHERE category_id = NEW.id; RETURN NULL; END $$;
CREATE TRIGGER cases_category_cases AFTER UPDATE OF first_contact ON cases_category FOR EACH ROW
  WHEN (OLD.first_contact IS DISTINCT FROM NEW.first_contact) EXECUTE FUNCTION cases_touch_category();
"""
LEAVE = """
DROP TRIGGER cases_category_cases ON cases_category; DROP FUNCTION cases_touch_category();
DROP TRIGGER cases_case_repeated ON cases_case; DROP FUNCTION cases_touch_repeated();
CREATE OR REPLACE FUNCTION cases_touch_contacts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN UPDATE cases_casecontact SET case_id = case_id WHERE case_id = NEW.id; RETURN NULL; END $$;
DROP TRIGGER cases_case_contacts ON cases_case;
CREATE TRIGGER cases_case_contacts AFTER UPDATE ON cases_case FOR EACH ROW
  WHEN ((OLD.scope_unit_id, OLD.customer_id, OLD.category_id, OLD.kind, OLD.owner_id, OLD.duplicate_of_id, OLD.zone)
    IS DISTINCT FROM
    (NEW.scope_unit_id, NEW.customer_id, NEW.category_id, NEW.kind, NEW.owner_id, NEW.duplicate_of_id, NEW.zone))
  EXECUTE FUNCTION cases_touch_contacts();
"""


def say_which(apps: Any, _schema_editor: Any) -> None:  # noqa: ANN401 - Django's signature
    """A fixed, small number of rows: those that a company begins with."""
    codes = [entry.code for entry in CATEGORIES if not entry.first_contact]
    apps.get_model("cases", "Category").objects.filter(code__in=codes).update(first_contact=False)


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_web")]
    operations = [
        migrations.AddField("category", "first_contact", models.BooleanField(default=True)),
        migrations.AddField("ownerspell", "changed_xid", ChangedXidField()),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["duplicate_of"], condition=Q(duplicate_of__isnull=False), name="case_by_what_it_repeats"
            ),
        ),
        TrackChanges("cases_ownerspell"),
        migrations.RunPython(say_which, migrations.RunPython.noop),
        migrations.RunSQL(FOLLOW, LEAVE),
    ]
