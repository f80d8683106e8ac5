"""Dashboards of roles: each has its figures, each tile counts whose it says and opens just those rows (METR-23)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zhike.insight.lake import actions as lake
from zhike.insight.metrics import queries
from zhike.insight.metrics.rules.boards import BOARDS, BY_PERSON, BY_UNIT, boards_of
from zhike.insight.metrics.tests.surveys import answered, campaign, form
from zhike.insight.metrics.tests.test_case_figures import closed
from zhike.insight.metrics.types import Kind, UnknownBoard, Whose, metric_of
from zhike.platform import clock
from zhike.platform.accounts.models import User
from zhike.platform.actors import system_actor
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.record.agreements import actions as promises
from zhike.record.agreements.tests.factories import promise
from zhike.record.customers import actions as customers
from zhike.record.customers.tests.factories import NOW, SETUP, customer
from zhike.record.customers.types import StandingEntry
from zhike.record.organization import actions as people
from zhike.record.organization.models import Staff
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.types import DEFAULT_ROLES, UnitKind
from zhike.record.shipments.tests import factories as goods
from zhike.service.cases import actions as cases
from zhike.service.cases.types import TaskState
from zhike.service.cases.types.past import PastOwner, PastTask

ACTOR = system_actor("tests")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
THEN = NOW - 28 * DAY
SINCE, UNTIL = "2026-09", "2026-11"
MOST_QUERIES = 12
# Owner's customers, of which 12 parcels are of a key customer; 5 parcels are another's.
KEY, PLAIN, OTHERS = 12, 20, 5


def _parcel(of: Any, outlet: Any, number: int) -> None:  # noqa: ANN401 - rows
    goods.shipment(
        customer=of,
        destination_unit=outlet,
        stated_status="delivered",
        ordered_at=THEN,
        promised_delivery_at=THEN + 2 * DAY,
        delivered_at=THEN + (DAY if number % 4 else 4 * DAY),
        out_for_delivery_at=THEN + DAY / 2,
        courier_phone="+8613800138000",
    )


@pytest.fixture
def company(fresh_db: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """One person with every role that one may hold beside others, and somebody else, each with work of one month."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    default_calendar()
    outlet = organization.unit(name="浦东网点", kind=UnitKind.OUTLET)
    roles = tuple(sorted(DEFAULT_ROLES.keys() - {"admin", "auditor", "claims"}))
    member = organization.staff(outlet, roles=roles, name="李敏")
    other = organization.staff(organization.unit(name="客服二组"), roles=("agent",), name="周航")
    key, plain, theirs = customer(member, name="华夏电子"), customer(member, name="东湖"), customer(other, name="远航")
    standing = StandingEntry(customer_id=key.pk, kind="class", text="A", as_of=NOW)
    customers.set_standing(actor=SETUP, entries=[standing], source="tests", now=NOW)
    for of, many in ((key, KEY), (plain, PLAIN), (theirs, OTHERS)):
        for number in range(many):
            _parcel(of, outlet if of is not theirs else None, number)
    task = PastTask(
        unit_id=outlet.pk, title="查件", asked_by_id=member.pk, asked_at=THEN, within=HOUR,
        state=TaskState.REPLIED, taken_at=THEN, reply="在网点", ended_at=THEN + HOUR / 2,
    )  # fmt: skip
    own = [closed(plain.pk, member.pk, owners=(PastOwner(member.pk, THEN),), tasks=(task,)) for _ in range(14)]
    cases.load_cases(actor=SETUP, cases=[*own, *(closed(theirs.pk, other.pk) for _ in range(11))], now=NOW)
    by = organization.actor_of(member)
    for _number in range(10):
        made = promise(plain, by=by, now=THEN, due_at=THEN + DAY)
        promises.keep_promise(actor=by, promise_id=made.pk, now=THEN + HOUR)
    items, of_wave = form("five", {"overall": "csat5", "recommend": "nps11"}), campaign("2026-2")
    for number in range(16):
        who = member if number < 10 else other
        answered(
            of_wave, items, {"overall": 5 if number % 2 else 2, "recommend": 9}, staff_id=who.pk,
            customer_id=(plain if who is member else theirs).pk, outlet_id=outlet.pk,
        )  # fmt: skip
    lake.refresh_all(actor=ACTOR, now=NOW)
    return {"member": member, "other": other, "outlet": outlet}


def _signed_in(member: Staff) -> Client:
    opened = people.open_staff_account(
        actor=SETUP, staff_id=member.pk, username=f"reader{member.pk}", password="correct horse battery", now=NOW
    )
    client = Client()
    client.force_login(User.objects.get(pk=opened.user_id))
    return client


def _bases(member: Staff, code: str) -> dict[str, int]:
    _board, tiles = queries.board_tiles(actor=organization.actor_of(member), code=code, since=SINCE, until=UNTIL)
    return {one.answer.metric.id: one.answer.total.n for one in tiles}


def test_boards__every_role_has_one_of_six_to_ten_figures_that_can_be_asked_so() -> None:
    assert all(boards_of({role}) for role in DEFAULT_ROLES)
    for board in BOARDS:
        assert 6 <= len(board.tiles) <= 10
        for tile in board.tiles:
            for metric in map(metric_of, tile.metrics):
                known = set(queries.dimensions_of(metric))
                if tile.whose is Whose.MINE:
                    assert BY_PERSON[metric.fact] in known
                elif tile.whose is Whose.MY_UNIT:
                    assert BY_UNIT[metric.fact] in known
                elif tile.whose is not Whose.REACH and metric.fact != "customers":
                    assert {"customer_owner_id", "customer_class"} <= known


@pytest.mark.req("METR-23")
def test_boards__each_tile_of_each_role_opens_as_many_rows_as_its_base(company: dict[str, Any]) -> None:
    client = _signed_in(company["member"])
    assert len(client.get(reverse("metrics:board")).context["tabs"]) == len(BOARDS)
    for board in BOARDS:
        address = reverse("metrics:board_of", args=[board.code])
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            page = client.get(address)
        assert page.status_code == 200
        assert len(asked) <= MOST_QUERIES, (board.code, len(asked))
        cards = page.context["cards"]
        assert len(cards) == len(board.tiles)
        told = client.get(f"/api/v1/boards/{board.code}", {"since": SINCE, "until": UNTIL}).json()["tiles"]
        filled = 0
        for card, one in zip(cards, told, strict=True):
            n = one["total"]["n"]
            rows = client.get(card.rows_url)
            assert rows.status_code == 200
            # A count is its own base.
            assert (card.value if one["metric"]["kind"] == Kind.COUNT.value else card.n) == n
            assert rows.context["count"] == n
            filled += n > 0
        assert filled >= 3, board.code


@pytest.mark.req("METR-23")
def test_boards__count_whose_they_say(company: dict[str, Any]) -> None:
    member = company["member"]
    own, team = _bases(member, "agent"), _bases(member, "supervisor")
    assert (own["case_first_response_kept"], own["promise_kept"], own["csat5"]) == (14, 10, 10)
    assert (team["case_first_response_kept"], team["promise_kept"]) == (25, 10)
    mine, key = _bases(member, "account_manager"), _bases(member, "key_accounts")
    assert (mine["on_time"], key["on_time"]) == (KEY + PLAIN, KEY)
    assert (mine["csat5"], mine["case_solution_kept"]) == (10, 14)
    outlet, company_wide = _bases(member, "outlet"), _bases(member, "executive")
    assert (outlet["on_time"], outlet["case_task_kept"]) == (KEY + PLAIN, 14)
    assert (company_wide["on_time"], company_wide["csat5"], company_wide["nps11"]) == (KEY + PLAIN + OTHERS, 16, 16)


def test_boards__of_other_roles_are_not_there(company: dict[str, Any]) -> None:
    client = _signed_in(company["other"])
    page = client.get(reverse("metrics:board"))
    assert (page.context["board"].code, page.context["tabs"]) == ("agent", [])
    assert client.get(reverse("metrics:board_of", args=["executive"])).status_code == 404
    assert client.get("/api/v1/boards/executive").status_code == 404
    assert [one["code"] for one in client.get("/api/v1/boards").json()] == ["agent"]
    with pytest.raises(UnknownBoard):
        queries.board_tiles(actor=organization.actor_of(company["other"]), code="quality", since=SINCE, until=UNTIL)
    assert _bases(company["other"], "agent")["case_first_response_kept"] == 11


def test_boards__say_a_change_only_where_it_is_clear(fresh_db: str) -> None:
    """Forty on time before and ten of forty now; a tile of now has neither period nor change."""
    member = organization.staff(roles=("executive",))
    for month, late in ((8, 0), (11, 30)):
        for number in range(40):
            came = NOW.replace(month=month, day=10)
            goods.shipment(
                stated_status="delivered",
                ordered_at=came - 2 * DAY,
                promised_delivery_at=came,
                delivered_at=came + (3 * DAY if number < late else timedelta()),
            )
    lake.refresh_all(actor=ACTOR, now=NOW)
    _board, tiles = queries.board_tiles(actor=organization.actor_of(member), code="executive", since=SINCE, until=UNTIL)
    by_id = {one.answer.metric.id: one for one in tiles}
    change = by_id["on_time"].change
    assert change is not None
    assert (change.difference, change.is_clear) == (-75.0, True)
    assert [one.at["month"] for one in by_id["on_time"].months] == ["2026-08", "2026-11"]
    intact = by_id["intact"].change
    assert intact is not None
    assert (intact.difference, intact.is_clear) == (0.0, False)
    assert (by_id["customers_ordering"].spans, by_id["customers_ordering"].question.since) == (None, "")
