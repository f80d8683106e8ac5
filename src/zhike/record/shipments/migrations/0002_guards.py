"""What constraints of one row cannot say: promises are frozen, events are never rewritten; and the room's series."""

from django.db import migrations

from zhike.platform.db.xid import TrackChanges
from zhike.platform.numbering.operations import CreateSeries

GUARDS = """
CREATE FUNCTION shipments_freeze_promise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.promised_pickup_at IS NULL OR NEW.promised_pickup_at IS NOT DISTINCT FROM OLD.promised_pickup_at)
     AND (OLD.promised_delivery_at IS NULL OR NEW.promised_delivery_at IS NOT DISTINCT FROM OLD.promised_delivery_at)
     AND NEW.promise_version = OLD.promise_version
  THEN
    RETURN NEW;
  END IF;
  IF NEW.promise_version = OLD.promise_version + 1 AND EXISTS (
    SELECT 1 FROM shipments_promisecorrection c
    WHERE c.shipment_id = NEW.id AND c.version = NEW.promise_version
      AND c.promised_pickup_at IS NOT DISTINCT FROM NEW.promised_pickup_at
      AND c.promised_delivery_at IS NOT DISTINCT FROM NEW.promised_delivery_at)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the promise of shipment % is frozen', OLD.id
    USING ERRCODE = 'check_violation', CONSTRAINT = 'shipment_promise_frozen';
END $$;
CREATE TRIGGER shipment_promise_frozen
  BEFORE UPDATE OF promised_pickup_at, promised_delivery_at, promise_version ON shipments_shipment
  FOR EACH ROW EXECUTE FUNCTION shipments_freeze_promise();

CREATE FUNCTION shipments_freeze_month() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the month of shipment % never changes', OLD.id
    USING ERRCODE = 'check_violation', CONSTRAINT = 'shipment_month_frozen';
END $$;
CREATE TRIGGER shipment_month_frozen BEFORE UPDATE OF event_month ON shipments_shipment
  FOR EACH ROW WHEN (NEW.event_month IS DISTINCT FROM OLD.event_month) EXECUTE FUNCTION shipments_freeze_month();

-- What a source said is never rewritten: it is voided, explained or, where it names a person, emptied.
REVOKE UPDATE, DELETE, TRUNCATE ON shipments_trackingevent FROM zhike_app;
GRANT UPDATE (status, incident_reason, voided_at, void_reason, handler_name, handler_phone, raw_text)
  ON shipments_trackingevent TO zhike_app;
REVOKE UPDATE, DELETE, TRUNCATE ON shipments_promisecorrection FROM zhike_app;
"""

NO_GUARDS = """
DROP TRIGGER shipment_promise_frozen ON shipments_shipment;
DROP TRIGGER shipment_month_frozen ON shipments_shipment;
DROP FUNCTION shipments_freeze_promise();
DROP FUNCTION shipments_freeze_month();
GRANT UPDATE, DELETE ON shipments_trackingevent, shipments_promisecorrection TO zhike_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("shipments", "0001_first"),
        ("outbox", "0002_functions"),
        ("numbering", "0002_functions"),
    ]
    operations = [
        TrackChanges("shipments_order"),
        TrackChanges("shipments_shipment"),
        CreateSeries("order", "OR-"),
        # A waybill is all digits, as couriers and scanners expect.
        CreateSeries("waybill", "", 12, 730_000_000_001),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]
