"""The customer's page as an agent uses it: found by `/`, read, written to, and left by its links."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.harness.browsers import PHONE, Browsing
from tests.harness.companies import settle
from zhike.record.customers.models import Contact, Customer
from zhike.record.customers.tests.factories import contact, customer, enquiry, phone
from zhike.record.customers.types import ChainRole
from zhike.record.interactions.models import Interaction
from zhike.record.interactions.tests.factories import call
from zhike.record.organization.models import Staff
from zhike.record.shipments.tests.factories import shipment

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
NAME = "云栖客户关系软件（上海）有限公司"
NAME_TRADITIONAL = "雲棲客戶關係"
NUMBER = "13700001234"


@dataclass(frozen=True, slots=True)
class File:
    """A customer with a person, a call, an enquiry and goods under way."""

    row: Customer
    person: Contact
    waybill: str

    @property
    def path(self) -> str:
        return f"/customers/{self.row.number}/"


@pytest.fixture(scope="module")
def file(desk: Browsing) -> File:
    owner = Staff.objects.filter(user__username="agent").get()
    row = customer(owner, name=NAME)
    person = contact(row, phone(NUMBER), name="陈静", roles=(ChainRole.DECISION_MAKER,))
    call(row, contact_id=person.pk, body="询问到货时间")
    enquiry(row)
    made = shipment(customer=row, waybill=f"ZK{row.pk:010d}")
    settle()
    return File(row, person, made.waybill)


def _is_draft(url: str) -> bool:
    return urlsplit(url).path.startswith("/ui/drafts/")


def _find(page: Page, text: str) -> None:
    page.keyboard.press("/")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


@pytest.mark.req("CUST-04", partial="claims, surveys, opportunities")
def test_customer__is_found_by_phone_and_by_a_name_in_the_other_script(desk: Browsing, file: File) -> None:
    with desk.page("/", "agent") as page:
        _find(page, NUMBER)
        page.wait_for_url(f"**{file.path}**")
        assert page.locator("h1").inner_text() == NAME
        _find(page, NAME_TRADITIONAL)
        page.wait_for_url("**/search/?q=*")
        page.keyboard.press("j")
        assert NAME in page.locator(".zk-item-current").inner_text()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{file.path}")


def test_customer_page__shows_header_people_timeline_and_standing(desk: Browsing, file: File) -> None:
    with desk.page(file.path, "agent") as page:
        header = page.locator(".zk-header").inner_text()
        assert NAME in header
        assert file.row.number in header
        assert file.row.owner.name in header
        for heading in ("Now", "People", "Timeline", "Standing"):
            assert page.get_by_role("heading", name=heading, exact=True).is_visible()
        people = page.locator(".zk-panel", has=page.get_by_role("heading", name="People", exact=True))
        assert "陈静" in people.inner_text()
        assert "137****1234" in people.inner_text()
        assert NUMBER not in page.locator("body").inner_text()
        assert "询问到货时间" in page.locator("#customer-timeline").inner_text()
        for heading in ("Now", "People", "Timeline", "Standing"):
            box = page.get_by_role("heading", name=heading, exact=True).bounding_box()
            assert box is not None
            assert box["y"] < 900, f"{heading} is below the fold"


def test_customer_page__every_linked_row_is_one_click_away(desk: Browsing, file: File) -> None:
    with desk.page(file.path, "agent") as page:
        page.locator("#customer-timeline nav a").last.click()
        seen: set[str] = set()
        for tab in [None, *range(page.locator("#tab .zk-tabs a").count())]:
            if tab is not None:
                page.locator("#tab .zk-tabs a").nth(tab).click()
                page.wait_for_load_state()
            links = page.locator("#main a[href]").evaluate_all("all => all.map((one) => one.href)")
            seen |= {link.partition("#")[0] for link in links if urlsplit(link).scheme == "http"}
        statuses = {link: page.request.get(link).status for link in sorted(seen)}
        assert {link: status for link, status in statuses.items() if status != 200} == {}
        paths = {urlsplit(link).path for link in seen}
        assert f"/customers/people/{file.person.pk}/" in paths
        page.goto(file.path)
        page.get_by_role("link", name="1 shipment on the way").click()
        page.locator("tbody a", has_text=file.waybill[-4:]).click()
        page.wait_for_url("**/goods/shipments/*/")
        assert page.locator("h1").inner_text() == file.waybill


def test_log_contact__is_written_in_the_drawer_by_keyboard_and_shown(desk: Browsing, file: File) -> None:
    said = "客户要求周五上午送到，门卫代收不可"
    with desk.page(file.path, "agent") as page:
        page.keyboard.press("r")
        page.wait_for_selector("#zk-drawer[open]")
        page.locator("#zk-drawer").get_by_label("With whom").select_option(str(file.person.pk))
        page.locator("#zk-drawer").get_by_label("What was said").fill(said)
        with page.expect_request(lambda sent: sent.method == "POST" and not _is_draft(sent.url)) as sent:
            page.keyboard.press("Control+Enter")
        assert urlsplit(sent.value.url).path == f"{file.path}contact/"
        page.wait_for_url(f"**{file.path}")
        page.locator("#customer-timeline", has_text=said).wait_for()
        assert "Contact written down." in page.locator("#zk-toasts").inner_text()
    kept = Interaction.objects.get(body=said)
    assert (kept.customer_id, kept.contact_id) == (file.row.pk, file.person.pk)


def test_drawer__what_was_typed_survives_escape_as_a_draft_of_its_own_page(desk: Browsing, file: File) -> None:
    begun, said = "客户说周六仓库", "客户说周六仓库盘点，不收货"
    with desk.page(file.path, "agent") as page:
        field = page.locator("#zk-drawer").get_by_label("What was said")
        page.keyboard.press("r")
        field.fill(begun)
        with page.expect_response(lambda got: _is_draft(got.url) and got.request.method == "POST"):
            page.keyboard.press("Escape")
        expect(page.locator("#zk-drawer")).to_be_hidden()

        # Wherever it was typed, it is kept on the server for the form's own page, and named there by its heading.
        page.evaluate("localStorage.clear()")
        page.goto("/")
        page.locator("[data-zk-hand^='draft:'] a").first.click()
        page.wait_for_url(f"**{file.path}contact/")
        field = page.get_by_label("What was said")
        expect(field).to_have_value(begun)
        page.goto(file.path)
        page.keyboard.press("r")
        field = page.locator("#zk-drawer").get_by_label("What was said")
        expect(field).to_have_value(begun)
        field.fill(said)
        page.keyboard.press("Control+Enter")
        page.locator("#customer-timeline", has_text=said).wait_for()

        # What has been sent is no draft any more.
        page.wait_for_load_state("networkidle")
        page.goto(f"{file.path}contact/")
        page.wait_for_load_state("networkidle")
        assert page.get_by_label("What was said").input_value() == ""
        page.goto("/")
        expect(page.locator("[data-zk-hand^='draft:']")).to_have_count(0)
    assert Interaction.objects.filter(customer=file.row, body__in=[begun, said]).count() == 1


def test_note__is_yellow_and_seen_inside_only(desk: Browsing, file: File) -> None:
    with desk.page(file.path, "agent") as page:
        page.get_by_role("link", name="Write a note").click()
        page.locator("#zk-drawer").get_by_label("What the customer said").fill("明年搬到临港")
        page.locator("#zk-drawer").get_by_role("button", name="Keep the note").click()
        entry = page.locator(".zk-entry", has_text="明年搬到临港")
        entry.wait_for()
        assert "zk-entry-internal" in (entry.get_attribute("class") or "")


def test_contact__is_added_from_the_page(desk: Browsing, file: File) -> None:
    with desk.page(file.path, "agent") as page:
        page.get_by_role("link", name="Add", exact=True).click()
        page.get_by_label("Name", exact=False).first.fill("周航")
        page.get_by_label("Phone").first.fill("１３７００００５６７８")
        page.locator("form .btn-primary").click()
        page.wait_for_url(lambda url: not url.endswith("/new/"))
        assert "周航" in page.locator("#main").inner_text()
    added = Contact.objects.get(customer=file.row, name="周航")
    assert added.active


def test_customer_page__speaks_the_language_that_is_chosen(desk: Browsing, file: File) -> None:
    with desk.page(file.path, "agent") as page:
        for name, tag, timeline in (
            ("简体中文", "zh-Hans", "时间线"),
            ("繁體中文", "zh-Hant", "時間軸"),
            ("English", "en", "Timeline"),
        ):
            page.locator("summary", has=page.locator("[lang]")).first.click()
            page.get_by_role("button", name=name).click()
            page.wait_for_selector(f"html[lang={tag}]")
            assert page.get_by_role("heading", name=timeline, exact=True).is_visible()
            assert page.url.endswith(file.path)


def test_customer_page__fits_a_phone(desk: Browsing, file: File) -> None:
    with desk.page(file.path, "agent", language="zh-hans", size=PHONE) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
        assert page.locator("h1").inner_text() == NAME
