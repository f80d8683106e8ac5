"""Every kind of page on a phone: as wide as the screen, legible, and each target fit for a thumb."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.harness.browsers import PHONE, Browsing
from zhike.platform.accounts.models import User
from zhike.platform.calendars.models import Calendar
from zhike.record.agreements.models import Agreement, Promise
from zhike.record.customers.models import Contact, Customer
from zhike.record.organization.models import Staff, Unit
from zhike.record.shipments.models import Shipment
from zhike.service.cases.models import Case

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
# What is too small, too narrow, outside the screen, or no word of any language. What stands amid words may take the
# thumb beyond its line: then its ::after does.
LOOK = r"""() => {
  const seen = (one) => one.checkVisibility({opacityProperty: true, visibilityProperty: true})
    && !one.closest(".visually-hidden, .zk-skip, .pt-skip, .pt-trap");
  const name = (one) => `${one.tagName} ${(one.innerText || one.title || one.name || "").trim().slice(0, 40)}`;
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push(`wide ${document.documentElement.scrollWidth}`);
  for (const one of document.querySelectorAll("a[href], button, select, textarea, summary, input:not([type=hidden])")) {
    if (!seen(one) || one.matches("[type=file]")) continue;
    const place = one.matches("[type=checkbox], [type=radio]") ? one.closest("label") ?? one : one;
    const box = place.getBoundingClientRect();
    const after = getComputedStyle(one, "::after");
    const beyond = after.content !== "none" && after.position === "absolute" ? parseFloat(after.height) || 0 : 0;
    if (box.width && Math.max(box.height, beyond) < 43.5) found.push(`low ${Math.round(box.height)} ${name(one)}`);
  }
  for (const one of document.querySelectorAll("#main *")) {
    const text = [...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join("");
    if (!text || !seen(one)) continue;
    const box = one.getBoundingClientRect();
    if (parseFloat(getComputedStyle(one).fontSize) < 12) found.push(`tiny ${text}`);
    if (box.width < 34 && box.height > 70) found.push(`one sign a line ${text}`);
    if (/\b(None|NaN|undefined|Infinity)\b(?! of| should)|%\(|\{\{/.test(text)) found.push(`raw ${text}`);
  }
  return [...new Set(found)];
}"""


def _pages() -> Iterator[tuple[str, str]]:
    """Address and who opens it; of each template one."""
    row = Customer.objects.filter(pk__in=Shipment.objects.filter(is_open=True).values("customer")).earliest("pk")
    file, person = f"/customers/{row.number}/", Contact.objects.filter(customer=row).earliest("pk").pk
    goods = f"/goods/shipments/{Shipment.objects.filter(is_open=True).earliest('pk').pk}/"
    case = f"/serve/cases/{Case.objects.filter(closed_at=None).earliest('pk').pk}/"
    promise = f"/serve/promises/{Promise.objects.earliest('pk').pk}/"
    agreement = f"/grow/agreements/{Agreement.objects.earliest('pk').number}/"
    calendar = f"/settings/calendars/{Calendar.objects.earliest('pk').pk}/"
    staff = Staff.objects.filter(user_id__in=User.objects.filter(username="agent").values("pk")).get().pk
    outlet = f"/goods/outlets/{Unit.objects.filter(kind='outlet').earliest('pk').pk}/"
    for path in (
        *("/", "/serve/queue/", case, f"{case}close/", f"{case}ask/", "/serve/supervision/", "/serve/tasks/", promise),
        *(f"{promise}again/", "/serve/promises/", file, f"{file}?tab=goods", f"{file}?tab=contacting", f"{file}edit/"),
        *(f"/contacting/people/{person}/", f"/contacting/people/{person}/agree/", "/customers/base/", "/contacting/"),
        *(goods, f"{goods}event/", "/goods/shipments/", "/goods/watch/", "/goods/data/", "/figures/", "/bell/"),
        *("/figures/on_time/?split=region", "/figures/dictionary/", "/improve/knowledge/phrases/", "/me/"),
    ):
        yield path, "supervisor"
    for path in (
        *(
            agreement,
            f"{agreement}edit/",
            "/improve/standards/",
            "/improve/standards/words/",
            "/settings/api-keys/new/",
        ),
        *("/imports/", "/imports/new/", "/settings/calendars/", calendar, f"{calendar}edit/", "/contacting/notices/"),
        *(f"{file}owner/", f"{file}group/", f"{file}merge/", "/settings/operations/", "/settings/authority/", outlet),
        *(f"/settings/people/{staff}/", f"/settings/people/{staff}/leave/", "/settings/roles/", "/settings/units/"),
        *("/settings/parameters/", "/settings/parameters/agreements.review_before/", "/contacting/templates/"),
    ):
        yield path, "admin"


def _faults(page: Page, path: str) -> list[Any]:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200, path
    found: list[Any] = page.evaluate(LOOK)
    return found


def test_pages__fit_a_phone_in_both_languages(desk: Browsing) -> None:
    faults: dict[str, list[Any]] = {}
    pages = list(_pages())
    for who in ("supervisor", "admin"):
        mine = [path for path, opener in pages if opener == who]
        # Each language takes every other page: their templates are the same.
        for language, part in (("en", mine[::2]), ("zh-hans", mine[1::2])):
            with desk.page(part[0], who, language=language, size=PHONE) as page:
                faults |= {f"{path} {language}": _faults(page, path) for path in part}
    told = [f"{path}: {fault}" for path, found in faults.items() for fault in found]
    assert not told, "\n".join(told)


def test_queue__a_row_opens_the_case_itself_on_a_phone(desk: Browsing) -> None:
    with desk.page("/serve/queue/?view=unit", "supervisor", size=PHONE) as page:
        assert not page.locator("#case-body").is_visible()
        page.locator(".zk-queue-row a").first.click()
        page.wait_for_url("**/serve/cases/*/")
        assert page.locator("#case-body").is_visible()
