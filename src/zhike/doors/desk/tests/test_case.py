"""The case page and the workbench, as people at the desk and in departments use them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zhike.platform import clock
from zhike.platform.accounts.models import User
from zhike.platform.actors import Actor, ActorKind
from zhike.record.customers.tests.factories import contact, customer
from zhike.record.customers.types import Channel
from zhike.record.organization import actions as organization_actions
from zhike.record.organization.models import Staff, Unit
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments.tests.factories import shipment
from zhike.service.cases import actions
from zhike.service.cases.models import Case, Presence, Task, WebAuthor
from zhike.service.cases.policies import ASK_OUTSIDE
from zhike.service.cases.tests.factories import SETUP, case, said
from zhike.service.cases.types import CaseKind, CaseState, TaskEntry
from zhike.service.cases.types.web import AnswerBy, WebEntry

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def signed_in(*roles: str, at: Unit | None = None) -> tuple[Client, Staff]:
    member = organization.staff(at, roles=roles)
    opened = organization_actions.open_staff_account(
        actor=organization.SETUP,
        staff_id=member.pk,
        username=f"user{member.pk}",
        password="correct horse battery",
        now=organization.NOW,
    )
    client = Client()
    client.force_login(User.objects.get(pk=opened.user_id))
    return client, member


def live_case(owner: Staff, **changes: Any) -> Case:
    now = clock.now()
    return case(owner_id=owner.pk, now=now, **changes)


@pytest.mark.req("CASE-02", "CASE-11")
def test_page__opens_for_a_unit_that_was_only_asked_without_the_customers_file() -> None:
    _desk, agent = signed_in("agent")
    made = live_case(agent, shipment_id=shipment().pk)
    unit = organization.unit(name="浦东网点")
    outlet, member = signed_in("outlet", at=unit)
    actor = organization.actor_of(agent, now=clock.now())
    actions.ask_unit(
        actor=actor, case_id=made.pk, entry=TaskEntry(unit_id=unit.pk, title="请核实到件"), now=clock.now()
    )
    listed = outlet.get(reverse("cases:list")).content.decode()
    place = reverse("desk:case", args=[made.pk])
    assert place in listed
    page = outlet.get(place)
    assert page.status_code == 200
    text = page.content.decode()
    assert made.customer.name in text
    assert reverse("desk:customer", args=[made.customer.number]) not in text
    assert outlet.get(reverse("desk:case_about", args=[made.pk])).status_code == 200
    assert member.pk != agent.pk


@pytest.mark.req("CASE-02")
def test_page__shows_outside_and_inside_apart_in_at_most_twelve_queries() -> None:
    client, agent = signed_in("agent")
    made = live_case(agent, shipment_id=shipment().pk)
    unit = organization.unit(name="浦东网点")
    actor = organization.actor_of(agent, now=clock.now())
    entry = TaskEntry(unit_id=unit.pk, title="请核实到件")
    actions.ask_unit(actor=actor, case_id=made.pk, entry=entry, now=clock.now())
    client.get(reverse("desk:case", args=[made.pk]))
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(reverse("desk:case", args=[made.pk]))
    page = answer.content.decode()
    assert answer.status_code == 200
    for words in (made.number, "还没有送到", "原定昨天送达", "请核实到件", "浦东网点", agent.name):
        assert words in page
    own = [q["sql"] for q in seen.captured_queries if '"cases_' in q["sql"] or "calendars_" in q["sql"]]
    assert len(own) <= 12, own


def test_page__reply_is_recorded_and_an_answer_asks_for_its_cause() -> None:
    client, agent = signed_in("agent")
    made = live_case(agent)
    at = reverse("cases:reply", args=[made.pk])
    sent = client.post(at, {"channel": "call", "body": "正在查，18点前回复您"})
    assert sent.status_code == 302
    assert Case.objects.get(pk=made.pk).state == "in_work"
    refused = client.post(at, {"channel": "call", "body": "已送达", "answer": "on"})
    assert refused.status_code == 422
    assert "已送达" in refused.content.decode()
    coded = {"channel": "call", "body": "已送达", "answer": "on", "cause": "linehaul", "party": "partner"}
    assert client.post(at, coded).status_code == 302
    assert Case.objects.get(pk=made.pk).state == "answered"


def test_page__refused_answer_stands_again_in_its_place_and_speaks_of_answering() -> None:
    client, agent = signed_in("agent")
    made = live_case(agent)
    at = reverse("cases:reply", args=[made.pk])
    sent = {"channel": "call", "body": "已送达", "answer": "on", "cause": "linehaul", "party": "outlet"}
    refused = client.post(at, sent, headers={"Accept-Language": "en"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert 'id="case-outside"' in page
    assert "原定昨天送达" in page
    assert ">已送达</textarea>" in page
    assert '<option value="linehaul" selected>' in page
    assert '<option value="outlet" selected>' in page
    unit = page[page.index('id="reply-unit"') :][:200]
    assert 'aria-invalid="true"' in unit
    assert 'data-zk-needed-when="party contractor department outlet"' in unit
    again = client.post(at, {"channel": "call", "body": "已送达", "answer": "on"}).content.decode()
    assert "回复须写明原因" in again
    assert "结案" not in again[again.index("zk-error") : again.index("reply-body")]
    assert Case.objects.get(pk=made.pk).state == "new"


def test_page__what_was_written_for_one_is_not_sent_to_who_spoke_since() -> None:
    client, agent = signed_in("agent")
    made = live_case(agent)
    first, then = (contact(made.customer, name=name) for name in ("陈首", "何次"))
    actions.attach_contact(actor=SETUP, case_id=made.pk, said=said("在吗", contact_id=first.pk), now=clock.now())
    page = client.get(reverse("desk:case", args=[made.pk])).content.decode()
    assert f'name="to" value="contact:{first.pk}"' in page
    actions.attach_contact(actor=SETUP, case_id=made.pk, said=said("换我问", contact_id=then.pk), now=clock.now())
    sent = {"channel": "call", "body": "陈先生，合同价照旧", "to": f"contact:{first.pk}"}
    refused = client.post(reverse("cases:reply", args=[made.pk]), sent)
    assert refused.status_code == 422
    text = refused.content.decode()
    assert "何次又说了话" in text
    assert "陈先生，合同价照旧" in text
    assert f'name="to" value="contact:{then.pk}"' in text
    sent["to"] = f"contact:{then.pk}"
    assert client.post(reverse("cases:reply", args=[made.pk]), sent).status_code == 302


@pytest.mark.parametrize(
    ("text", "shown"),
    [("原定昨天送达，至今没有消息", "原定昨天送达，至今没有消息"), ("", None), ("外包装破了一角", None)],
)
def test_page__the_opening_stands_once_on_it(text: str, shown: str | None) -> None:
    client, agent = signed_in("agent")
    made = live_case(agent, subject="外包装破了一角", text=text, channel=Channel.CALL)
    page = client.get(reverse("desk:case", args=[made.pk])).content.decode()
    body = page[page.index("<main") :]
    talk = body[body.index('id="case-outside"') :]
    # The talk says it neither above the words of the customer nor in their place: the heading has it.
    assert "外包装破了一角" in body
    assert "外包装破了一角" not in talk
    if shown:
        assert talk.count(shown) == 1
    else:
        assert "见上方标题" in talk
    # What is said under another subject keeps it.
    now = clock.now()
    other = said("另外想问运费", channel=Channel.CALL, subject="运费", at=now)
    actions.attach_contact(actor=organization.actor_of(agent, now=now), case_id=made.pk, said=other, now=now)
    assert "运费" in client.get(reverse("desk:case", args=[made.pk])).content.decode()


def test_page__coding_is_asked_for_while_the_answer_is_ticked() -> None:
    client, agent = signed_in("agent")
    at = reverse("desk:case_coding", args=[live_case(agent).pk])
    assert 'name="cause"' in client.get(at, {"answer": "on"}).content.decode()
    assert client.get(at).content == b""


def test_close__refused_says_so_at_its_field_and_the_answers_coding_is_there() -> None:
    client, agent = signed_in("agent")
    made = live_case(agent)
    at = reverse("cases:close", args=[made.pk])
    sent = {"solved": "1", "resolution": "已送达", "cause": "linehaul", "party": "outlet", "ending": "confirmed"}
    refused = client.post(at, sent)
    page = refused.content.decode()
    assert refused.status_code == 422
    unit = page[page.index('name="unit"') :].partition(">")[0]
    assert 'aria-invalid="true"' in unit
    assert '<option value="linehaul" selected>' in page
    answer = {"channel": "call", "body": "已送达", "answer": "on", "cause": "weather", "party": "partner"}
    assert client.post(reverse("cases:reply", args=[made.pk]), answer).status_code == 302
    page = client.get(at).content.decode()
    assert '<option value="weather" selected>' in page
    assert '<option value="partner" selected>' in page


def test_page__the_author_of_the_web_is_named_and_answered_as_they_wish() -> None:
    client, agent = signed_in("agent")
    file, now = customer(), clock.now()
    goods = shipment(customer=file)
    made = case(file, owner_id=agent.pk, shipment_id=goods.pk, channel=Channel.WECHAT, now=now - HOUR)
    asking = Actor(kind=ActorKind.PUBLIC, id="web", rights=frozenset({ASK_OUTSIDE.code}))
    matter = WebEntry(
        kind=CaseKind.COMPLAINT,
        category="damaged",
        text="外箱破了",
        name="周航",
        answer_by=AnswerBy.SMS,
        phone="13900000001",
        once="x",
        waybill=goods.waybill,
    )
    actions.take_web_matter(actor=asking, entry=matter, now=now)
    page = client.get(reverse("desk:case", args=[made.pk])).content.decode()
    talk = page[page.index('class="zk-talk"') : page.index('id="reply-body"')]
    assert "周航" in talk
    assert '<option value="sms" selected>' in page
    assert "告知周航" in page[page.index('id="reply-body"') :]
    client.post(reverse("cases:reply", args=[made.pk]), {"channel": "sms", "body": "已安排补发"})
    page = client.get(reverse("desk:case", args=[made.pk])).content.decode()
    # Both lines, and the next answer is theirs too.
    assert page[page.index('class="zk-talk"') : page.index("zk-reply-help")].count("周航") == 2
    assert 'name="to" value="web:周航"' in page


def test_page__the_customer_sees_is_in_the_words_of_the_customers_page() -> None:
    client, agent = signed_in("agent")
    page = client.get(reverse("desk:case", args=[live_case(agent).pk])).content.decode()
    shown = page[page.index("zk-sees") :].partition("</section>")[0]
    assert "已收到" in shown
    assert "新建" not in shown


def test_queue__mine_first_by_deadline_and_the_chosen_case_beside_it() -> None:
    client, agent = signed_in("agent")
    first = live_case(agent, subject="先到期", at=clock.now() - 5 * HOUR)
    second = live_case(agent, subject="后到期")
    someone = organization.staff(roles=("agent",))
    live_case(someone, subject="别人的")
    page = client.get(reverse("desk:queue")).content.decode()
    assert page.index("先到期") < page.index("后到期")
    assert "别人的" not in page
    beside = client.get(reverse("desk:queue") + f"?view=mine&case={second.pk}").content.decode()
    assert f'action="{reverse("cases:reply", args=[second.pk])}"' in beside
    assert f'action="{reverse("cases:reply", args=[first.pk])}"' not in beside
    pane = client.get(reverse("desk:case_pane", args=[first.pk]), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in pane
    assert first.number in pane


@pytest.mark.req("CASE-13")
def test_task__the_outlet_sees_what_is_needed_answers_it_and_nothing_of_the_talk() -> None:
    unit = organization.unit()
    outlet, _member = signed_in("outlet", at=unit)
    _client, agent = signed_in("agent")
    made = live_case(agent, text="客户的私事")
    actor = organization.actor_of(agent, now=clock.now())
    task = actions.ask_unit(
        actor=actor, case_id=made.pk, entry=TaskEntry(unit_id=unit.pk, title="请核实到件"), now=clock.now()
    )
    page = outlet.get(reverse("cases:task", args=[task])).content.decode()
    assert "请核实到件" in page
    assert "客户的私事" not in page
    assert "请核实到件" in outlet.get(reverse("cases:tasks")).content.decode()
    outlet.post(reverse("cases:task_take", args=[task]))
    outlet.post(reverse("cases:task_end", args=[task]), {"text": "已到件，明早送", "way": "reply"})
    assert (Task.objects.get(pk=task).state, Case.objects.get(pk=made.pk).state) == ("replied", "in_work")
    stranger, _member = signed_in("outlet", at=organization.unit())
    assert stranger.get(reverse("cases:task", args=[task])).status_code == 404


def test_task__goods_out_of_reach_are_named_without_a_link() -> None:
    unit = organization.unit()
    outlet, _member = signed_in("outlet", at=unit)
    _client, agent = signed_in("agent")
    goods = shipment()
    made = live_case(agent, shipment_id=goods.pk)
    actor = organization.actor_of(agent, now=clock.now())
    entry = TaskEntry(unit_id=unit.pk, title="请核实到件")
    task = actions.ask_unit(actor=actor, case_id=made.pk, entry=entry, now=clock.now())
    there = reverse("desk:shipment", args=[goods.pk])
    assert outlet.get(there).status_code == 404
    page = outlet.get(reverse("cases:task", args=[task])).content.decode()
    assert goods.waybill in page
    assert there not in page
    assert there in _client.get(reverse("cases:task", args=[task])).content.decode()


def test_collision__who_else_is_here_and_writes_is_shown() -> None:
    one, agent = signed_in("agent")
    other, colleague = signed_in("agent")
    made = live_case(agent)
    at = reverse("desk:case_here", args=[made.pk])
    assert colleague.name not in one.post(at, {"first": "1"}).content.decode()
    other.post(at, {"typing": "1"})
    assert Presence.objects.filter(case=made).count() == 2
    assert "zk-tone-warn" in one.post(at).content.decode()


@pytest.mark.req("CASE-12")
def test_supervision__lists_next_deadlines_unlooked_parked_and_overdue() -> None:
    boss, _member = signed_in("supervisor")
    _client, agent = signed_in("agent")
    forgotten = live_case(agent, subject="被忘的", at=clock.now() - timedelta(days=9))
    parked = live_case(agent, subject="挂起的")
    actor = organization.actor_of(agent, now=clock.now())
    actions.attach_contact(actor=SETUP, case_id=parked.pk, said=said("照片已发"), now=clock.now())
    actions.set_waiting(
        actor=actor, case_id=parked.pk, state=CaseState.WAITING_CUSTOMER, reason="等照片", now=clock.now()
    )
    page = boss.get(reverse("cases:supervision")).content.decode()
    parts = page.split('id="parked"')
    assert forgotten.number in parts[0]
    assert parked.number in parts[1].split("</section>")[0]


def test_new_case__from_the_customers_page_joins_what_is_open() -> None:
    client, agent = signed_in("agent")
    row = customer()
    made = live_case(agent)
    at = reverse("cases:new") + f"?customer={made.customer.number}"
    form = client.get(at)
    assert form.status_code == 200
    values = {"kind": "complaint", "category": "late", "channel": "call", "subject": "又来催", "severity": "normal"}
    sent = client.post(at, values)
    assert sent["Location"] == reverse("desk:case", args=[made.pk])
    other = client.post(reverse("cases:new") + f"?customer={row.number}", values)
    assert other.status_code == 302
    assert Case.objects.count() == 2
    wrong = client.post(at, {**values, "waybill": "0000000000"})
    assert wrong.status_code == 422


def test_new_case__without_a_customer_asks_whose_it_is() -> None:
    client, _agent = signed_in("agent")
    row = customer()
    at = reverse("cases:new")
    asked = client.get(at)
    assert asked.status_code == 200
    assert 'name="whose"' in asked.content.decode()
    found = client.get(at, {"whose": f" {row.number.lower()} "})
    assert found["Location"] == f"{at}?customer={row.number}"
    missing = client.get(at, {"whose": "XX-NOBODY"})
    assert missing.status_code == 200
    assert 'aria-invalid="true"' in missing.content.decode()


@pytest.mark.parametrize(
    ("way", "shown", "hidden"),
    [(AnswerBy.SMS, "139****5678", "139 1234 5678"), (AnswerBy.CALL, "139 1234 5678", "139****5678")],
)
def test_case__a_number_typed_on_the_web_is_whole_only_where_a_call_was_asked_for(
    way: AnswerBy, shown: str, hidden: str
) -> None:
    client, agent = signed_in("agent")
    made = live_case(agent)
    for once in ("one", "two"):
        WebAuthor.objects.create(
            case_id=made.pk,
            name="陈先生",
            phone="+8613912345678",
            answer_by=way.value,
            language="zh-hans",
            sees_all=True,
            is_known=False,
            once=once,
            at=clock.now(),
            link_until=clock.now() + timedelta(days=1),
        )
    page = client.get(reverse("desk:case_about", args=[made.pk])).content.decode()
    assert page.count(shown) == 1  # who writes twice in one way stands there once
    assert hidden not in page


@pytest.mark.parametrize("name", ["list", "tasks", "words"])
def test_lists__open(name: str) -> None:
    client, _member = signed_in("quality", "agent")
    case(actor=SETUP, now=clock.now())
    assert client.get(reverse(f"cases:{name}")).status_code == 200


def test_ledger__explains_a_clock() -> None:
    client, agent = signed_in("agent")
    made = live_case(agent)
    page = client.get(reverse("desk:case", args=[made.pk])).content.decode()
    address = page.split('href="/serve/clocks/case/')[1].split('"')[0]
    assert client.get(f"/serve/clocks/case/{address}").status_code == 200
