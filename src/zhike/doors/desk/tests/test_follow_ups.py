"""Pages of follow-ups and comments, what the desk shows of them, and the API."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zhike.doors.desk.tests.test_customer import signed_in
from zhike.platform import clock
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.record.customers.tests.factories import SETUP, contact, customer, phone
from zhike.record.organization.models import Staff
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments.tests.factories import shipment
from zhike.record.shipments.tests.test_api import client_of, send
from zhike.service.cases.models import Case
from zhike.voice.surveys import actions
from zhike.voice.surveys.models import Comment, FollowUp
from zhike.voice.surveys.tests import voices

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
HOUR = timedelta(hours=1)


@pytest.fixture
def desk() -> tuple[Client, Staff]:
    default_calendar()
    return signed_in("agent")


def followed(owner: Staff | None = None, words: str = "张先生说太慢了") -> FollowUp:
    default_calendar()
    now = clock.now()
    of = customer(name="华夏电子", owner=owner) if owner else customer(name="华夏电子")
    said = voices.recipient(
        of,
        contact=contact(of, phone("13800000000")),
        shipment=shipment(customer=of),
        answers={"overall": 1, "effort": 2, "courier": 1, "words": words},
        at=now - HOUR,
    )
    actions.open_follow_ups(actor=SETUP, recipient_ids=[said.pk], heard_at=now, now=now)
    made = FollowUp.objects.get(recipient=said)
    if owner:
        Case.objects.filter(pk=made.case_id or 0).update(owner=owner, scope_unit_id=owner.unit.tree_no)
        FollowUp.objects.filter(pk=made.pk).update(owner=owner, scope_unit_id=owner.unit.tree_no)
        made.refresh_from_db()
    return made


@pytest.mark.req("SURV-31")
def test_page__shows_what_was_said_and_takes_the_end(desk: tuple[Client, Staff]) -> None:
    client, member = desk
    row = followed(member)
    at = reverse("surveys:follow_up", args=[row.pk])
    client.get(at)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(at).content.decode()
    assert len(asked) <= MOST_QUERIES, [query["sql"][:120] for query in asked.captured_queries]
    for text in ("张先生说太慢了", "1 / 5", "华夏电子", "Low score", row.case.number if row.case else ""):
        assert text in page
    assert "13800000000" not in page

    client.post(reverse("surveys:follow_up_tried", args=[row.pk]))
    refused = client.post(reverse("surveys:follow_up_end", args=[row.pk]), {"result": "solved"})
    assert refused.status_code == 422
    assert "Say why they were dissatisfied." in refused.content.decode()
    values = {
        "result": "explained",
        "cause": "courier",
        "score_after": "3",
        "note": "好",
        "close": "on",
        "party": "partner",
    }
    assert client.post(reverse("surveys:follow_up_end", args=[row.pk]), values).status_code == 302
    row.refresh_from_db()
    assert (row.result, row.tries, row.score_after) == ("explained", 1, 3)
    assert Case.objects.get(pk=row.case_id or 0).state == "closed"
    assert "Reached, understands" in client.get(at).content.decode()


@pytest.mark.parametrize("query", ["", "mine=1&open=1&sort=due_at", "unit=1&open=1", "late=1", "result=solved"])
def test_lists__cost_at_most_twelve_queries(desk: tuple[Client, Staff], query: str) -> None:
    client, member = desk
    followed(member)
    for name in ("surveys:follow_ups", "surveys:comments"):
        if name == "surveys:comments" and query:
            continue
        at = f"{reverse(name)}?{query}"
        client.get(at)
        with CaptureQueriesContext(connection) as asked:
            page = client.get(at)
        assert page.status_code == 200
        assert len(asked) <= MOST_QUERIES, [one["sql"][:120] for one in asked.captured_queries]
    shown = "华夏电子" in client.get(f"{reverse('surveys:follow_ups')}?{query}").content.decode()
    assert shown is (query not in {"late=1", "result=solved"})


def test_list__mine_is_mine_alone(desk: tuple[Client, Staff]) -> None:
    client, _member = desk
    followed(organization.staff(roles=("agent",)))
    assert "华夏电子" not in client.get(f"{reverse('surveys:follow_ups')}?mine=1").content.decode()


@pytest.mark.req("SURV-08")
def test_comment__one_click_makes_it_a_case(desk: tuple[Client, Staff]) -> None:
    client, member = desk
    row = followed(member)
    comment = Comment.objects.get()
    assert "张先生说太慢了" in client.get(reverse("surveys:comments") + "?open=1").content.decode()
    assert client.get(reverse("surveys:comment", args=[comment.pk])).status_code == 200
    done = client.post(reverse("surveys:comment_case", args=[comment.pk]))
    assert done.headers["Location"] == reverse("desk:case", args=[row.case_id])
    assert "张先生说太慢了" not in client.get(reverse("surveys:comments") + "?open=1").content.decode()


def test_comment__ticked_ones_are_read(desk: tuple[Client, Staff]) -> None:
    client, member = desk
    followed(member)
    comment = Comment.objects.get()
    client.post(reverse("surveys:comments_noted"), {"ids": [comment.pk]})
    comment.refresh_from_db()
    assert comment.deed == "noted"


@pytest.mark.req("CASE-25")
def test_case_page__says_why_it_exists_and_leads_to_the_result(desk: tuple[Client, Staff]) -> None:
    client, member = desk
    row = followed(member)
    page = client.get(reverse("desk:case_about", args=[row.case_id])).content.decode()
    assert "Said in a survey" in page
    assert "张先生说太慢了" in page
    assert reverse("surveys:follow_up", args=[row.pk]) in page


def test_customer_page__has_last_score_and_open_follow_up(desk: tuple[Client, Staff]) -> None:
    client, member = desk
    row = followed(member)
    of = row.recipient.customer
    assert of is not None
    line = client.get(reverse("surveys:now", args=[of.pk])).content.decode()
    assert "1 / 5" in line
    assert reverse("surveys:follow_up", args=[row.pk]) in line
    tab = client.get(reverse("desk:customer_tab", args=[of.number, "surveys"])).content.decode()
    assert "Low score" not in tab
    assert "Open" in tab


def test_today__offers_quality_what_is_unanswered_and_counts_ones_own(desk: tuple[Client, Staff]) -> None:
    client, member = desk
    followed(member)
    assert "My follow-ups" in client.get(reverse("desk:piles")).content.decode()
    quality, _staff = signed_in("quality")
    assert "Low score 签收后回访" in quality.get(reverse("desk:today")).content.decode()


@pytest.mark.req("SURV-31", "SURV-08")
def test_api__lists_tries_ends_and_makes_cases() -> None:
    agent = client_of("agent", "quality")
    row = followed()
    listed = send(agent, "GET", "/follow-ups?to_do=true&reason=low_score", None, 200)["items"]
    assert [(one["id"], one["score"], one["scale"], one["to_do"]) for one in listed] == [(row.pk, 1, "csat5", True)]
    assert send(agent, "GET", "/follow-ups?late=true", None, 200)["items"] == []
    at = f"/follow-ups/{row.pk}"
    assert send(agent, "POST", f"{at}/tries", {}, 200) == {"tries": 1}
    send(agent, "POST", f"{at}/end", {"result": "solved"}, 422)
    send(agent, "POST", f"{at}/end", {"result": "solved", "cause": "courier", "score_after": 5}, 204)
    assert send(agent, "GET", at, None, 200)["result"] == "solved"
    send(agent, "POST", f"{at}/end", {"result": "solved", "cause": "courier"}, 409)
    (comment,) = send(agent, "GET", "/survey-comments?open=true", None, 200)["items"]
    assert comment["item_key"] == "words"
    made = send(agent, "POST", f"/survey-comments/{comment['id']}/case", {}, 200)
    assert made == {"case_id": row.case_id}
    figures = send(agent, "GET", "/follow-ups/figures", None, 200)
    assert (figures["opened"], figures["in_time"], figures["changed"], figures["comments_made_cases"]) == (1, 1, 1, 1)
