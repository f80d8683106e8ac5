"""Waves: the audience frozen on the day, each form for its audience, the steps, the counts."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from pytest_django import Settings

from zhike.platform.audit.models import AuditEntry
from zhike.platform.errors import Forbidden, Invalid
from zhike.record.customers import actions as customers
from zhike.record.customers.models import Contact
from zhike.record.customers.types import CLASS, ChainRole, Industry, Stage, StandingEntry
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.types import RoleReach
from zhike.voice.surveys import actions, queries
from zhike.voice.surveys.models import Campaign, Recipient
from zhike.voice.surveys.rules.campaigns import in_sample
from zhike.voice.surveys.tests.asking import DAY, NOW, SETUP, TODAY, entry, form, person, served, started
from zhike.voice.surveys.types import Audience, CampaignState, Disposition, Trigger
from zhike.voice.surveys.types.campaigns import (
    NO_CONTACT,
    CampaignMoved,
    NobodyToAsk,
    NoPublicAddress,
    SegmentFilter,
    StepWords,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pages(settings: Settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://desk.example.com"]


def recipients(number: str) -> list[Recipient]:
    return list(Recipient.objects.filter(campaign__number=number).order_by("pk"))


def classed(customer_id: int, letter: str, value: int | None = None) -> None:
    number = Decimal(value) if value is not None else None
    item = StandingEntry(customer_id=customer_id, kind=CLASS.code, text=letter, number=number, as_of=NOW)
    customers.set_standing(actor=SETUP, entries=[item], source="tests", now=NOW)


def outcome(number: str, audience: Audience, **counts: int) -> None:
    """What became of this audience, as the counts say."""
    rows = list(Recipient.objects.filter(campaign__number=number, audience=audience.value).order_by("pk"))
    codes = [Disposition(name) for name, n in counts.items() for _one in range(n)]
    for row, code in zip(rows, codes, strict=True):
        row.disposition, row.invited_at = code.value, NOW
        row.submitted_at = NOW if code is Disposition.ANSWERED else None
        row.save()


@pytest.mark.req("SURV-05", "SURV-01")
def test_response__is_answered_by_sent_per_form_and_combined() -> None:
    of = served()
    for role, n in ((ChainRole.DECISION_MAKER, 25), (ChainRole.USER, 31)):
        for _one in range(n):
            person(of, role.value)
    number = started(forms={Audience.SENIOR: form(Audience.SENIOR).pk, Audience.GENERAL: form().pk})
    outcome(number, Audience.GENERAL, answered=24, refused=4, unreachable=3)
    outcome(number, Audience.SENIOR, answered=19, silent=5, complaint=1)
    view = queries.campaign(actor=SETUP, number=number)
    rates = {one.audience: (one.counts.sent, one.counts.response_rate) for one in view.forms}
    assert {who: (sent, round(rate or 0, 2)) for who, (sent, rate) in rates.items()} == {
        Audience.GENERAL: (31, Decimal("77.42")),
        Audience.SENIOR: (25, Decimal("76.00")),
    }
    assert (view.counts.sent, view.counts.answered, round(view.counts.response_rate or 0, 2)) == (
        56,
        43,
        Decimal("76.79"),
    )


@pytest.mark.req("SURV-20", partial="the room that warns comes later")
def test_counts__show_refusals_and_complaints_without_score_beside_the_rate() -> None:
    of = served()
    for _one in range(10):
        person(of)
    number = started()
    outcome(number, Audience.GENERAL, answered=4, refused=2, unscored=1, complaint=1, unreachable=1, silent=1)
    counts = queries.campaign(actor=SETUP, number=number).counts
    assert (counts.response_rate, counts.refusal_rate, counts.without_score) == (Decimal(40), Decimal(20), 2)


@pytest.mark.req("SURV-05")
def test_start__freezes_all_customers_in_service_that_day_and_counts_where_nobody_can_be_asked() -> None:
    during, after, back = (served(stage) for stage in (Stage.DURING, Stage.AFTER, Stage.WON_BACK))
    people = [person(one).pk for one in (during, after, back, during)]
    for other in (Stage.BEFORE, Stage.DORMANT, Stage.LOST):
        person(served(other))
    alone = served()
    number = started()
    rows = recipients(number)
    assert sorted(row.contact_id or 0 for row in rows) == sorted([0, *people])
    withheld = next(row for row in rows if row.contact_id is None)
    assert (withheld.customer_id, withheld.disposition, withheld.reason) == (alone.pk, "withheld", NO_CONTACT)
    row = Campaign.objects.get(number=number)
    assert (row.population, row.recipients) == (4, 4)
    # Who comes later, or leaves, changes nothing.
    person(during)
    Contact.objects.filter(pk=people[0]).update(active=False, left_at=NOW)
    assert len(recipients(number)) == 5


@pytest.mark.req("SURV-19")
def test_start__stores_the_class_and_the_segment_of_the_day() -> None:
    of = served(industry=Industry.ELECTRONICS, region_code="310000")
    classed(of.pk, "A", 1_200_000)
    person(of, "influencer")
    number = started(forms={Audience.RELATIONSHIP: form(Audience.RELATIONSHIP).pk})
    classed(of.pk, "C", 10)
    row = recipients(number)[0]
    assert (row.value_class, row.annual_value, row.industry, row.region) == (
        "A", Decimal("1200000.00"), "electronics", "310000",
    )  # fmt: skip
    assert (row.contact_role, row.audience, row.scope_unit_id) == ("influencer", "relationship", of.scope_unit_id)


@pytest.mark.req("SURV-16", partial="quotas")
def test_chain__counts_roles_and_customers_heard_in_two_of_them() -> None:
    one, other = served(), served()
    for of, role in ((one, "decision_maker"), (one, "user"), (other, "user"), (other, "user")):
        person(of, role)
    number = started(forms={Audience.RELATIONSHIP: form(Audience.RELATIONSHIP).pk})
    outcome(number, Audience.RELATIONSHIP, answered=4)
    found = queries.chain(actor=SETUP, campaign_id=Campaign.objects.get(number=number).pk)
    assert {role.role: (role.sent, role.answered) for role in found.roles} == {"user": (3, 3), "decision_maker": (1, 1)}
    assert (found.customers, found.several_roles, found.share) == (2, 1, Decimal(50))


def test_start__asks_seniors_and_staff_by_their_own_form_and_leaves_out_who_has_none() -> None:
    of = served()
    boss, clerk = person(of, "first_contact", "decision_maker"), person(of)
    number = started(forms={Audience.SENIOR: form(Audience.SENIOR).pk})
    assert [(row.contact_id, row.contact_role) for row in recipients(number)] == [(boss.pk, "decision_maker")]
    number = started(forms={Audience.GENERAL: form().pk})
    assert [row.contact_id for row in recipients(number)] == [clerk.pk]


@pytest.mark.parametrize(
    ("segment", "fits"),
    [
        (SegmentFilter(industries=("electronics",)), True),
        (SegmentFilter(industries=("food",)), False),
        (SegmentFilter(regions=("310000",)), True),
        (SegmentFilter(regions=("110000",)), False),
        (SegmentFilter(classes=("A", "")), True),
        (SegmentFilter(classes=("",)), False),
        (SegmentFilter(business_lines=("express",)), False),
        (SegmentFilter(kinds=("partner",)), False),
        (SegmentFilter(stages=("lost",)), False),
    ],
)
def test_segment__narrows_the_audience(segment: SegmentFilter, *, fits: bool) -> None:
    of = served(industry=Industry.ELECTRONICS, region_code="310000")
    classed(of.pk, "A")
    person(of)
    number = actions.plan_campaign(actor=SETUP, entry=entry(segment=segment), now=NOW)
    assert SegmentFilter.of(Campaign.objects.get(number=number).segment) == segment
    if fits:
        assert actions.start_campaign(actor=SETUP, number=number, now=NOW) == 1
    else:
        with pytest.raises(NobodyToAsk):
            actions.start_campaign(actor=SETUP, number=number, now=NOW)
        assert Recipient.objects.count() == 0


def test_segment__of_a_unit_or_an_owner_takes_their_customers() -> None:
    unit, other = organization.unit(), organization.unit()
    owner, stranger = organization.staff(unit), organization.staff(other)
    mine = person(served(owner=owner))
    person(served(owner=stranger))
    for segment in (SegmentFilter(unit_id=unit.pk), SegmentFilter(owner_id=owner.pk)):
        assert [row.contact_id for row in recipients(started(segment=segment))] == [mine.pk]


def test_sample__is_the_same_in_sql_and_in_the_rule_and_for_every_start() -> None:
    of = served()
    people = [person(of).pk for _one in range(40)]
    number = started(share=Decimal("0.3"))
    chosen = sorted(row.contact_id or 0 for row in recipients(number))
    assert chosen == [pk for pk in people if in_sample(number, pk, Decimal("0.3"))]
    row = Campaign.objects.get(number=number)
    assert (row.population, row.recipients) == (40, len(chosen))
    assert 0 < len(chosen) < 40


@pytest.mark.req("SURV-24", partial="items")
def test_size__warns_of_those_who_were_asked_lately() -> None:
    of = served()
    person(of)
    started()
    actions.invite_batch(actor=SETUP, now=NOW)
    person(of)
    served()
    forms = {Audience.GENERAL: form().pk}
    size = queries.audience_size(actor=SETUP, segment=SegmentFilter(), forms=forms, now=NOW + 89 * DAY)
    assert (size.customers, size.people, size.nobody, size.asked_before, size.days) == (2, 2, 1, 1, 90)
    later = queries.audience_size(actor=SETUP, segment=SegmentFilter(), forms=forms, now=NOW + 91 * DAY)
    assert later.asked_before == 0


@pytest.mark.req("SURV-17")
def test_cycle__goes_step_by_step_and_the_year_shows_waves_and_days_to_the_report() -> None:
    person()
    number = started()

    def step(to: CampaignState, day: int = 27, **words: str) -> None:
        actions.step_campaign(actor=SETUP, number=number, step=to, words=StepWords(**words), now=NOW + day * DAY)

    with pytest.raises(CampaignMoved):
        step(CampaignState.REPORTED)
    step(CampaignState.CLOSED, day=21)
    assert recipients(number)[0].disposition == "withheld"
    with pytest.raises(Invalid) as wrong:
        step(CampaignState.REPORTED, purpose="了解满意度")
    assert set(wrong.value.fields) == {"method"}
    step(CampaignState.REPORTED, purpose="了解满意度", method="网上问卷")
    step(CampaignState.ACTED, causes="交接慢", measures="每日核对")
    step(CampaignState.CHECKED, effect="投诉减少")
    with pytest.raises(CampaignMoved):
        step(CampaignState.CHECKED, effect="再次")
    year = queries.wave_year(actor=SETUP, year=2026)
    assert ([one.number for one in year.waves], year.planned, year.reports) == ([number], 4, [6])
    view = queries.campaign(actor=SETUP, number=number)
    assert (view.state, view.causes, view.measures, view.effect) == ("checked", "交接慢", "每日核对", "投诉减少")
    assert AuditEntry.objects.filter(type="surveys.campaign_moved").count() == 5


def test_close_due__closes_on_the_day_after_where_the_campaign_is_asked() -> None:
    person()
    number = started(closes_on=TODAY)
    actions.invite_batch(actor=SETUP, now=NOW)
    # 23:59 and midnight in Shanghai.
    evening = NOW.replace(hour=15, minute=59)
    assert actions.close_due(actor=SETUP, now=evening) == 0
    assert actions.close_due(actor=SETUP, now=evening + timedelta(minutes=1)) == 1
    assert Campaign.objects.get(number=number).state == "closed"
    assert recipients(number)[0].disposition == "silent"


def test_stop__says_why_and_asks_nobody_else() -> None:
    person()
    number = started()
    with pytest.raises(Invalid):
        actions.stop_campaign(actor=SETUP, number=number, reason=" ", now=NOW)
    actions.stop_campaign(actor=SETUP, number=number, reason="题目有误", now=NOW)
    assert actions.invite_batch(actor=SETUP, now=NOW) == 0
    row = Campaign.objects.get(number=number)
    assert (row.state, row.stop_reason, recipients(number)[0].reason) == ("stopped", "题目有误", "ended")
    with pytest.raises(CampaignMoved):
        actions.stop_campaign(actor=SETUP, number=number, reason="再次", now=NOW)


def test_plan__names_every_field_that_is_wrong() -> None:
    draft = entry(forms={Audience.CONTACT: form(Audience.CONTACT).pk, Audience.SENIOR: form().pk})
    wrong = replace(draft, name=" ", closes_on=TODAY - DAY, share=Decimal(0), channels=("call",))
    with pytest.raises(Invalid) as found:
        actions.plan_campaign(actor=SETUP, entry=wrong, now=NOW)
    assert set(found.value.fields) == {"name", "closes_on", "share", "channels", "forms"}
    assert [one.code for one in found.value.fields["forms"]] == ["unfit", "not_published"]
    assert Campaign.objects.count() == 0


def test_change__is_possible_until_it_starts() -> None:
    person()
    number = actions.plan_campaign(actor=SETUP, entry=entry(), now=NOW)
    changed = entry(name="改名", trigger=Trigger.DELIVERY, closes_on=None)
    actions.change_campaign(actor=SETUP, number=number, entry=changed, now=NOW)
    view = queries.campaign(actor=SETUP, number=number)
    assert (view.name, view.kind, [one.audience for one in view.forms]) == ("改名", "transaction", [Audience.CONTACT])
    actions.start_campaign(actor=SETUP, number=number, now=NOW)
    with pytest.raises(CampaignMoved):
        actions.change_campaign(actor=SETUP, number=number, entry=changed, now=NOW)


def test_start__needs_an_address_for_links_unless_answers_are_keyed_in(settings: Settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = []
    person()
    number = actions.plan_campaign(actor=SETUP, entry=entry(), now=NOW)
    with pytest.raises(NoPublicAddress):
        actions.start_campaign(actor=SETUP, number=number, now=NOW)
    assert started(channels=())


def test_plan__is_for_those_with_the_right_and_within_their_reach() -> None:
    with pytest.raises(Forbidden):
        actions.plan_campaign(actor=organization.actor(roles=("agent",)), entry=entry(), now=NOW)
    unit, other = organization.unit(), organization.unit()
    quality = organization.actor(unit, roles=("quality",), reach=RoleReach.SUBTREE)
    for segment in (SegmentFilter(), SegmentFilter(unit_id=other.pk)):
        with pytest.raises(Invalid) as wrong:
            actions.plan_campaign(actor=quality, entry=entry(segment=segment), now=NOW)
        assert set(wrong.value.fields) == {"unit"}
    assert Campaign.objects.count() == 0
    assert actions.plan_campaign(actor=quality, entry=entry(segment=SegmentFilter(unit_id=unit.pk)), now=NOW)
