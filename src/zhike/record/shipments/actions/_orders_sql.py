"""The statements of the order import; `{staged}` is the staging table `s`, `shipments_rows` what is known of a row."""
# ruff: noqa: S608 - put together from constants of this module

from typing import Final

from zhike.record.shipments.rules import NORMAL_WAYBILL_SQL
from zhike.record.shipments.types.codes import TERMINAL, EtaSource, LegKind, PartyRole, Status, Vocabulary

ROWS: Final = "shipments_rows"
MILESTONES: Final = "shipments_milestones"
RESTATED: Final = "Stated anew by the order's own system"
# Legs between the first and the last take the numbers between.
PICKUP_SEQUENCE: Final = 10
DELIVERY_SEQUENCE: Final = 90
_STICKS: Final = ", ".join(f"'{s.value}'" for s in sorted(TERMINAL))
_COVERED: Final = ", ".join(f"'{s.value}'" for s in (Status.INFO_RECEIVED, *sorted(TERMINAL)))
_DIGITS: Final = "regexp_replace({}, '[\\s().-]', '', 'g')"


def phone_sql(column: str) -> str:
    """E.164 where the number can be read with certainty, else as it was written."""
    digits = _DIGITS.format(column)
    return (
        f"CASE WHEN {column} IS NULL THEN ''"
        f" WHEN {digits} ~ '^[+][1-9][0-9]{{{{6,14}}}}$' THEN {digits}"
        f" WHEN %(country)s = 'CN' AND {digits} ~ '^1[3-9][0-9]{{{{9}}}}$' THEN '+86' || {digits}"
        f" ELSE {column} END"
    )


def phone_key_sql(column: str) -> str:
    """The last eight digits of a number that is written out in full."""
    digits = f"regexp_replace({column}, '[^0-9]', '', 'g')"
    return f"CASE WHEN {column} ~ '[*xX]' OR length({digits}) < 7 THEN '' ELSE right({digits}, 8) END"


# Which customer each of the file's names means: our own number, else what the source calls them.
WHO: Final = """
CREATE TEMP TABLE shipments_who ON COMMIT DROP AS
WITH named AS (SELECT DISTINCT customer AS name FROM {staged} WHERE customer IS NOT NULL), found AS (
  SELECT n.name, coalesce(c.merged_into_id, c.id) AS id, 1 AS way
  FROM named n JOIN customers_customer c ON c.number = upper(n.name)
  UNION ALL
  SELECT n.name, coalesce(c.merged_into_id, c.id), 2
  FROM named n JOIN customers_customerref r ON r.system = %(system)s AND r.ref = n.name
  JOIN customers_customer c ON c.id = r.customer_id
)
SELECT DISTINCT ON (name) name, id FROM found ORDER BY name, way
"""
NO_CUSTOMER: Final = "s.customer IS NOT NULL AND NOT EXISTS (SELECT 1 FROM shipments_who w WHERE w.name = s.customer)"

ROWS_OF: Final = f"""
CREATE TEMP TABLE {ROWS} ON COMMIT DROP AS
WITH read AS (
  SELECT s.line, s.order_id, s.customer, s.department, s.origin_outlet, s.destination_outlet, s.zone,
    {NORMAL_WAYBILL_SQL.format("s.waybill")} AS waybill, coalesce(s.carrier, '') AS carrier,
    md5((to_jsonb(s) - 'line')::text)::uuid AS digest
  FROM {{staged}} s
)
SELECT r.line, r.order_id, r.waybill, r.carrier, r.digest,
  min(r.line) OVER (PARTITION BY r.carrier, r.waybill) AS first_line,
  w.id AS customer_id,
  d.id AS department_id, d.tree_no AS department_no,
  o.id AS origin_id, coalesce(o.phones[1], '') AS origin_phone,
  t.id AS destination_id, coalesce(t.phones[1], '') AS destination_phone,
  coalesce(t.tree_no, o.tree_no, d.tree_no) AS scope_no,
  coalesce(r.zone, t.zone, %(zone)s) AS zone,
  h.id AS shipment_id, h.id IS NULL AS is_new, false AS is_changed, h.row_digest AS old_digest,
  r.line IN (SELECT q.line FROM {{unjoined}} q) AS is_partial,
  h.order_id AS shipment_order, ho.number AS shipment_order_number, k.id AS order_row
FROM read r
LEFT JOIN shipments_who w ON w.name = r.customer
LEFT JOIN organization_unit d ON d.code = r.department
LEFT JOIN organization_unit o ON o.code = r.origin_outlet
LEFT JOIN organization_unit t ON t.code = r.destination_outlet
LEFT JOIN shipments_shipment h ON h.carrier = r.carrier AND h.waybill = r.waybill
LEFT JOIN shipments_order ho ON ho.id = h.order_id
LEFT JOIN shipments_order k ON k.source = %(source)s AND k.external_id = r.order_id AND k.external_id <> ''
"""

# The same row as last time: nothing to do.
FORGET_SAME: Final = f"DELETE FROM {ROWS} WHERE old_digest = digest"

# Several shipments of one order: the first row speaks for the order.
_ORDER_ROWS: Final = f"""
SELECT DISTINCT ON (r.order_id) r.order_row, r.customer_id, r.department_id,
  coalesce(r.department_no, r.scope_no) AS scope_no, s.*
FROM {ROWS} r JOIN {{staged}} s ON s.line = r.line ORDER BY r.order_id, r.line
"""

NEW_ORDERS: Final = f"""
INSERT INTO shipments_order (number, source, external_id, customer_id, department_id, business_line, service_mode,
  "references", goods, declared_value, declared_currency, price, price_currency, agreement_reference, ordered_at,
  confirmed_at, prepared_at, zone, mode, scope_unit_id)
SELECT zhike_next_number('order'), %(source)s, f.order_id, f.customer_id, f.department_id,
  coalesce(f.business_line, %(line)s), coalesce(f.service_mode, %(service_mode)s),
  CASE WHEN f.reference IS NULL THEN '{{{{}}}}'::varchar[] ELSE ARRAY[f.reference::varchar] END, coalesce(f.goods, ''),
  f.declared_value, upper(coalesce(f.declared_currency, '')), f.price, upper(coalesce(f.price_currency, '')),
  coalesce(f.agreement, ''), f.ordered_at, f.confirmed_at, f.prepared_at, %(zone)s, %(mode)s, f.scope_no
FROM (SELECT * FROM ({_ORDER_ROWS}) q ORDER BY q.line) f
WHERE f.order_row IS NULL
"""

CHANGED_ORDERS: Final = f"""
UPDATE shipments_order o SET
  customer_id = coalesce(o.customer_id, f.customer_id), department_id = coalesce(f.department_id, o.department_id),
  goods = coalesce(f.goods, o.goods), declared_value = coalesce(f.declared_value, o.declared_value),
  declared_currency = coalesce(upper(f.declared_currency), o.declared_currency),
  price = coalesce(f.price, o.price), price_currency = coalesce(upper(f.price_currency), o.price_currency),
  agreement_reference = coalesce(f.agreement, o.agreement_reference),
  confirmed_at = coalesce(f.confirmed_at, o.confirmed_at), prepared_at = coalesce(f.prepared_at, o.prepared_at)
FROM ({_ORDER_ROWS}) f WHERE o.id = f.order_row AND (
  o.customer_id, o.department_id, o.goods, o.declared_value, o.declared_currency, o.price, o.price_currency,
  o.agreement_reference, o.confirmed_at, o.prepared_at
) IS DISTINCT FROM (
  coalesce(o.customer_id, f.customer_id), coalesce(f.department_id, o.department_id), coalesce(f.goods, o.goods),
  coalesce(f.declared_value, o.declared_value), coalesce(upper(f.declared_currency), o.declared_currency),
  coalesce(f.price, o.price), coalesce(upper(f.price_currency), o.price_currency),
  coalesce(f.agreement, o.agreement_reference), coalesce(f.confirmed_at, o.confirmed_at),
  coalesce(f.prepared_at, o.prepared_at))
"""

LINK_ORDERS: Final = f"""
UPDATE {ROWS} r SET order_row = k.id FROM shipments_order k
WHERE r.order_row IS NULL AND k.source = %(source)s AND k.external_id = r.order_id
"""

HOLD_SHIPMENTS: Final = f"""
SELECT h.id FROM {ROWS} r JOIN shipments_shipment h ON h.id = r.shipment_id ORDER BY h.id FOR NO KEY UPDATE OF h
"""

_STATED: Final = f"CASE WHEN s.status IN ({_STICKS}) THEN s.status ELSE '{Status.INFO_RECEIVED.value}' END"

# Of a shipment that is there already: what the row says anew. An empty cell says nothing.
_SHIPMENT_NOW: Final = {
    "customer_id": "coalesce(h.customer_id, r.customer_id)",
    "stated_status": f"CASE WHEN s.status IS NULL THEN h.stated_status ELSE {_STATED} END",
    "confirmed_at": "coalesce(s.confirmed_at, h.confirmed_at)",
    "prepared_at": "coalesce(s.prepared_at, h.prepared_at)",
    "pieces": "coalesce(s.pieces, h.pieces)",
    "weight_kg": "coalesce(s.weight_kg, h.weight_kg)",
    "promised_pickup_at": "coalesce(h.promised_pickup_at, s.promised_pickup_at)",
    "promised_delivery_at": "coalesce(h.promised_delivery_at, s.promised_delivery_at)",
    "origin_unit_id": "coalesce(r.origin_id, h.origin_unit_id)",
    "destination_unit_id": "coalesce(r.destination_id, h.destination_unit_id)",
    "region": "coalesce(nullif(h.region, ''), s.consignee_region, '')",
    "city": "coalesce(nullif(h.city, ''), s.consignee_city, '')",
}

CHANGED_SHIPMENTS: Final = f"""
UPDATE shipments_shipment h SET {", ".join(f"{name} = {said}" for name, said in _SHIPMENT_NOW.items())}
FROM {ROWS} r JOIN {{staged}} s ON s.line = r.line WHERE h.id = r.shipment_id AND NOT r.is_new
  AND ({", ".join(f"h.{name}" for name in _SHIPMENT_NOW)}) IS DISTINCT FROM ({", ".join(_SHIPMENT_NOW.values())})
"""

# Rows without their lookup say less than the whole; the whole one that was read before stays the one to compare with.
KEEP_DIGESTS: Final = f"""
UPDATE shipments_shipment h SET row_digest = r.digest
FROM {ROWS} r WHERE h.id = r.shipment_id AND NOT r.is_new AND NOT r.is_partial
"""

NEW_SHIPMENTS: Final = f"""
INSERT INTO shipments_shipment (order_id, waybill, carrier, customer_id, business_line, service_mode, origin_region,
  region, city, country, zone, pieces, weight_kg, promised_pickup_at, promised_delivery_at, promise_version, eta_source,
  stated_status, status, ordered_at, confirmed_at, prepared_at, last_place, event_count, origin_unit_id,
  destination_unit_id, courier_name, courier_phone, scope_unit_id, is_damaged, is_lost, is_short, incident_reason,
  late_rule, late_rule_version, event_month, row_digest, mode)
SELECT r.order_row, r.waybill, r.carrier, r.customer_id, coalesce(s.business_line, %(line)s),
  coalesce(s.service_mode, %(service_mode)s), coalesce(s.consignor_region, ''), coalesce(s.consignee_region, ''),
  coalesce(s.consignee_city, ''), upper(coalesce(s.consignee_country, '')), r.zone, coalesce(s.pieces, 1), s.weight_kg,
  s.promised_pickup_at, s.promised_delivery_at, 1, '', {_STATED}, '{Status.INFO_RECEIVED.value}', s.ordered_at,
  s.confirmed_at, s.prepared_at, '', 0, r.origin_id, r.destination_id, '', '', r.scope_no, false, false, false, '',
  'calendar_day', 1, date_trunc('month', timezone(r.zone, s.ordered_at))::date, r.digest, %(mode)s
FROM {ROWS} r JOIN {{staged}} s ON s.line = r.line WHERE r.is_new ORDER BY r.line
"""

LINK_SHIPMENTS: Final = f"""
UPDATE {ROWS} r SET shipment_id = h.id FROM shipments_shipment h
WHERE r.is_new AND h.carrier = r.carrier AND h.waybill = r.waybill
"""


def party_sql(role: PartyRole) -> str:
    """One side's address snapshot, where the file says anything of it."""
    s = f"s.{role.value}"
    return f"""
INSERT INTO shipments_party AS p (shipment_id, role, name, phone, phone_key, address, postcode, city, region, country,
  zone, lat, lon)
SELECT r.shipment_id, '{role.value}', coalesce({s}_name, ''), {phone_sql(f"{s}_phone")},
  coalesce({phone_key_sql(f"{s}_phone")}, ''), coalesce({s}_address, ''), coalesce({s}_postcode, ''),
  coalesce({s}_city, ''), coalesce({s}_region, ''), upper(coalesce({s}_country, '')),
  {"r.zone" if role is PartyRole.CONSIGNEE else "''"},
  CASE WHEN {s}_lon IS NOT NULL THEN {s}_lat END, CASE WHEN {s}_lat IS NOT NULL THEN {s}_lon END
FROM {ROWS} r JOIN {{staged}} s ON s.line = r.line
WHERE num_nonnulls({s}_name, {s}_phone, {s}_address, {s}_postcode, {s}_city, {s}_region, {s}_country) > 0
ORDER BY r.shipment_id
ON CONFLICT (shipment_id, role) DO UPDATE SET {_party_set("name", "address", "postcode", "city", "region", "country")},
  phone = coalesce(nullif(excluded.phone, ''), p.phone),
  phone_key = CASE WHEN excluded.phone = '' THEN p.phone_key ELSE excluded.phone_key END,
  zone = coalesce(nullif(excluded.zone, ''), p.zone), lat = coalesce(excluded.lat, p.lat),
  lon = coalesce(excluded.lon, p.lon)
WHERE {_says_other("name", "phone", "address", "postcode", "city", "region", "country", "zone")}
  OR excluded.lat <> p.lat OR excluded.lon <> p.lon OR (excluded.lat IS NOT NULL AND p.lat IS NULL)
"""


def _party_set(*names: str) -> str:
    """An empty cell says nothing: what is known stays."""
    return ", ".join(f"{name} = coalesce(nullif(excluded.{name}, ''), p.{name})" for name in names)


def _says_other(*names: str) -> str:
    return " OR ".join(f"excluded.{name} NOT IN ('', p.{name})" for name in names)


LEGS: Final = f"""
INSERT INTO shipments_leg AS l (shipment_id, sequence, kind, unit_id, outlet_phone, courier_name, courier_phone,
  assigned_at)
SELECT r.shipment_id, leg.sequence, leg.kind, leg.unit_id, leg.outlet_phone, leg.courier_name, leg.courier_phone,
  coalesce(s.out_for_delivery_at, s.delivered_at, %(received)s)
FROM {ROWS} r JOIN {{staged}} s ON s.line = r.line
CROSS JOIN LATERAL (VALUES
  ({PICKUP_SEQUENCE}, '{LegKind.PICKUP.value}', r.origin_id, r.origin_phone, '', ''),
  ({DELIVERY_SEQUENCE}, '{LegKind.DELIVERY.value}', r.destination_id, r.destination_phone,
   coalesce(s.courier_name, ''), {phone_sql("s.courier_phone")})
) AS leg (sequence, kind, unit_id, outlet_phone, courier_name, courier_phone)
WHERE leg.unit_id IS NOT NULL OR leg.courier_name <> '' OR leg.courier_phone <> ''
ORDER BY r.shipment_id
ON CONFLICT (shipment_id, sequence) DO UPDATE SET unit_id = coalesce(excluded.unit_id, l.unit_id),
  outlet_phone = CASE WHEN excluded.unit_id IS NULL THEN l.outlet_phone ELSE excluded.outlet_phone END,
  courier_name = coalesce(nullif(excluded.courier_name, ''), l.courier_name),
  courier_phone = coalesce(nullif(excluded.courier_phone, ''), l.courier_phone), assigned_at = excluded.assigned_at
WHERE excluded.unit_id IS DISTINCT FROM coalesce(l.unit_id, -1) AND excluded.unit_id IS NOT NULL
  OR excluded.unit_id IS NOT NULL AND excluded.outlet_phone <> l.outlet_phone
  OR excluded.courier_name NOT IN ('', l.courier_name) OR excluded.courier_phone NOT IN ('', l.courier_phone)
"""

# Shipments that were there already and of which a statement changed anything: only these count as changed.
MARK_CHANGED: Final = f"""
WITH done AS ({{sql}} RETURNING {{key}} AS key)
UPDATE {ROWS} r SET is_changed = true FROM done WHERE r.{{of}} = done.key AND NOT r.is_new AND NOT r.is_changed
"""

# A state that the row names without its own time is true at the latest from its last milestone on.
MILESTONES_OF: Final = f"""
CREATE TEMP TABLE {MILESTONES} ON COMMIT DROP AS
SELECT r.shipment_id, m.at, m.status, r.zone, m.unit_id, m.name, m.phone, m.incident,
  md5(concat_ws(chr(31), '{Vocabulary.ORDER.value}', 'ACT', m.status, ''))::uuid AS digest
FROM {ROWS} r JOIN {{staged}} s ON s.line = r.line
CROSS JOIN LATERAL (VALUES
  ('{Status.PICKED_UP.value}', s.picked_up_at, r.origin_id, '', '', NULL, true),
  ('{Status.OUT_FOR_DELIVERY.value}', s.out_for_delivery_at, r.destination_id, coalesce(s.courier_name, ''),
   {phone_sql("s.courier_phone")}, NULL, true),
  ('{Status.DELIVERED.value}', s.delivered_at, r.destination_id, '', '', s.incident_reason, true),
  (CASE WHEN s.status IN ({_COVERED}) THEN NULL ELSE s.status END,
   coalesce(greatest(s.confirmed_at, s.prepared_at, s.picked_up_at, s.out_for_delivery_at, s.delivered_at),
            s.ordered_at), NULL::bigint, '', '', s.incident_reason, false)
) AS m (status, at, unit_id, name, phone, incident, is_timed)
WHERE m.status IS NOT NULL AND m.at IS NOT NULL
  -- Without its lookup the time would be a worse guess than the one that is known already.
  AND NOT (r.is_partial AND NOT m.is_timed AND EXISTS (
    SELECT 1 FROM shipments_trackingevent e
    WHERE e.shipment_id = r.shipment_id AND e.source = %(source)s AND e.vocabulary = '{Vocabulary.ORDER.value}'
      AND e.status = m.status AND e.voided_at IS NULL))
"""

VOID_MILESTONES: Final = f"""
UPDATE shipments_trackingevent e SET voided_at = %(received)s, void_reason = '{RESTATED.replace("'", "''")}'
FROM {ROWS} r
WHERE NOT r.is_new AND NOT r.is_partial AND e.shipment_id = r.shipment_id AND e.vocabulary = '{Vocabulary.ORDER.value}'
  AND e.source = %(source)s AND e.voided_at IS NULL
  AND NOT EXISTS (
    SELECT 1 FROM {MILESTONES} m
    WHERE m.shipment_id = e.shipment_id AND m.at = e.occurred_at AND m.digest = e.digest)
"""

NEW_MILESTONES: Final = f"""
INSERT INTO shipments_trackingevent (shipment_id, occurred_at, digest, received_at, zone, classifier, status, source,
  vocabulary, raw_code, raw_text, place, unit_id, handler_name, handler_phone, incident_reason, external_id, batch_id,
  mode, void_reason)
SELECT DISTINCT ON (m.shipment_id, m.at, m.digest) m.shipment_id, m.at, m.digest, %(received)s::timestamptz, m.zone,
  'ACT', m.status, %(source)s, '{Vocabulary.ORDER.value}', m.status, '', coalesce(u.name, ''), m.unit_id, m.name,
  m.phone, coalesce(m.incident, ''), '', %(batch)s::bigint, %(mode)s, ''
FROM {MILESTONES} m LEFT JOIN organization_unit u ON u.id = m.unit_id
ORDER BY m.shipment_id, m.at, m.digest, m.unit_id NULLS LAST
ON CONFLICT (shipment_id, occurred_at, digest) DO UPDATE SET voided_at = NULL, void_reason = ''
  WHERE shipments_trackingevent.voided_at IS NOT NULL
"""

# The first promise stands; what the source promises now is an estimate.
OTHER_PROMISES: Final = f"""
INSERT INTO shipments_estimatechange (shipment_id, at, eta, source, said_by, reason)
SELECT h.id, %(received)s::timestamptz, s.promised_delivery_at, '{EtaSource.SYSTEM.value}', %(source)s, ''
FROM {ROWS} r JOIN {{staged}} s ON s.line = r.line JOIN shipments_shipment h ON h.id = r.shipment_id
WHERE NOT r.is_new AND s.promised_delivery_at <> h.promised_delivery_at
  AND h.eta IS DISTINCT FROM s.promised_delivery_at
ON CONFLICT DO NOTHING
"""

REPLIES: Final = f"""
INSERT INTO shipments_proofofdelivery (shipment_id, signer, signed_at, zone, condition, remark, files, recorded_at,
  actor_kind, actor_id, actor_label, replaced_reason)
SELECT r.shipment_id, s.signer, coalesce(s.delivered_at, s.replied_at), r.zone, coalesce(s.condition, 'intact'), '',
  '{{{{}}}}'::bigint[],
  coalesce(s.replied_at, s.delivered_at), 'system', %(source)s, %(source)s, ''
FROM {ROWS} r JOIN {{staged}} s ON s.line = r.line
WHERE s.signer IS NOT NULL AND coalesce(s.delivered_at, s.replied_at) IS NOT NULL
ORDER BY r.shipment_id
ON CONFLICT (shipment_id) WHERE replaced_at IS NULL DO NOTHING
"""
