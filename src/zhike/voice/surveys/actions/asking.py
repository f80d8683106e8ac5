"""After a service: who is asked about a delivery, a closed case or a call that has just ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from zhike.platform import audit, parameters
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.outbox.policies import ACT_WITHIN
from zhike.voice.surveys import events
from zhike.voice.surveys.models import Campaign, CampaignForm
from zhike.voice.surveys.policies import FREQUENT_SHARE, RUN
from zhike.voice.surveys.queries.audience import FILES, IN_SAMPLE, segment_values
from zhike.voice.surveys.rules.campaigns import is_over
from zhike.voice.surveys.types import Audience, CampaignState, Disposition, Trigger
from zhike.voice.surveys.types.campaigns import SegmentFilter

_MONTH: Final = timedelta(days=30)
# One row for each service that has just ended, with what is known of it. What is history, too old, or of nobody's
# file is not among them.
# How long a call lasted, once it has ended; it is found by the entry that it left on the timeline.
TALKED: Final = "greatest(0, extract(epoch FROM k.ended_at - k.answered_at))::integer"
_CALL: Final = (
    f"(SELECT {TALKED} FROM reception_call k WHERE k.interaction_id = i.id AND k.answered_at IS NOT NULL"  # noqa: S608 - our own names
    " AND k.ended_at IS NOT NULL ORDER BY k.id LIMIT 1)"
)
_DELIVERIES: Final = """
  SELECT g.id AS key, g.customer_id, NULL::bigint AS contact_id, g.id AS shipment_id, NULL::bigint AS case_id,
    NULL::bigint AS interaction_id, g.courier_staff_id AS staff_id, g.delivered_at AS at, g.region, g.business_line,
    g.service_mode, g.destination_unit_id AS outlet_id, '' AS category, '' AS channel, g.zone,
    NULL::integer AS duration
  FROM shipments_shipment g LEFT JOIN organization_unit d ON d.id = g.destination_unit_id
  WHERE g.id = ANY(%(ids)s) AND g.mode = 'live' AND g.status = 'delivered' AND g.customer_id IS NOT NULL
    AND g.delivered_at > %(since)s
    AND (cardinality(%(regions)s::text[]) = 0 OR g.region = ANY(%(regions)s))
    AND (cardinality(%(lines)s::text[]) = 0 OR g.business_line = ANY(%(lines)s))
    AND (%(first_unit)s::bigint IS NULL OR d.tree_no BETWEEN %(first_unit)s AND %(last_unit)s)
"""
_CASES: Final = """
  SELECT c.id AS key, c.customer_id, c.contact_id, NULL::bigint AS shipment_id, c.id AS case_id,
    NULL::bigint AS interaction_id, c.owner_id AS staff_id, c.closed_at AS at, f.region_code AS region,
    coalesce(g.business_line, '') AS business_line, coalesce(g.service_mode, '') AS service_mode,
    u.id AS outlet_id, w.code AS category, c.channel, c.zone, NULL::integer AS duration
  FROM cases_case c JOIN customers_customer f ON f.id = c.customer_id JOIN cases_category w ON w.id = c.category_id
  LEFT JOIN shipments_shipment g ON g.id = c.shipment_id LEFT JOIN organization_unit u ON u.tree_no = c.scope_unit_id
  WHERE c.id = ANY(%(ids)s) AND c.mode = 'live' AND c.state = 'closed' AND c.duplicate_of_id IS NULL
    AND c.customer_spoke_at IS NOT NULL AND c.we_spoke_at IS NOT NULL AND c.closed_at > %(since)s
    AND (cardinality(%(regions)s::text[]) = 0 OR f.region_code = ANY(%(regions)s))
    AND (cardinality(%(lines)s::text[]) = 0 OR g.business_line = ANY(%(lines)s))
    AND (%(first_unit)s::bigint IS NULL OR c.scope_unit_id BETWEEN %(first_unit)s AND %(last_unit)s)
"""
_CONTACTS: Final = """
  SELECT i.id AS key, i.customer_id, i.contact_id, NULL::bigint AS shipment_id, NULL::bigint AS case_id,
    i.id AS interaction_id, i.staff_id, i.occurred_at AS at, f.region_code AS region, '' AS business_line,
    '' AS service_mode, u.id AS outlet_id, coalesce(w.code, '') AS category, i.channel, i.zone, {call} AS duration
  FROM interactions_interaction i JOIN customers_customer f ON f.id = i.customer_id
  LEFT JOIN organization_unit u ON u.tree_no = i.scope_unit_id
  LEFT JOIN cases_casecontact l ON l.interaction_id = i.id LEFT JOIN cases_case c ON c.id = l.case_id
  LEFT JOIN cases_category w ON w.id = c.category_id
  WHERE i.id = ANY(%(ids)s) AND i.mode = 'live' AND i.direction = 'in' AND i.channel IN ('call', 'chat', 'counter')
    AND i.staff_id IS NOT NULL AND i.contact_id IS NOT NULL AND i.struck_at IS NULL AND i.occurred_at > %(since)s
    AND (cardinality(%(regions)s::text[]) = 0 OR f.region_code = ANY(%(regions)s))
    AND cardinality(%(lines)s::text[]) = 0
    AND (%(first_unit)s::bigint IS NULL OR i.scope_unit_id BETWEEN %(first_unit)s AND %(last_unit)s)
"""
_SERVICES: Final[Mapping[Trigger, str]] = {
    Trigger.DELIVERY: _DELIVERIES,
    Trigger.CASE: _CASES,
    Trigger.CONTACT: _CONTACTS.replace("{call}", _CALL),
}
# How many services of a customer within the month might have been asked about.
_OF_MONTH: Final[Mapping[Trigger, str]] = {
    Trigger.DELIVERY: "SELECT count(*) FROM shipments_shipment m WHERE m.customer_id = f.id AND m.mode = 'live'"
    " AND m.ordered_at > %(month)s - interval '60 days' AND m.delivered_at > %(month)s",
    Trigger.CASE: "SELECT count(*) FROM cases_case m WHERE m.customer_id = f.id AND m.mode = 'live'"
    " AND m.closed_at > %(month)s",
    Trigger.CONTACT: "SELECT count(*) FROM interactions_interaction m WHERE m.customer_id = f.id AND m.mode = 'live'"
    " AND m.direction = 'in' AND m.occurred_at > %(month)s",
}
# Who is asked where the service names nobody: whoever was asked longest ago, or never. Of a frequent shipper's
# services only so many of the month, the first always; which ones the same hash decides that draws the sample.
_ASK: Final = """
WITH {files}, services AS ({services}), sampled AS (
  SELECT s.* FROM services s WHERE {in_sample}
), placed AS (
  SELECT s.*, f.value_class, f.annual_value, f.industry, f.scope_unit_id AS file_unit, f.language,
    row_number() OVER (PARTITION BY s.customer_id ORDER BY md5(%(seed)s || ':' || s.key), s.key) AS place,
    greatest(1, floor(({of_month}) * %(frequent)s::numeric)) AS most,
    (SELECT count(*) FROM surveys_recipient r WHERE r.customer_id = f.id AND r.campaign_id = %(campaign)s
      AND r.planned_at > %(month)s) AS asked
  FROM sampled s JOIN files f ON f.id = s.customer_id
), whom AS (
  SELECT p.*, k.id AS person, k.language AS speaks, coalesce(k.role, '') AS role FROM placed p JOIN LATERAL (
    SELECT k.id, k.language, (SELECT t.role FROM customers_chainseat t WHERE t.contact_id = k.id ORDER BY t.id LIMIT 1)
      AS role
    FROM customers_contact k
    WHERE k.customer_id = p.customer_id AND k.active AND k.erased_at IS NULL
      AND (p.contact_id IS NULL OR k.id = p.contact_id)
    ORDER BY (SELECT max(r.invited_at) FROM surveys_recipient r WHERE r.contact_id = k.id) NULLS FIRST, k.id
    LIMIT 1
  ) k ON true
  WHERE p.place + p.asked <= p.most
), made AS (
INSERT INTO surveys_recipient (ref, campaign_id, version_id, audience, customer_id, contact_id, shipment_id, case_id,
  interaction_id, staff_id, value_class, annual_value, industry, region, business_line, service_mode, outlet_id,
  category, contact_role, channel, duration, scope_unit_id, disposition, reason, language, zone, way, planned_at,
  section, scale, mode, external_ref)
SELECT gen_random_uuid(), %(campaign)s, %(version)s, %(audience)s, customer_id, person, shipment_id, case_id,
  interaction_id, staff_id, value_class, annual_value, industry, region, business_line, service_mode, outlet_id,
  category, role, channel, duration, file_unit, %(planned)s, '', speaks, zone, '', at, 0, '', 'live', ''
FROM whom ORDER BY key
ON CONFLICT DO NOTHING
RETURNING id)
SELECT (SELECT count(*) FROM services s JOIN files f ON f.id = s.customer_id), (SELECT count(*) FROM made)
"""


_LENGTHS: Final = f"""
UPDATE surveys_recipient r SET duration = {TALKED} FROM reception_call k
WHERE r.interaction_id = ANY(%(ids)s) AND r.duration IS NULL AND k.interaction_id = r.interaction_id
  AND k.answered_at IS NOT NULL AND k.ended_at IS NOT NULL
"""  # noqa: S608 - our own names


@action
def ask_after(*, actor: Actor, trigger: Trigger, ids: Sequence[int], now: datetime) -> int:
    """Let every running campaign of this kind choose whom of these services it asks about; returns how many.

    Set-based, and once for each service whatever is told twice. History and what is older than `act_within` is never
    asked about. Campaigns are held one after the other, so that the share of each customer is kept.
    """
    authorize(actor, RUN)
    rows = Campaign.objects.filter(trigger=trigger.value, state=CampaignState.RUNNING.value).order_by("pk")
    running = [row for row in rows.select_for_update(no_key=True) if not is_over(row.closes_on, now, row.zone)]
    made = sum(_ask(actor, row, trigger, ids, now) for row in running)
    if made:
        audit.record(
            actor,
            events.RecipientsChosen(subject=("surveys", len(running)), after={"trigger": trigger, "recipients": made}),
            now=now,
        )
    return made


@action
def note_lengths(*, actor: Actor, interaction_ids: Sequence[int], now: datetime) -> int:
    """Calls that people are asked about have ended: their length is kept beside what was known when they were asked.

    Set-based; once known it stays. Returns how many recipients it was noted of.
    """
    authorize(actor, RUN)
    with connection.cursor() as cursor:
        cursor.execute(_LENGTHS, {"ids": list(interaction_ids)})
        noted = int(cursor.rowcount)
    if noted:
        audit.record(actor, events.RecipientsChosen(subject=("surveys", noted), after={"lengths": noted}), now=now)
    return noted


def _ask(actor: Actor, row: Campaign, trigger: Trigger, ids: Sequence[int], now: datetime) -> int:
    form = CampaignForm.objects.filter(campaign=row, audience=Audience.CONTACT.value).first()
    if form is None:
        return 0
    statement = _ASK.format(
        files=FILES.format(more=""),
        services=_SERVICES[trigger],
        in_sample=IN_SAMPLE.format(key="s.key"),
        of_month=_OF_MONTH[trigger],
    )
    values: dict[str, Any] = {
        **segment_values(actor=actor, segment=SegmentFilter.of(row.segment), now=now),
        "ids": list(ids),
        "since": now - parameters.value(ACT_WITHIN, at=now),
        "month": now - _MONTH,
        "campaign": row.pk,
        "version": form.version_id,
        "audience": form.audience,
        "seed": row.number,
        "share": row.share,
        "frequent": parameters.value(FREQUENT_SHARE, at=now),
        "planned": Disposition.PLANNED.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        eligible, made = cursor.fetchone() or (0, 0)
    row.population, row.recipients = row.population + eligible, row.recipients + made
    row.save(update_fields=["population", "recipients"])
    return int(made)
