"""Pages of targets: whom to ask, which target would end, who reads another time, where the same time holds."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from zhike.platform.audit.words import naming_of
from zhike.record.agreements import actions
from zhike.record.agreements.models import ServiceTarget, TargetChange
from zhike.record.agreements.tests.factories import SECOND, agreement, changed, first_response, proposed
from zhike.record.agreements.tests.test_pages import signed_in
from zhike.record.customers.tests.factories import customer
from zhike.record.organization import queries as roles
from zhike.service.cases import queries
from zhike.service.cases.tests.factories import NOW, SETUP, case
from zhike.service.cases.tests.test_web import desk, take

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
__all__ = ["desk"]


def test_pages__say_who_may_propose_where_the_reader_may_not(desk: Any) -> None:  # noqa: ANN401 - staff
    row = changed(budget=6 * HOUR)
    target = ServiceTarget.objects.filter(measure=row.measure).latest("pk")
    places = [reverse("cases:targets"), reverse("cases:target", args=[target.pk])]
    with translation.override("zh-hans"):
        who = gettext(", ").join(roles.roles_with(actor=SETUP, right="agreements.set_targets"))
    for place in places:
        asked = signed_in("supervisor").get(place).content.decode()
        assert f"时限变更由以下角色提出：{who}。" in asked
        assert reverse("cases:target_new") not in asked
        told = signed_in("quality").get(place).content.decode()
        assert "时限变更由以下角色提出" not in told


def test_pages__name_the_target_that_would_end(desk: Any) -> None:  # noqa: ANN401 - staff
    changed(category="damaged", customer_class="A", budget=6 * HOUR)
    target = ServiceTarget.objects.filter(category="damaged").latest("pk")
    page = signed_in("quality").get(reverse("cases:target_new"), {"of": str(target.pk), "end": "1"}).content.decode()
    titles = re.findall(r"<h1[^>]*>\s*(提出终止时限：[^<]*?)\s*</h1>", page)
    assert titles == ["提出终止时限：解决，6工作小时（破损，A）"]


def test_agreed__shows_the_words_of_a_category(desk: Any) -> None:  # noqa: ANN401 - staff
    agreement(customer(), first_response(45, category="damaged"))
    page = signed_in("supervisor").get(reverse("cases:targets_agreed")).content.decode()
    with translation.override("zh-hans"):
        word = str(queries.category_labels(actor=SETUP)["damaged"])
    cells = re.findall(r"<td\b.*?</td>", page, re.DOTALL)
    shown = {re.sub(r"<[^>]+>|\s", "", cell) for cell in cells}
    assert word in shown
    assert "damaged" not in shown


def test_preview__counts_who_reads_another_time_and_names_the_class_that_has_the_same(
    desk: Any,  # noqa: ANN401 - staff
) -> None:
    take()
    take(phone="139 1234 5679")
    changed(category="damaged", customer_class="A", budget=2 * HOUR)
    for budget, told in ((2 * HOUR, (2, 0)), (400 * HOUR, (0, 2))):
        made = proposed(category="damaged", budget=budget)
        found = queries.preview_target(actor=SETUP, change=TargetChange.objects.get(pk=made), now=NOW)
        assert (found.told_earlier, found.told_later) == told
        page = signed_in("supervisor").get(reverse("cases:target_change", args=[made])).content.decode()
        assert ("与以下等级的现行时限相同：A。" in page) == (budget == 2 * HOUR)
        TargetChange.objects.filter(pk=made).delete()


@pytest.mark.parametrize("text", ["abc", "9" * 30, "１２", "0"])
def test_new__for_what_is_no_target_is_a_page_that_says_so(desk: Any, text: str) -> None:  # noqa: ANN401 - staff
    assert signed_in("quality").get(reverse("cases:target_new"), {"of": text}).status_code == 404


@pytest.mark.parametrize("text", ["abc", "9" * 30, "１２"])
def test_names__of_what_is_no_id_are_none(desk: Any, text: str) -> None:  # noqa: ANN401 - staff
    for naming in (
        "case",
        "shipment",
        "order",
        "customer",
        "contact",
        "staff",
        "unit",
        "mailbox",
        "file",
        "call",
        "calendar",
    ):
        named = naming_of(naming)
        assert named is not None
        assert named(actor=SETUP, keys=[text]) == {}


def test_change__says_who_approved_or_refused_beside_what_it_rests_on(desk: Any) -> None:  # noqa: ANN401 - staff
    approved = changed(category="damaged", customer_class="A", budget=6 * HOUR).pk
    refused = proposed(category="damaged", budget=2 * HOUR)
    actions.refuse_target(actor=SECOND, change_id=refused, note="不需要", now=NOW)
    for made, label in ((approved, "批准人"), (refused, "驳回人")):
        page = signed_in("supervisor").get(reverse("cases:target_change", args=[made])).content.decode()
        labels = [re.sub(r"<[^>]+>|\s", "", one) for one in re.findall(r"<dt\b.*?</dt>", page, re.DOTALL)]
        assert labels.count(label) == 1
        assert labels.count("依据") == 1


def test_preview__comes_after_the_page_as_a_fragment_and_says_at_least_beyond_its_bound(
    desk: Any,  # noqa: ANN401 - staff
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: Any,  # noqa: ANN401 - a fixture of pytest-django
) -> None:
    for _time in range(3):
        case(category="damaged")
    made = proposed(category="damaged", budget=2 * HOUR)
    client, place = signed_in("supervisor"), reverse("cases:target_preview", args=[made])
    page = client.get(reverse("cases:target_change", args=[made])).content.decode()
    assert f'hx-get="{place}"' in page
    assert "<progress" in page
    assert "zk-piles" not in page
    whole = client.get(place).content.decode()
    assert whole.count('<th scope="row">') == 3
    assert "至少" not in whole
    for module in ("queries.targets", "pages.target_changes"):
        monkeypatch.setattr(f"zhike.service.cases.{module}.MOST", 2)
    with django_assert_max_num_queries(30):
        part = client.get(place).content.decode()
    assert part.count("至少") == 7
    assert part.count('<th scope="row">') == 2
    told = client.get(f"/api/v1/service-target-changes/{made}/preview").json()
    assert (told["looked"], told["clocks"], told["more"]) == (2, 2, True)
    # Exactly as many as are looked at is not more.
    monkeypatch.setattr("zhike.service.cases.queries.targets.MOST", 3)
    assert client.get(f"/api/v1/service-target-changes/{made}/preview").json()["more"] is False
    actions.refuse_target(actor=SECOND, change_id=made, note="不需要", now=NOW)
    assert client.get(place).status_code == 404
