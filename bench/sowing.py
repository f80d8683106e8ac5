"""A company of 200 outlets with as many customers, numbers and shipments as a benchmark asks for, sown set by set."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.test import Client

from tests.harness import databases
from zhike.platform.accounts.models import User
from zhike.platform.actors import Actor
from zhike.platform.db import launcher, roles
from zhike.platform.environment import environment
from zhike.record.organization import actions as people
from zhike.record.organization.models import Staff
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.types import RoleReach, UnitKind

REGIONS, OUTLETS = 5, 40
# The customer whom every size gives equally much, in the supervisor's region.
ONE = 80
ENTRIES_OF_ONE = 60

# Placeholders: how many rows.
_CUSTOMERS = """
INSERT INTO customers_customer (number, name, name_fold, name_pinyin, name_strokes, kind, legal_form, registration_no,
  industry, region_code, city, address, language, zone, source, stage, stage_since, owner_id, owner_since,
  scope_unit_id, active, opened_at, converted_at, last_contact_at, created_at, version)
SELECT 'CU-' || lpad(g::text, 8, '0'), n.name, n.name, 'huaxia' || md5(g::text), md5(g::text), 'consumer', '',
  '', '', '', '上海', '', 'zh-hans', 'Asia/Shanghai', '', 'after', t.at, o.id, t.at, u.no, true, t.at,
  t.at, t.at + interval '9 days', t.at, 1
FROM generate_series(1, %(rows)s) g CROSS JOIN LATERAL (SELECT '华夏电子' || g || '厂' AS name) n
CROSS JOIN LATERAL (SELECT timestamptz '2025-11-01' + g * (interval '365 days' / %(rows)s) AS at) t
JOIN bench_unit u ON u.at = g %% %(outlets)s JOIN bench_owner o ON o.at = g %% %(outlets)s ORDER BY g
"""
_CONTACTS = """
INSERT INTO customers_contact (customer_id, scope_unit_id, name, name_fold, name_pinyin, form_of_address, position,
  language, prefers_channel, prefers_time, last_channel, active, created_at, version)
SELECT id, scope_unit_id, '陈静' || id, '陈静' || id, 'chenjing' || id, '', '', 'zh-hans', '', '', '', true, created_at,
  1
FROM customers_customer ORDER BY id
"""
# Three numbers a customer: two of its person, one of the switchboard; all different.
_POINTS = """
INSERT INTO customers_contactpoint (customer_id, contact_id, kind, raw, value, e164, key8, extension, doubt, "primary",
  shared)
SELECT k.customer_id, CASE WHEN n < 2 THEN k.id END, 'phone', p.e164, p.e164, p.e164, right(p.e164, 8), '', '',
  n <> 1, false
FROM customers_contact k, generate_series(0, 2) n,
  LATERAL (SELECT '+86139' || lpad((((k.customer_id * 3 + n) * 37) %% 100000000)::text, 8, '0') AS e164) p
ORDER BY k.id, n
"""
_OWNERS = """
INSERT INTO customers_ownerhistory (customer_id, staff_id, valid_from, reason)
SELECT id, owner_id, owner_since, '' FROM customers_customer ORDER BY id
"""
_ORDERS = """
INSERT INTO shipments_order (number, source, external_id, customer_id, business_line, service_mode, "references", goods,
  declared_currency, price_currency, agreement_reference, ordered_at, zone, mode, scope_unit_id)
SELECT 'OR-' || g, 'bench', g::text, CASE WHEN g <= %(entries)s THEN %(one)s ELSE 1 + g %% %(customers)s END, 'express',
  'national', '{}', '', '', '', '', timestamptz '2025-11-01' + g * (interval '365 days' / %(rows)s), 'Asia/Shanghai',
  'backfill', u.no
FROM generate_series(1, %(rows)s) g
JOIN bench_unit u ON u.at = CASE WHEN g <= %(entries)s THEN %(one)s + g %% 40 ELSE g %% %(outlets)s END ORDER BY g
"""
# One in fifteen is on the way, one in thirty late.
_SHIPMENTS = """
INSERT INTO shipments_shipment (order_id, waybill, carrier, customer_id, business_line, service_mode, origin_region,
  region, city, country, zone, pieces, promised_delivery_at, promise_version, eta_source, stated_status, status,
  ordered_at, picked_up_at, delivered_at, last_event_at, last_place, event_count, courier_name, courier_phone,
  scope_unit_id, is_damaged, is_lost, is_short, incident_reason, late_rule, late_rule_version, event_month, mode)
SELECT id, '73' || lpad(external_id, 10, '0'), '', customer_id, 'express', 'national', '', 'CN-' || id %% 30, '成都',
  'CN', 'Asia/Shanghai', 1, ordered_at + interval '3 days', 1, '', 'info_received',
  CASE WHEN id %% 15 = 0 THEN 'in_transit' ELSE 'delivered' END, ordered_at, ordered_at + interval '5 hours',
  CASE WHEN id %% 15 <> 0 THEN ordered_at + CASE WHEN id %% 30 = 1 THEN 5 ELSE 2 END * interval '1 day' END,
  ordered_at + interval '1 day', '成都双流', 5, '', '', scope_unit_id, false, false, false, '', 'calendar_day', 1,
  date_trunc('month', timezone('Asia/Shanghai', ordered_at))::date, 'backfill'
FROM shipments_order ORDER BY id
"""
_PARTIES = """
INSERT INTO shipments_party (shipment_id, role, name, phone, phone_key, address, postcode, city, region, country, zone)
SELECT id, 'consignee', '王敏', '+86137' || lpad(id::text, 8, '0'), lpad(id::text, 8, '0'),
  '武侯大道' || id || '号', '', '成都', '', 'CN', ''
FROM shipments_shipment
ORDER BY id
"""
_INTERACTIONS = """
INSERT INTO interactions_interaction (customer_id, scope_unit_id, channel, direction, occurred_at, received_at, zone,
  audience, subject, body, message, params, note_kind, about_kind, about_id, external_system, external_ref, mode)
SELECT c.id, c.scope_unit_id, 'call', 'in', c.opened_at + n * interval '1 hour', c.opened_at + n * interval '1 hour',
  c.zone, 'internal', '询问到货时间', '', '', '{}', '', '', '', '', '', 'backfill'
FROM customers_customer c, LATERAL generate_series(1, CASE WHEN c.id = %(one)s THEN %(entries)s ELSE 1 END) n
ORDER BY c.id, n
"""

# One in fifteen is open, one in three has a task of another outlet, one in thirty an open one.
_CASES = """
INSERT INTO cases_case (number, customer_id, shipment_id, kind, category_id, severity, origin, channel, subject, text,
  tags, zone, language, opened_at, received_at, owner_id, scope_unit_id, state, state_since, next_due_at, next_step,
  first_response_at, first_response_missed, solution_missed, customer_spoke_at, we_spoke_at, answered_at, closed_at,
  ending, solved, resolution, handling, party, route, contacts, repeats, transfers, switches, reopened, open_tasks,
  articles_used, phrases_used, mode, version)
SELECT 'CS-' || lpad(g::text, 8, '0'), 1 + (g - 1) %% %(customers)s, 1 + (g - 1) %% nullif(%(shipments)s, 0),
  CASE WHEN g %% 4 = 0 THEN 'complaint' ELSE 'enquiry' END, k.id, 'normal', 'desk', 'wechat', '货物没有按时送到' || g,
  '运单73' || lpad(g::text, 10, '0') || '：货物没有按时送到', '{}', 'Asia/Shanghai', 'zh-hans', t.at, t.at, o.id, u.no,
  CASE WHEN open THEN 'in_work' ELSE 'closed' END, t.at, CASE WHEN open THEN t.at + interval '1 day' END, '',
  t.at + interval '1 hour', false, CASE WHEN NOT open THEN g %% 30 = 1 END, t.at, t.at + interval '1 hour',
  CASE WHEN NOT open THEN t.at + interval '5 hours' END, CASE WHEN NOT open THEN t.at + interval '1 day' END,
  CASE WHEN open THEN '' ELSE 'confirmed' END, CASE WHEN NOT open THEN true END, '',
  CASE WHEN open THEN '' ELSE 'solved' END, '', '', 2, 0, 0, 0, 0, (g %% 30 = 5)::int, 0, 0, 'backfill', 1
FROM generate_series(1, %(rows)s) g CROSS JOIN LATERAL (SELECT g %% 15 = 5 AS open) p
CROSS JOIN LATERAL (SELECT timestamptz '2025-11-01' + g * (interval '365 days' / %(rows)s) AS at) t
JOIN bench_unit u ON u.at = g %% %(outlets)s JOIN bench_owner o ON o.at = g %% %(outlets)s
CROSS JOIN (SELECT min(id) AS id FROM cases_category) k ORDER BY g
"""
_CASE_OWNERS = """
INSERT INTO cases_ownerspell (case_id, staff_id, valid_from, viewed_at, reason)
SELECT id, owner_id, opened_at, opened_at, '' FROM cases_case ORDER BY id
"""
_CASE_MOVES = """
INSERT INTO cases_casemove (case_id, at, from_state, to_state, reason, actor_kind, actor_id)
SELECT id, state_since, '', state, '', 'system', 'bench' FROM cases_case ORDER BY id
"""
_CASE_TALK = """
INSERT INTO interactions_interaction (customer_id, scope_unit_id, channel, direction, occurred_at, received_at, zone,
  audience, subject, body, message, params, note_kind, about_kind, about_id, external_system, external_ref, mode)
SELECT c.customer_id, c.scope_unit_id, 'wechat', CASE WHEN n %% 2 = 1 THEN 'in' ELSE 'out' END,
  c.opened_at + n * interval '1 hour', c.opened_at + n * interval '1 hour', c.zone, 'customer', '', '货物到哪里了', '',
  '{}', '', 'case', c.id::text, '', '', 'backfill'
FROM cases_case c, LATERAL generate_series(1, CASE WHEN c.id = %(one)s THEN %(entries)s ELSE 2 END) n ORDER BY c.id, n
"""
_CASE_TASKS = """
INSERT INTO cases_task (case_id, unit_id, scope_unit_id, title, text, state, asked_by_id, asked_at, due_at, ended_at,
  reply, held_hours, missed, mode)
SELECT c.id, u.id, u.no, '查找货物', '', CASE WHEN c.open_tasks > 0 THEN 'open' ELSE 'replied' END, c.owner_id,
  c.opened_at, c.opened_at + interval '4 hours',
  CASE WHEN c.open_tasks = 0 THEN c.opened_at + interval '3 hours' END,
  CASE WHEN c.open_tasks > 0 THEN '' ELSE '找到了' END,
  CASE WHEN c.open_tasks = 0 THEN 3 END, CASE WHEN c.open_tasks = 0 THEN false END, 'backfill'
FROM cases_case c JOIN bench_unit u ON u.at = (c.id * 7) %% %(outlets)s WHERE c.id %% 3 = 2 ORDER BY c.id
"""
_CASE_CLOCKS = """
INSERT INTO calendars_clock (subject_kind, subject_id, kind, zone, statutory, budget, warn_share, started_at, due_at,
  state, pause_reason, used, changed_at)
SELECT 'case', c.id, k.kind, c.zone, false, interval '1 day', 0.8, c.opened_at, c.next_due_at, 'running', '',
  interval '0', c.opened_at
FROM cases_case c, (VALUES ('cases.solution')) k (kind) WHERE c.next_due_at IS NOT NULL ORDER BY c.id
"""


@dataclass(frozen=True, slots=True)
class Sown:
    """One company: its database, and two who look at it."""

    database: str
    customers: int
    shipments: int
    cases: int
    agent: Staff
    supervisor: Staff

    def looking(self, member: Staff) -> tuple[Client, Actor]:
        """A browser in which `member` is signed in, and the actor that they are."""
        made = people.open_staff_account(
            actor=organization.SETUP,
            staff_id=member.pk,
            username=f"bench{member.pk}",
            language="zh-hans",
            password="correct horse battery",  # noqa: S106 - of a database that is dropped at the end
            now=organization.NOW,
        )
        browser = Client(SERVER_NAME="localhost")
        browser.force_login(User.objects.get(pk=made.user_id))
        return browser, organization.actor_of(member)


@contextmanager
def company(*, customers: int, shipments: int = 0, cases: int = 0, entries: bool = False) -> Iterator[Sown]:
    """A database of its own with `customers` files of 3 numbers each, `shipments` with their consignees, and `cases`.

    Cases take the customers and the shipments, where there are any, in turn.
    """
    launcher.ensure()
    with databases.cloned(databases.empty_template()) as name:
        agent, supervisor = _people()
        statements = [_CUSTOMERS, _CONTACTS, _POINTS]
        if shipments:
            statements += [_OWNERS]
        sow(name, statements, rows=customers)
        if shipments:
            sow(name, [_ORDERS, _SHIPMENTS, _PARTIES], rows=shipments, customers=customers)
        if entries:
            sow(name, [_INTERACTIONS])
        if cases:
            numbers = {"rows": cases, "customers": customers, "shipments": shipments}
            sow(name, [_CASES, _CASE_OWNERS, _CASE_MOVES, _CASE_TALK, _CASE_TASKS, _CASE_CLOCKS], **numbers)
        tidy(name)
        yield Sown(name, customers, shipments, cases, agent, supervisor)


def sow(database: str, statements: list[str], **numbers: int) -> None:
    """Run statements with foreign keys and triggers at rest: what they sow is right by itself."""
    given = {"rows": 0, "customers": 0, "outlets": REGIONS * OUTLETS, "one": ONE, "entries": ENTRIES_OF_ONE, **numbers}
    with roles.connect(launcher.admin_parameters(environment()), dbname=database) as conn:
        conn.execute("SET session_replication_role = replica")
        conn.execute("SET maintenance_work_mem = '256MB'")
        conn.execute(
            "CREATE TEMP TABLE bench_unit AS SELECT row_number() OVER (ORDER BY tree_no) - 1 AS at, tree_no AS no, id"
            " FROM organization_unit WHERE kind = 'outlet'"
        )
        conn.execute(
            "CREATE TEMP TABLE bench_owner AS SELECT u.at, s.id FROM bench_unit u"
            " JOIN organization_staff s ON s.unit_id = u.id"
        )
        for statement in statements:
            conn.execute(statement, given)


def tidy(database: str) -> None:
    """What autovacuum would have done by now."""
    with roles.connect(launcher.admin_parameters(environment()), dbname=database) as conn:
        conn.autocommit = True
        conn.execute("VACUUM ANALYZE")
        conn.execute("CHECKPOINT")


def _people() -> tuple[Staff, Staff]:
    """Units and one person in each outlet; an agent of the whole company, a supervisor of one region's outlets."""
    regions = [organization.unit(name=f"大区{at}", kind=UnitKind.REGION) for at in range(REGIONS)]
    for region in regions:
        for _outlet in range(OUTLETS):
            organization.staff(organization.unit(region))
    agent = organization.staff(roles=("agent",))
    supervisor = organization.staff(regions[2], roles=("supervisor",), reach=RoleReach.SUBTREE)
    return agent, supervisor
