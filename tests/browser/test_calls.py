"""A telephone rings: the pop is on the right screen within a second; one service window does the rest (PR-02)."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import pytest
from playwright.sync_api import Page, expect

from tests.harness.browsers import PASSWORD, Browsing, barriers, browsing
from zhike.doors.api import actions as api
from zhike.platform import clock
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.record.customers.models import Customer
from zhike.record.customers.tests.factories import contact, customer, phone
from zhike.record.interactions.models import Interaction
from zhike.record.organization import actions
from zhike.record.organization.models import Unit
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.types import RoleReach, Side, UnitKind
from zhike.service.cases import actions as cases
from zhike.service.cases.models import Case, Task
from zhike.service.cases.tests.factories import entry
from zhike.service.reception.actions import assign_extension
from zhike.service.reception.models import Call
from zhike.service.reception.policies import PUSH_CALLS
from zhike.service.reception.tests import factories as reception

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
POP = "#zk-pop [data-zk-call]"
WITHIN = 1.0


@dataclass(frozen=True)
class Desk:
    """A small company at work: two agents with telephones, two departments, a customer who calls."""

    file: Customer
    warehouse: Unit
    linehaul: Unit
    key: str


def _member(name: str, username: str, unit: Unit, role: str, extension: str = "") -> None:
    reach = RoleReach.SUBTREE if role == "department" else None
    member = organization.staff(unit, name=name, roles=(role,), reach=reach)
    actions.open_staff_account(
        actor=organization.SETUP,
        staff_id=member.pk,
        username=username,
        password=PASSWORD,
        language="en",
        now=organization.NOW,
    )
    if extension:
        assign_extension(actor=organization.SETUP, number=extension, staff_id=member.pk, now=organization.NOW)


@pytest.fixture
def company(fresh_db: str) -> Desk:
    default_calendar()
    desk = organization.unit(name="客户服务部", kind=UnitKind.DEPARTMENT, side=Side.FRONT)
    warehouse = organization.unit(name="华东仓", kind=UnitKind.DEPARTMENT, side=Side.BACK)
    linehaul = organization.unit(name="干线运输部", kind=UnitKind.DEPARTMENT, side=Side.BACK)
    reception.system(unit=desk)
    _member("李敏", "limin", desk, "agent", "801")
    _member("王强", "wangqiang", desk, "agent", "802")
    _member("赵磊", "zhaolei", warehouse, "department")
    _member("钱进", "qianjin", linehaul, "department")
    file = customer(name="华夏电子（上海）有限公司")
    contact(file, phone(reception.NUMBER))
    key = api.make_key(actor=organization.SETUP, name="总机", rights=[PUSH_CALLS.code], now=organization.NOW)
    return Desk(file, warehouse, linehaul, key.shown_once)


@pytest.fixture
def site(company: Desk) -> Iterator[Browsing]:
    with browsing() as opened:
        opened.site.start("live")
        yield opened


def tell(page: Page, company: Desk, ref: str, event: str, extension: str = "801") -> None:
    """As the telephone system does it."""
    sent = {
        "system": "acme",
        "call_id": ref,
        "event": event,
        "caller": reception.NUMBER,
        "extension": extension,
    }
    headers = {"Authorization": f"Bearer {company.key}"}
    answer = page.request.post("/api/v1/calls/events", data=sent, headers=headers)
    assert answer.ok, answer.text()


def listening(page: Page) -> None:
    """Until the page hears what changes."""
    page.wait_for_load_state("load")
    page.wait_for_timeout(1500)


def rings_within_a_second(page: Page, company: Desk) -> str:
    """The time from the event to the pop; on a machine that does much else the best of three calls."""
    taken = []
    for turn in range(3):
        ref = f"r-{turn}"
        began = perf_counter()
        tell(page, company, ref, "ringing")
        page.wait_for_selector(f"{POP}[data-zk-rings]")
        taken.append(perf_counter() - began)
        if taken[-1] <= WITHIN:
            return ref
        tell(page, company, ref, "missed")
        page.wait_for_selector(POP, state="detached")
    raise AssertionError(taken)


@pytest.mark.req("CUST-05")
def test_pop__comes_to_the_right_screen_and_takes_no_key_until_asked(
    site: Browsing, company: Desk, tmp_path: Path
) -> None:
    opened = cases.open_case(actor=organization.SETUP, entry=entry(company.file), now=clock.now())
    with ExitStack() as stack:
        work = stack.enter_context(site.page("/serve/cases/", "limin", look_inside=True))
        second = stack.enter_context(site.page("/customers/", "limin"))
        other = stack.enter_context(site.page("/customers/", "wangqiang"))
        for page in (work, second, other):
            listening(page)
        work.focus("#zk-search")
        work.keyboard.type("华")
        ref = rings_within_a_second(second, company)
        work.wait_for_selector(POP)
        assert other.locator(POP).count() == 0
        # Typing goes on where one types: no focus, no key is taken.
        work.keyboard.type("夏")
        assert work.input_value("#zk-search") == "华夏"
        assert work.evaluate("document.activeElement.id") == "zk-search"
        expect(work.locator(POP)).to_contain_text("138****5678")
        expect(work.locator(POP)).to_contain_text("certain")
        expect(work.locator(POP)).to_contain_text(opened.number)
        assert Call.objects.get(ref=ref).who == ""
        work.screenshot(path=tmp_path / "pop.png")
        assert barriers(work) == []
        work.keyboard.press("F2")
        assert work.evaluate("document.activeElement.id") == "zk-pop-caller-1"
        work.keyboard.press("Enter")
        attach = work.get_by_role("button", name=f"Attach to {opened.number}")
        work.wait_for_selector(f"{POP} #zk-pop-attach-{opened.case_id}[data-zk-first]")
        assert Call.objects.get(ref=ref).customer_id == company.file.pk
        attach.click()
        expect(work.locator(POP)).to_contain_text("Belongs to")
        expect(work.locator("#zk-hand")).to_contain_text("陈静")
        tell(work, company, ref, "answered")
        tell(work, company, ref, "ended")
        work.wait_for_selector(POP, state="detached")
        # The strip keeps it, also for whoever signs in again.
        work.locator("#zk-hand a").first.click()
        work.fill("#id_note", "客户催促，答应16点前回电")
        work.get_by_role("button", name="Wrap up").click()
        work.wait_for_url("**/reception/calls/")
    found = Call.objects.get(ref=ref)
    assert (found.case_id, found.settled_at is not None) == (opened.case_id, True)
    said = Interaction.objects.filter(about_kind="case", about_id=str(opened.case_id)).order_by("pk")
    assert [one.channel for one in said] == ["mail", "call", "note"]


@pytest.mark.req("CASE-01")
@pytest.mark.req("CASE-13")
def test_window__one_owner_outside_and_two_departments_inside(site: Browsing, company: Desk) -> None:
    """PR-02: call, pop, case with one owner, two departments, replies, the customer informed, closed."""
    with ExitStack() as stack:
        agent = stack.enter_context(site.page("/serve/queue/", "limin"))
        listening(agent)
        tell(agent, company, "w-1", "ringing")
        agent.wait_for_selector(POP)
        agent.keyboard.press("F2")
        agent.keyboard.press("Enter")
        agent.locator(f"{POP} #zk-pop-new[data-zk-first]").click()
        agent.wait_for_url("**/case/")
        agent.select_option("#id_category", "late")
        agent.fill("#id_subject", "两箱货只到一箱")
        agent.get_by_role("button", name="Open the case").click()
        agent.wait_for_url("**/serve/cases/*/")
        case = Case.objects.get(subject="两箱货只到一箱")
        for unit, title in ((company.warehouse, "盘点库区"), (company.linehaul, "核对装车记录")):
            agent.goto(f"/serve/cases/{case.pk}/ask/")
            agent.select_option("#id_unit", str(unit.pk))
            agent.fill("#id_title", title)
            agent.get_by_role("button", name="Ask", exact=True).click()
            agent.wait_for_url(f"**/serve/cases/{case.pk}/")
        case.refresh_from_db()
        assert case.state == "waiting_internal"
        for who, title, text in (
            ("zhaolei", "盘点库区", "库区找到一箱，今晚发出"),
            ("qianjin", "核对装车记录", "漏装，明早第一班补发"),
        ):
            task = Task.objects.get(title=title)
            with site.page(f"/serve/tasks/{task.pk}/", who) as department:
                department.fill("#id_text", text)
                department.get_by_role("button", name="Reply").click()
                department.wait_for_url("**/serve/tasks/**")
            # The owner tells the customer at each change.
            agent.goto(f"/serve/cases/{case.pk}/")
            expect(agent.locator("main")).to_contain_text(text)
            _tell_customer(agent, f"{text}，请放心。")
        case.refresh_from_db()
        assert (case.state, case.transfers) == ("in_work", 0)
        agent.goto(f"/serve/cases/{case.pk}/close/")
        agent.check("#id_solved_0")
        agent.fill("#id_resolution", "两箱都已送达，客户确认")
        agent.select_option("#id_cause", "linehaul")
        agent.select_option("#id_party", "partner")
        agent.select_option("#id_ending", "confirmed")
        agent.get_by_role("button", name="Close the case").click()
        agent.wait_for_url(f"**/serve/cases/{case.pk}/")
    case.refresh_from_db()
    owner = Call.objects.get().staff_id
    assert (case.state, case.solved, case.owner_id, case.contacts) == ("closed", True, owner, 1)
    assert Task.objects.filter(case=case, state="replied").count() == 2


def _tell_customer(agent: Page, text: str) -> None:
    agent.locator("textarea[name=body]").first.fill(text)
    agent.locator("form:has(textarea[name=body]) button.btn-primary").first.click()
    agent.get_by_text(text).first.wait_for()
