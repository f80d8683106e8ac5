"""Pages of agreements and promises, as people walk through them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from zhike.platform import clock
from zhike.platform.accounts.models import User
from zhike.record.agreements.models import Agreement, Promise
from zhike.record.agreements.tests.factories import agreement, promise
from zhike.record.customers.tests.factories import customer
from zhike.record.organization import actions as people
from zhike.record.organization.tests import factories as organization

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def signed_in(*roles: str) -> Client:
    member = organization.staff(roles=roles)
    made = people.open_staff_account(
        actor=organization.SETUP,
        staff_id=member.pk,
        username=f"user{member.pk}",
        password="correct horse battery",
        now=organization.NOW,
    )
    client = Client()
    client.force_login(User.objects.get(pk=made.user_id), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_agreement__is_drafted_put_in_force_and_ended_on_its_pages() -> None:
    of, client = customer(), signed_in("supervisor")
    address = f"{reverse('agreements:new')}?customer={of.number}"
    assert client.get(address).status_code == 200
    wrong = client.post(address, {"title": "", "valid_from": "2026-01-01"})
    assert (wrong.status_code, Agreement.objects.count()) == (422, 0)
    sent = {"title": "2026年度协议", "valid_from": "2026-01-01", "service_0": "华东零担", "price_0": "1.25"}
    assert client.post(address, sent).status_code == 302
    row = Agreement.objects.get()
    page = reverse("agreements:agreement", args=[row.number])
    assert "华东零担" in client.get(page).content.decode()
    client.post(reverse("agreements:start", args=[row.number]))
    assert row.number in client.get(reverse("agreements:list")).content.decode()
    row.refresh_from_db()
    assert row.state == "in_force"
    # Who may only read is offered nothing and changes nothing.
    reader = signed_in("agent")
    assert reader.get(page).status_code == 200
    assert reader.post(reverse("agreements:end", args=[row.number]), {"last_day": "2026-11-30"}).status_code == 403


def test_agreement__of_a_colleague_is_read_and_neither_offered_nor_taken_to_change() -> None:
    row = agreement(customer())
    page, edit, end = (reverse(f"agreements:{name}", args=[row.number]) for name in ("agreement", "edit", "end"))
    client = signed_in("account_manager")
    shown = client.get(page).content.decode()
    assert (edit in shown, end in shown) == (False, False)
    assert [client.get(edit).status_code, client.get(end).status_code, client.post(edit, {}).status_code] == [403] * 3
    above = signed_in("supervisor")
    assert edit in above.get(page).content.decode()
    assert above.get(edit).status_code == 200


@pytest.mark.req("AGRE-02", partial="appraisal")
def test_agreement__a_new_version_shows_what_changes_before_it_is_written() -> None:
    row, client = agreement(customer()), signed_in("supervisor")
    edit = reverse("agreements:edit", args=[row.number])
    assert "变更原因" in client.get(edit).content.decode()
    sent = {
        "title": row.title,
        "valid_from": "2099-02-01",
        "valid_until": "2099-12-31",
        "service_0": "华南零担",
        "price_0": "1.5",
        "currency_0": "CNY",
    }
    wrong = client.post(edit, sent)
    assert (wrong.status_code, "reason" in wrong.context["form"].errors) == (422, True)
    sent["reason"] = "客户改走华南"
    # What the action would refuse is said before any preview.
    assert client.post(edit, {**sent, "valid_from": "2020-01-01"}).status_code == 422
    shown = client.post(edit, sent)
    page = shown.content.decode()
    assert shown.status_code == 200
    for said in ("华东零担 · 1.25 CNY · 千克", "华南零担 · 1.5 CNY", "客户改走华南"):
        assert said in page
    assert f"<div>{row.title}</div>" not in page  # what stays is not among what changes
    assert reverse("cases:agreement_preview", args=[row.number]) in page
    row.refresh_from_db()
    assert row.version == 1
    # Going on writing keeps what was typed; the second button writes it.
    assert "客户改走华南" in client.post(edit, {**sent, "again": "1"}).content.decode()
    assert client.post(edit, {**sent, "apply": "1"}).status_code == 302
    row.refresh_from_db()
    assert row.version == 2
    assert "客户改走华南" in client.get(reverse("agreements:agreement", args=[row.number])).content.decode()


def test_agreement__that_is_not_there_is_a_page_that_says_so() -> None:
    assert signed_in("supervisor").get(reverse("agreements:agreement", args=["AG-404"])).status_code == 404


def test_pages__cost_few_queries(django_assert_max_num_queries: pytest.FixtureRequest) -> None:
    of, client = customer(), signed_in("supervisor")
    row = agreement(of)
    made = promise(of)
    for address in (
        reverse("agreements:list"),
        reverse("agreements:agreement", args=[row.number]),
        reverse("agreements:promises"),
        reverse("agreements:promise", args=[made.pk]),
    ):
        client.get(address)
        with django_assert_max_num_queries(12):  # type: ignore[operator]
            assert client.get(address).status_code == 200


def test_promise__is_kept_and_taken_back_by_undo_and_on_its_page() -> None:
    client, now = signed_in("supervisor"), clock.now()
    made = promise(now=now, due_at=now + 2 * HOUR)
    page, back = (reverse(f"agreements:promise{name}", args=[made.pk]) for name in ("", "_reopen"))
    assert back not in client.get(page).content.decode()
    client.post(reverse("agreements:promise_keep", args=[made.pk]), {})
    # In the message, and as a step of the page.
    assert client.get(page).content.decode().count(back) > 1
    assert client.post(back).status_code == 302
    assert Promise.objects.get().state == "open"
    assert back not in client.get(page).content.decode()
    # A second time there is nothing to take back, and that is said.
    client.post(back)
    assert "不再变动" in client.get(page).content.decode()
    assert client.get(back).status_code == 405
