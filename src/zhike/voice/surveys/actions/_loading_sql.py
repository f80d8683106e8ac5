"""The statements by which answers of another system are taken over; `{staged}` is the staging table `s`."""
# ruff: noqa: S608 - put together from constants of this module

from typing import Final

from zhike.record.shipments.queries import NORMAL_WAYBILL_SQL
from zhike.voice.surveys.types import CampaignState, Disposition, ItemKind, Trigger, VersionState, Way

ROWS: Final = "surveys_rows"

# What each line means: its shipment, its customer, and the key by which the same answer is known again.
ROWS_OF: Final = f"""
CREATE TEMP TABLE {ROWS} ON COMMIT DROP AS
WITH goods AS (
  SELECT s.line, min(h.id) AS shipment_id, count(*) AS found FROM {{staged}} s
  JOIN shipments_shipment h ON h.waybill = {NORMAL_WAYBILL_SQL.format("s.waybill")}
    AND (s.carrier IS NULL OR h.carrier = s.carrier) AND {{shipments}}
  WHERE s.waybill IS NOT NULL GROUP BY s.line
  UNION ALL
  SELECT s.line, min(h.id), count(*) FROM {{staged}} s
  JOIN shipments_order o ON o.external_id = s.order_id AND o.external_id <> '' AND o.source = %(orders)s
  JOIN shipments_shipment h ON h.order_id = o.id AND {{shipments}}
  WHERE s.waybill IS NULL AND s.order_id IS NOT NULL GROUP BY s.line
), named AS (
  SELECT DISTINCT s.customer AS name, coalesce(c.merged_into_id, c.id) AS customer_id FROM {{staged}} s
  LEFT JOIN customers_customer n ON n.number = upper(s.customer)
  LEFT JOIN customers_customerref r ON n.id IS NULL AND r.system = %(system)s AND r.ref = s.customer
  JOIN customers_customer c ON c.id = coalesce(n.id, r.customer_id)
  WHERE s.customer IS NOT NULL
)
SELECT s.line, s.scale, s.score, s.channel, s.value_class AS class_given, s.annual_value,
  concat_ws('/', s.reference, s.reference_of) AS ref,
  nullif(concat_ws(E'\\n', s.title, nullif(s.text, s.title)), '') AS said,
  s.answered_at, least(coalesce(s.asked_at, s.answered_at), s.answered_at) AS asked_at,
  left(coalesce(s.campaign, %(campaign)s), 79) || '/' || coalesce(s.form, nullif(%(form)s, ''), s.scale)
    AS campaign_ref,
  left(coalesce(s.campaign_name, nullif(%(campaign_name)s, ''), s.campaign, %(campaign)s), 120)
    AS campaign_name,
  coalesce(s.wave, %(wave)s) AS wave,
  coalesce(s.form, nullif(%(form)s, ''), '') AS form,
  g.shipment_id, g.found, g.shipment_id IS NOT NULL AS of_goods,
  coalesce(h.customer_id, n.customer_id) AS customer_id,
  coalesce(h.scope_unit_id, c.scope_unit_id, %(root)s) AS scope_no,
  coalesce(h.zone, c.zone, %(zone)s) AS zone,
  coalesce(nullif(h.region, ''), c.region_code, '') AS region,
  coalesce(c.industry, '') AS industry, coalesce(h.business_line, '') AS business_line,
  coalesce(h.service_mode, '') AS service_mode, h.destination_unit_id AS outlet_id,
  NULL::bigint AS campaign_id, NULL::bigint AS version_id, NULL::bigint AS item_id, NULL::bigint AS text_item_id,
  NULL::text AS audience, NULL::bigint AS recipient_id, NULL::smallint AS known_score, false AS is_known
FROM {{staged}} s
LEFT JOIN goods g ON g.line = s.line
LEFT JOIN shipments_shipment h ON h.id = g.shipment_id
LEFT JOIN named n ON n.name = s.customer
LEFT JOIN customers_customer c ON c.id = coalesce(h.customer_id, n.customer_id)
"""

# The latest published version of our form, with the question that takes the score and the one that takes the text.
FORMS: Final = f"""
UPDATE {ROWS} r SET version_id = f.version_id, item_id = f.item_id, text_item_id = f.text_item_id,
  audience = f.audience
FROM (
  SELECT q.code, q.audience, v.id AS version_id, i.id AS item_id, i.scale, (
    SELECT t.id FROM surveys_item t WHERE t.version_id = v.id AND t.kind = '{ItemKind.TEXT.value}'
    ORDER BY t."order" LIMIT 1) AS text_item_id
  FROM surveys_questionnaire q
  JOIN surveys_version v ON v.questionnaire_id = q.id AND v.number = q.published_version
    AND v.state = '{VersionState.PUBLISHED.value}'
  JOIN surveys_item i ON i.version_id = v.id AND i.measure <> '' AND i.measure <> 'changed'
) f WHERE f.code = r.form AND f.scale = r.scale
"""

# Answers that came before belong to the version that they came with.
KNOWN: Final = f"""
UPDATE {ROWS} r SET campaign_id = c.id, recipient_id = p.id, is_known = p.id IS NOT NULL, known_score = p.score
FROM surveys_campaign c JOIN surveys_recipient p ON p.campaign_id = c.id
WHERE c.external_system = %(source)s AND c.external_ref = r.campaign_ref AND p.external_ref = r.ref
"""

NEW_CAMPAIGNS: Final = f"""
INSERT INTO surveys_campaign (number, name, trigger, kind, state, wave, segment, channels, share, planned_on, closes_on,
  started_at, closed_at, stop_reason, purpose, method, causes, measures, effect, recipients, population, zone, owner_id,
  scope_unit_id, mode, external_system, external_ref, made_at)
SELECT zhike_next_number('survey'), n.name, CASE WHEN n.of_goods THEN '{Trigger.DELIVERY.value}' ELSE
  '{Trigger.WAVE.value}' END, CASE WHEN n.of_goods THEN 'transaction' ELSE 'relationship' END,
  '{CampaignState.CLOSED.value}', n.wave, '{{{{}}}}'::jsonb, '{{{{}}}}'::varchar[], 1,
  timezone(%(zone)s, n.since)::date, timezone(%(zone)s, n.until)::date, n.since, n.until, '', '', '', '', '', '', 0, 0,
  %(zone)s, NULL, %(root)s, %(mode)s, %(source)s, n.campaign_ref, %(now)s
FROM (
  SELECT campaign_ref, min(campaign_name) AS name, min(wave) AS wave, bool_or(of_goods) AS of_goods,
    min(asked_at) AS since, max(answered_at) AS until, min(line) AS line
  FROM {ROWS} WHERE NOT is_known GROUP BY campaign_ref ORDER BY line
) n
ON CONFLICT (external_system, external_ref) WHERE external_ref <> '' DO NOTHING
"""

LINK_CAMPAIGNS: Final = f"""
UPDATE {ROWS} r SET campaign_id = c.id FROM surveys_campaign c
WHERE c.external_system = %(source)s AND c.external_ref = r.campaign_ref
"""

CAMPAIGN_FORMS: Final = f"""
INSERT INTO surveys_campaignform (campaign_id, audience, version_id)
SELECT campaign_id, audience, max(version_id) FROM {ROWS} WHERE NOT is_known GROUP BY campaign_id, audience
ON CONFLICT (campaign_id, audience) DO NOTHING
"""

# The database takes answers only until they are sent off: first who was asked, then what they said, then that they did.
NEW_RECIPIENTS: Final = f"""
INSERT INTO surveys_recipient (ref, campaign_id, version_id, audience, customer_id, contact_id, shipment_id, case_id,
  interaction_id, staff_id, value_class, annual_value, industry, region, business_line, service_mode, outlet_id,
  category, contact_role, channel, duration, scope_unit_id, disposition, reason, language, zone, way, planned_at,
  invited_at, received_at, section, score, scale, mode, external_ref)
SELECT gen_random_uuid(), r.campaign_id, r.version_id, r.audience, r.customer_id, NULL, r.shipment_id, NULL, NULL, NULL,
  coalesce(r.class_given, (
    SELECT d.text FROM customers_customerstanding d
    WHERE d.customer_id = r.customer_id AND d.kind = 'class' AND d.as_of <= r.asked_at), ''),
  r.annual_value, r.industry, r.region, r.business_line, r.service_mode, r.outlet_id, '', '', coalesce(r.channel, ''),
  NULL, r.scope_no, '{Disposition.SENT.value}', '', '', r.zone, '{Way.IMPORT.value}', r.asked_at, r.asked_at,
  %(received)s, 0, r.score, CASE WHEN r.score IS NULL THEN '' ELSE r.scale END, %(mode)s, r.ref
FROM {ROWS} r WHERE NOT r.is_known ORDER BY r.line
"""

LINK_RECIPIENTS: Final = f"""
UPDATE {ROWS} r SET recipient_id = p.id FROM surveys_recipient p
WHERE NOT r.is_known AND p.campaign_id = r.campaign_id AND p.external_ref = r.ref
"""

NEW_SCORES: Final = f"""
INSERT INTO surveys_answer (recipient_id, item_id, value, choices, text, skipped, at)
SELECT recipient_id, item_id, score, '{{{{}}}}'::smallint[], '', score IS NULL, answered_at
FROM {ROWS} WHERE NOT is_known ORDER BY line
"""

NEW_TEXTS: Final = f"""
WITH written AS (
  INSERT INTO surveys_answer (recipient_id, item_id, choices, text, skipped, at)
  SELECT recipient_id, text_item_id, '{{{{}}}}'::smallint[], said, false, answered_at
  FROM {ROWS} WHERE NOT is_known AND said IS NOT NULL ORDER BY line
  RETURNING id, recipient_id, at
)
INSERT INTO surveys_comment (answer_id, recipient_id, strong, deed, scope_unit_id, written_at)
SELECT w.id, w.recipient_id, false, '', r.scope_no, w.at
FROM written w JOIN {ROWS} r ON r.recipient_id = w.recipient_id ORDER BY w.id
"""

SENT_OFF: Final = f"""
UPDATE surveys_recipient p SET disposition = '{Disposition.ANSWERED.value}', submitted_at = r.answered_at
FROM {ROWS} r WHERE p.id = r.recipient_id AND NOT r.is_known
"""

# A campaign that goes on in a later file spans them all.
SPANS: Final = f"""
UPDATE surveys_campaign c SET recipients = n.count, population = n.count,
  planned_on = least(c.planned_on, timezone(c.zone, n.since)::date),
  closes_on = greatest(c.closes_on, timezone(c.zone, n.until)::date),
  started_at = least(c.started_at, n.since), closed_at = greatest(c.closed_at, n.until)
FROM (
  SELECT p.campaign_id, count(*) AS count, min(p.planned_at) AS since, max(p.submitted_at) AS until
  FROM surveys_recipient p
  WHERE p.campaign_id IN (SELECT campaign_id FROM {ROWS} WHERE NOT is_known) GROUP BY p.campaign_id
) n WHERE c.id = n.campaign_id
"""
