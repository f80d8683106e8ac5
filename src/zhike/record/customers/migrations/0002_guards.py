"""What constraints of one row cannot say: the owner is on record, groups are trees, people belong to one customer."""

from django.db import migrations

from zhike.platform.db.xid import TrackChanges
from zhike.platform.numbering.operations import CreateSeries

GUARDS = """
CREATE FUNCTION customers_owner_on_record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wanted bigint;
BEGIN
  IF TG_TABLE_NAME = 'customers_customer' THEN wanted := NEW.id; ELSE wanted := OLD.customer_id; END IF;
  IF EXISTS (
    SELECT 1 FROM customers_customer c WHERE c.id = wanted AND NOT EXISTS (
      SELECT 1 FROM customers_ownerhistory h
      WHERE h.customer_id = c.id AND h.valid_until IS NULL
        AND h.staff_id = c.owner_id AND h.valid_from = c.owner_since))
  THEN
    RAISE EXCEPTION 'customer % has an owner who is not on record', wanted
      USING ERRCODE = 'check_violation', CONSTRAINT = 'customer_owner_on_record';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER customer_owner_on_record
  AFTER INSERT OR UPDATE OF owner_id, owner_since ON customers_customer
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION customers_owner_on_record();
-- A second open row is refused by owner_history_one_open, so only leaving an open row needs a look.
CREATE CONSTRAINT TRIGGER owner_history_keeps_open
  AFTER UPDATE OR DELETE ON customers_ownerhistory
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.valid_until IS NULL)
  EXECUTE FUNCTION customers_owner_on_record();

CREATE FUNCTION customers_group_is_tree() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Two links made at once could close a ring that neither sees.
  PERFORM pg_advisory_xact_lock(hashtext('customers.group'));
  IF EXISTS (
    WITH RECURSIVE above AS (
      SELECT id, parent_id FROM customers_customer WHERE id = NEW.parent_id
      UNION SELECT c.id, c.parent_id FROM customers_customer c JOIN above a ON c.id = a.parent_id)
    SELECT 1 FROM above WHERE id = NEW.id)
  THEN
    RAISE EXCEPTION 'customer % would stand above itself', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'customer_group_no_ring';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER customer_group_no_ring AFTER INSERT OR UPDATE OF parent_id ON customers_customer
  FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION customers_group_is_tree();

ALTER TABLE customers_contactpoint ADD CONSTRAINT point_of_same_customer
  FOREIGN KEY (contact_id, customer_id) REFERENCES customers_contact (id, customer_id)
  DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE customers_chainseat ADD CONSTRAINT seat_of_same_customer
  FOREIGN KEY (contact_id, customer_id) REFERENCES customers_contact (id, customer_id)
  DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE customers_enquiry ADD CONSTRAINT enquiry_of_same_customer
  FOREIGN KEY (contact_id, customer_id) REFERENCES customers_contact (id, customer_id)
  DEFERRABLE INITIALLY DEFERRED;
"""

NO_GUARDS = """
ALTER TABLE customers_enquiry DROP CONSTRAINT enquiry_of_same_customer;
ALTER TABLE customers_chainseat DROP CONSTRAINT seat_of_same_customer;
ALTER TABLE customers_contactpoint DROP CONSTRAINT point_of_same_customer;
DROP TRIGGER customer_group_no_ring ON customers_customer;
DROP FUNCTION customers_group_is_tree();
DROP TRIGGER owner_history_keeps_open ON customers_ownerhistory;
DROP TRIGGER customer_owner_on_record ON customers_customer;
DROP FUNCTION customers_owner_on_record();
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_first"), ("numbering", "0002_functions"), ("outbox", "0002_functions")]
    operations = [
        migrations.RunSQL(GUARDS, NO_GUARDS),
        TrackChanges("customers_customer"),
        TrackChanges("customers_ownerhistory"),
        TrackChanges("customers_contact"),
        TrackChanges("customers_contactpoint"),
        TrackChanges("customers_chainseat"),
        TrackChanges("customers_customerstanding"),
        TrackChanges("customers_enquiry"),
        TrackChanges("customers_stagechange"),
        CreateSeries("customer", "CU-"),
        CreateSeries("enquiry", "EQ-"),
    ]
