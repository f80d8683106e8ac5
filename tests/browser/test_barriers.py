"""axe-core once a page template: nothing serious or critical, in the light and in the dark."""

from collections.abc import Callable
from typing import Literal

import pytest

from tests.harness.browsers import DESK, PHONE, Browsing, barriers
from zhike.platform import clock
from zhike.record.customers.models import Contact, Customer
from zhike.record.shipments.models import Shipment
from zhike.service.cases import actions as cases
from zhike.service.cases.tests.factories import SETUP, case
from zhike.service.cases.types import TaskEntry

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def _customer_pages() -> list[str]:
    row = Customer.objects.filter(pk__in=Shipment.objects.filter(is_open=True).values("customer")).earliest("pk")
    person = Contact.objects.filter(customer=row).earliest("pk")
    file = f"/customers/{row.number}/"
    return [
        "/customers/",
        file,
        f"{file}?tab=net",
        f"{file}?tab=file",
        f"{file}edit/",
        f"{file}people/new/",
        f"/customers/people/{person.pk}/",
        "/customers/enquiries/",
    ]


def _goods_pages() -> list[str]:
    row = Shipment.objects.filter(is_open=True).earliest("pk")
    return [
        "/goods/shipments/",
        f"/goods/shipments/{row.pk}/",
        f"/goods/shipments/{row.pk}/reply/",
        "/goods/watch/",
        "/goods/data/",
        "/goods/orders/new/",
    ]


def _case_pages() -> list[str]:
    """A case with a task out at an outlet, and another one that only waits."""
    row = Shipment.objects.filter(is_open=True, customer__isnull=False, destination_unit__isnull=False).earliest("pk")
    now = clock.now()
    assert row.customer is not None
    assert row.destination_unit_id is not None
    made = case(row.customer, shipment_id=row.pk, now=now)
    case(row.customer, category="damaged", now=now)
    asked = TaskEntry(unit_id=row.destination_unit_id, title="请核实到货时间")
    task_id = cases.ask_unit(actor=SETUP, case_id=made.pk, entry=asked, now=now)
    own = f"/serve/cases/{made.pk}/"
    deeds = ["contact", "note", "wait", "ask", "close", "escalate", "remedy", "assign", "edit"]
    return [
        "/serve/queue/",
        "/serve/cases/",
        "/serve/supervision/",
        "/serve/tasks/",
        f"/serve/tasks/{task_id}/",
        f"/serve/cases/new/?customer={row.customer.number}",
        own,
        *[f"{own}{deed}/" for deed in deeds],
        f"/customers/{row.customer.number}/?tab=cases",
    ]


SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
FIGURE_PAGES = ["/figures/", "/figures/on_time/?split=region", "/figures/on_time/rows/", "/figures/dictionary/"]
OTHER_PAGES = [
    "/",
    "/search/?q=%E4%B8%8A%E6%B5%B7&stay=1",
    "/search/?q=none+such",
    "/bell/",
    "/me/",
    "/goods/shipments/?q=0000000",
]


AREAS: dict[str, Callable[[], list[str]]] = {
    "customers": _customer_pages,
    "goods": _goods_pages,
    "cases": _case_pages,
    "figures": lambda: FIGURE_PAGES,
    "others": lambda: OTHER_PAGES,
}


@pytest.mark.parametrize("area", list(AREAS))
def test_pages__put_up_no_barrier(desk: Browsing, area: str) -> None:
    pages = AREAS[area]()
    with desk.page("/", "supervisor", theme="auto", look_inside=True) as page:
        found: dict[str, list[str]] = {}
        for path in pages:
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                found[f"{path} {scheme}"] = barriers(page)
        assert {path: said for path, said in found.items() if said} == {}


def test_pages__put_up_no_barrier_on_a_phone_and_fit_it(desk: Browsing) -> None:
    for language in ("zh-hans", "en"):
        with desk.page("/", "supervisor", language=language, size=PHONE, look_inside=True) as page:
            for path in (_customer_pages()[1], _goods_pages()[1], "/goods/shipments/", "/figures/"):
                page.goto(path)
                assert barriers(page) == [], path
                assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0], (path, language)


def test_layers__put_up_no_barrier(desk: Browsing) -> None:
    with desk.page("/figures/", "supervisor", size=DESK, look_inside=True) as page:
        page.locator(".zk-figure h3 a").first.click()
        page.wait_for_selector("#zk-drawer[open] #figure-rows")
        assert barriers(page) == []
        page.keyboard.press("Escape")
        page.keyboard.press("Control+k")
        page.wait_for_selector("#zk-palette-list a")
        assert barriers(page) == []
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        page.wait_for_selector("#zk-help[open]")
        assert barriers(page) == []
