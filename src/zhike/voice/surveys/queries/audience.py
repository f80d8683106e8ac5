"""Whom a campaign asks, in SQL: the same words count an audience beforehand and freeze it at the start."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from zhike.platform import parameters
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.record.organization import queries as organization
from zhike.voice.surveys.policies import ASKED_BEFORE, VIEW
from zhike.voice.surveys.types import Audience
from zhike.voice.surveys.types.campaigns import AudienceSize, SegmentFilter

# What a customer with these lines has sent within.
_LINES_WITHIN: Final = timedelta(days=365)

# The customers of a segment as they stand now: the snapshot of every recipient.
FILES: Final = """
files AS (
  SELECT f.id, f.zone, f.language, f.industry, f.region_code, f.scope_unit_id,
    left(coalesce(s.text, ''), 12) AS value_class, s.number AS annual_value, u.id AS outlet_id
  FROM customers_customer f
  LEFT JOIN customers_customerstanding s ON s.customer_id = f.id AND s.kind = 'class'
  LEFT JOIN organization_unit u ON u.tree_no = f.scope_unit_id
  WHERE f.merged_into_id IS NULL AND f.active AND f.kind = ANY(%(kinds)s) AND f.stage = ANY(%(stages)s)
    AND (cardinality(%(industries)s::text[]) = 0 OR f.industry = ANY(%(industries)s))
    AND (cardinality(%(classes)s::text[]) = 0 OR left(coalesce(s.text, ''), 12) = ANY(%(classes)s))
    AND (%(owner)s::bigint IS NULL OR f.owner_id = %(owner)s)
    {more}
)
"""
# Of waves the customer as a whole is asked about.
OF_CUSTOMER: Final = """
    AND (cardinality(%(regions)s::text[]) = 0 OR f.region_code = ANY(%(regions)s))
    AND (%(first_unit)s::bigint IS NULL OR f.scope_unit_id BETWEEN %(first_unit)s AND %(last_unit)s)
    AND (cardinality(%(lines)s::text[]) = 0 OR EXISTS (
      SELECT FROM shipments_shipment g WHERE g.customer_id = f.id AND g.business_line = ANY(%(lines)s)
        AND g.ordered_at > %(lines_since)s))
"""
# Everybody who may answer, each with the gravest of their roles and the form that is written for them; and one row
# without a person for each customer where there is nobody, so that it is counted and not forgotten.
_PEOPLE: Final = """
WITH {files}, seats AS (
  SELECT contact_id, max(array_position(%(roles)s::text[], role::text)) AS place
  FROM customers_chainseat WHERE contact_id IS NOT NULL GROUP BY contact_id
), people AS (
  SELECT f.id AS customer_id, k.id AS contact_id, k.language AS speaks,
    coalesce((%(roles)s::text[])[s.place], '') AS role,
    CASE
      WHEN s.place >= %(senior_from)s AND %(senior)s::bigint IS NOT NULL THEN 'senior'
      WHEN coalesce(s.place, 0) < %(senior_from)s AND %(general)s::bigint IS NOT NULL THEN 'general'
      WHEN %(relationship)s::bigint IS NOT NULL THEN 'relationship'
    END AS audience
  FROM files f JOIN customers_contact k ON k.customer_id = f.id AND k.active AND k.erased_at IS NULL
  LEFT JOIN seats s ON s.contact_id = k.id
), eligible AS (
  SELECT customer_id, contact_id, speaks, role, audience FROM people WHERE audience IS NOT NULL
  UNION ALL
  SELECT f.id, NULL, f.language, '', CASE WHEN %(general)s::bigint IS NOT NULL THEN 'general'
      WHEN %(relationship)s::bigint IS NOT NULL THEN 'relationship' ELSE 'senior' END
  FROM files f WHERE NOT EXISTS (SELECT FROM people p WHERE p.customer_id = f.id AND p.audience IS NOT NULL)
)
"""
PEOPLE: Final = _PEOPLE.format(files=FILES.format(more=OF_CUSTOMER))
# The share that is asked, by a hash that anybody can compute again; `rules.campaigns.in_sample` says the same.
IN_SAMPLE: Final = (
    "('x' || substr(md5(%(seed)s || ':' || {key}), 1, 8))::bit(32)::bigint < %(share)s::numeric * 4294967296"
)
_SIZE: Final = """
{people}
SELECT count(DISTINCT customer_id), count(contact_id), count(*) FILTER (WHERE contact_id IS NULL),
  count(*) FILTER (WHERE EXISTS (
    SELECT FROM surveys_recipient r WHERE r.contact_id = e.contact_id AND r.invited_at > %(asked_since)s))
FROM eligible e
"""
ROLES: Final = ("first_contact", "user", "influencer", "decision_maker")
# From this one of ROLES on (counted from 1) somebody is senior.
SENIOR_FROM: Final = 3


# zhike: allow query-scope, query-actor -- values of a statement; whoever runs it has authorized
def segment_values(*, actor: Actor, segment: SegmentFilter, now: datetime) -> dict[str, Any]:
    """What the statements above ask for."""
    interval = organization.subtree(actor=actor, unit_id=segment.unit_id) if segment.unit_id is not None else None
    return {
        "kinds": list(segment.kinds),
        "stages": list(segment.stages),
        "industries": list(segment.industries),
        "regions": list(segment.regions),
        "classes": list(segment.classes),
        "lines": list(segment.business_lines),
        "lines_since": now - _LINES_WITHIN,
        "first_unit": interval.no if interval else None,
        "last_unit": interval.end if interval else None,
        "owner": segment.owner_id,
    }


# zhike: allow query-scope, query-actor -- values of a statement; whoever runs it has authorized
def people_values(
    *, actor: Actor, segment: SegmentFilter, forms: Mapping[Audience, int], now: datetime
) -> dict[str, Any]:
    """The same for a wave, with its forms by audience."""
    return {
        **segment_values(actor=actor, segment=segment, now=now),
        "roles": list(ROLES),
        "senior_from": SENIOR_FROM,
        **{one.value: forms.get(one) for one in (Audience.SENIOR, Audience.GENERAL, Audience.RELATIONSHIP)},
    }


# zhike: allow query-scope -- counts of the whole audience that a campaign would ask, no rows of it
def audience_size(
    *, actor: Actor, segment: SegmentFilter, forms: Mapping[Audience, int], now: datetime
) -> AudienceSize:
    """Whom a wave would ask if it began now, and how many of them were asked anything lately. One query."""
    authorize(actor, VIEW)
    days = parameters.value(ASKED_BEFORE, at=now)
    values = people_values(actor=actor, segment=segment, forms=forms, now=now)
    with connection.cursor() as cursor:
        cursor.execute(_SIZE.format(people=PEOPLE), {**values, "asked_since": now - timedelta(days=days)})
        found = cursor.fetchone()
    customers, people, nobody, before = found or (0, 0, 0, 0)
    return AudienceSize(customers=customers, people=people, nobody=nobody, asked_before=before, days=days)
