"""Who was responsible and how a customer moved through its life are records: closed, derived anew, never edited."""

from django.db import migrations

GUARDS = """
-- A spell of responsibility is written once and closed once.
REVOKE UPDATE, DELETE, TRUNCATE ON customers_ownerhistory FROM zhike_app;
GRANT UPDATE (valid_until) ON customers_ownerhistory TO zhike_app;
CREATE FUNCTION customers_owner_spell_closes_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the spell of an owner is closed once'
    USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'owner_history_append_only';
END $$;
CREATE TRIGGER owner_history_append_only BEFORE UPDATE OF valid_until ON customers_ownerhistory
  FOR EACH ROW WHEN (OLD.valid_until IS NOT NULL OR NEW.valid_until IS NULL)
  EXECUTE FUNCTION customers_owner_spell_closes_once();

-- Moves follow their unit's number; they are replaced only all together, by a chain without gaps.
REVOKE UPDATE, DELETE, TRUNCATE ON customers_stagechange FROM zhike_app;
GRANT UPDATE (scope_unit_id) ON customers_stagechange TO zhike_app;

-- The caller has put the chains into customers_derived (customer_id, at, from_stage, from_since, to_stage, cause,
-- staff_id) and lets zhike_owner read it. Gives how many moves are new.
CREATE FUNCTION customers_replace_moves(wanted bigint[]) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE written bigint;
BEGIN
  IF EXISTS (
    SELECT FROM (
      SELECT from_stage, from_since, coalesce(lag(to_stage) OVER w, '') AS stood, lag(at) OVER w AS since
      FROM pg_temp.customers_derived d WHERE d.customer_id = ANY(wanted)
      WINDOW w AS (PARTITION BY customer_id ORDER BY at)) chain
    WHERE from_stage <> stood OR from_since IS DISTINCT FROM since)
  OR EXISTS (
    SELECT FROM customers_stagechange s WHERE s.customer_id = ANY(wanted) AND NOT EXISTS (
      SELECT FROM pg_temp.customers_derived d WHERE d.customer_id = s.customer_id
        -- What somebody set by hand was said, and stays.
        AND (s.cause <> 'manual' OR d.cause = 'manual' AND d.at = s.at)))
  THEN
    RAISE EXCEPTION 'these moves are no whole history'
      USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'stage_change_append_only';
  END IF;
  DELETE FROM customers_stagechange s WHERE s.customer_id = ANY(wanted) AND NOT EXISTS (
    SELECT FROM pg_temp.customers_derived d
    WHERE d.customer_id = s.customer_id AND d.at = s.at AND d.to_stage = s.to_stage AND d.from_stage = s.from_stage
      AND d.from_since IS NOT DISTINCT FROM s.from_since AND d.cause = s.cause);
  INSERT INTO customers_stagechange (customer_id, at, from_stage, from_since, to_stage, cause, staff_id, scope_unit_id)
  SELECT d.customer_id, d.at, d.from_stage, d.from_since, d.to_stage, d.cause, d.staff_id, c.scope_unit_id
  FROM pg_temp.customers_derived d JOIN customers_customer c ON c.id = d.customer_id
  WHERE d.customer_id = ANY(wanted) AND NOT EXISTS (
    SELECT FROM customers_stagechange s
    WHERE s.customer_id = d.customer_id AND s.at = d.at AND s.to_stage = d.to_stage)
  ORDER BY d.customer_id, d.at;
  GET DIAGNOSTICS written = ROW_COUNT;
  RETURN written;
END $$;
"""

NO_GUARDS = """
DROP FUNCTION customers_replace_moves(bigint[]);
DROP TRIGGER owner_history_append_only ON customers_ownerhistory;
DROP FUNCTION customers_owner_spell_closes_once();
GRANT UPDATE, DELETE ON customers_ownerhistory, customers_stagechange TO zhike_app;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0004_known_since")]
    operations = [migrations.RunSQL(GUARDS, NO_GUARDS)]
