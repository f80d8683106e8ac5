"""Figures of surveys out of raw answers, against printed and hand-counted ones."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from zhike.insight.lake import actions as lake
from zhike.insight.metrics import queries
from zhike.insight.metrics.rules.readings import beside, reading
from zhike.insight.metrics.tests.surveys import DAY, THEN, ZONE, answered, campaign, form, person
from zhike.insight.metrics.types import Base, Figure, Question, metric_of
from zhike.platform.accounts.models import User
from zhike.platform.actors import system_actor
from zhike.platform.errors import Invalid
from zhike.record.customers.tests.factories import NOW, SETUP, customer
from zhike.record.organization import actions as people
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments.models import Shipment
from zhike.record.shipments.tests import factories as goods
from zhike.voice.surveys.models import Answer, Comment, FollowUp
from zhike.voice.surveys.types import Disposition

ACTOR = system_actor("tests")
# Requirements G1: of 24 and of 19, how many were satisfied, and the printed rates.
SENIOR = {"innovation": (14, 58.33), "continuous-improvement": (17, 70.83), "info-speed": (20, 83.33)}
GENERAL = {
    "fitout": (16, 84.21),
    "cleaning-lift": (15, 78.95),
    "conduct": (16, 84.21),
    "certificates": (18, 94.74),
    "communication": (17, 89.47),
    "info-speed": (15, 78.95),
    "info-result": (14, 73.68),
}


def figure(metric: str, **filters: tuple[str, ...]) -> Figure:
    return queries.compute(actor=ACTOR, question=Question(metric, filters=filters)).total


def by(metric: str, dimension: str) -> dict[str, Figure]:
    found = queries.compute(actor=ACTOR, question=Question(metric, split=(dimension,))).figures
    return {one.at[dimension]: one for one in found}


def refresh() -> None:
    lake.refresh_all(actor=ACTOR, now=NOW)


def limits(of: Figure) -> tuple[float, float]:
    assert of.low is not None
    assert of.high is not None
    return round(of.low, 1), round(of.high, 1)


@pytest.mark.req("SURV-07")
@pytest.mark.req("METR-24")
def test_items__raw_answers_of_the_building_survey_give_every_printed_rate(fresh_db: str) -> None:
    of = campaign()
    for code, audience, printed, n in (("senior-t", "senior", SENIOR, 24), ("general-t", "general", GENERAL, 19)):
        items = form(code, dict.fromkeys(printed, "csat4"), audience=audience)
        for number in range(n):
            # Whoever is satisfied says 4 or 3, the others "average" or less.
            said = {key: (4 - number % 2 if number < k else 2 - number % 2) for key, (k, _rate) in printed.items()}
            answered(of, items, said)
    refresh()
    for code, printed, n in (("senior-t", SENIOR, 24), ("general-t", GENERAL, 19)):
        found = queries.item_rates(actor=ACTOR, question=Question("csat4_items", filters={"survey_form": (code,)}))
        rates = {one.at["question"]: one for one in found.answer.figures}
        assert {key: (one.hits, one.n, round(one.value or 0, 2)) for key, one in rates.items()} == {
            key: (k, n, rate) for key, (k, rate) in printed.items()
        }
        assert all(one.base is Base.SMALL for one in rates.values())
    assert limits(figure("csat4_items", survey_form=("senior-t",), question=("innovation",))) == (38.8, 75.5)
    # `found` is the general form's: its seven rates have the printed mean, and everybody answered each of them.
    assert found.whole.value is not None
    assert (round(found.whole.value, 2), found.whole.rates, found.whole.withheld) == (83.46, 7, 0)
    assert [one.section for one in found.sections] == ["service"]
    assert (found.respondents, found.share(rates["fitout"])) == (19, 100.0)
    both = figure("csat4_items")
    assert limits(figure("csat4_items", survey_form=("general-t",))) == (76.2, 88.8)
    assert (both.hits, both.n) == (51 + 111, 72 + 133)


@pytest.fixture
def waves(fresh_db: str) -> dict[str, Any]:
    """Two waves on five levels, half of the second about goods; beside them ten answers on ten levels."""
    items, other = form("five", {"overall": "csat5"}), form("ten", {"overall": "csat10"})
    first, second = campaign("2026-1"), campaign("2026-2")
    came = {"promised_delivery_at": NOW, "stated_status": "delivered"}
    parcel, late = goods.shipment(delivered_at=NOW, **came), goods.shipment(delivered_at=NOW + 2 * DAY, **came)
    for number in range(40):
        answered(first, items, {"overall": (5, 4, 3, 1)[number % 4]}, at=THEN - 90 * DAY, value_class="A")
    for number in range(50):
        value = Decimal(1000 if number < 10 else 100)
        answered(
            second,
            items,
            {"overall": 1 if number < 10 else 5},
            value_class="A" if number < 10 else "C",
            annual_value=value,
            shipment=late if number < 10 else parcel if number < 30 else None,
            service_mode="national",
        )
    answered(second, items, {"overall": None})
    person(second, items)
    for _number in range(10):
        answered(second, other, {"overall": 8})
    refresh()
    return {"late": late, "parcel": parcel, "items": items, "second": second}


@pytest.mark.req("METR-01")
@pytest.mark.req("SURV-19")
def test_satisfaction__of_one_scale_with_base_missing_and_value_beside_it(waves: dict[str, Any]) -> None:
    whole = figure("csat5")
    assert (whole.hits, whole.n, whole.missing, whole.base) == (60, 90, 1, Base.SOUND)
    assert whole.value == pytest.approx(66.6667, abs=1e-4)
    # Wilson of 60 in 90.
    assert limits(whole) == (56.4, 75.5)
    mean = figure("csat5_mean")
    level = (10 * 5 + 10 * 4 + 10 * 3 + 10 * 1 + 10 * 1 + 40 * 5) / 90
    assert mean.value == pytest.approx(level)
    assert mean.score == pytest.approx(100 * (level - 1) / 4)
    assert (figure("csat5_top").hits, figure("csat5_top").n) == (50, 90)
    # On ten levels 8 is not satisfied: another figure, and none of its answers in this one.
    assert (figure("csat10").hits, figure("csat10").n) == (0, 10)
    assert {name: (one.hits, one.n) for name, one in by("csat5", "value_class").items()} == {
        "": (0, 0),
        "A": (20, 50),
        "C": (40, 40),
    }
    weighted = figure("csat5_by_value")
    # 40 × 100 of 10 × 1000 + 40 × 100; the forty without a value are missing.
    assert weighted.value == pytest.approx(100 * 4000 / 14000)
    assert (weighted.plain, weighted.n, weighted.missing) == (80.0, 50, 41)
    assert weighted.effective == pytest.approx(14000**2 / (10 * 1000**2 + 40 * 100**2))
    with translation.override("en"):
        assert beside(metric_of("csat5"), whole) == "The rest: 33.333 %"


@pytest.mark.req("SURV-23")
def test_waves__each_against_the_one_before_with_its_significance(waves: dict[str, Any]) -> None:
    first, second = queries.wave_steps(actor=ACTOR, question=Question("csat5"))
    assert (first.wave, first.change, second.wave) == ("2026-1", None, "2026-2")
    assert second.change is not None
    assert second.change.difference == pytest.approx(30.0)
    assert second.change.is_clear
    # z is 3 exactly, times the root of 89/90.
    assert second.p == pytest.approx(0.0028517, abs=1e-7)
    assert not second.is_small
    small = queries.wave_steps(actor=ACTOR, question=Question("csat5", filters={"value_class": ("A",)}))[1]
    assert (small.figure.n, small.is_small, small.change is not None) == (10, True, True)
    mean = queries.wave_steps(actor=ACTOR, question=Question("csat5_mean"))[1]
    assert mean.change is not None
    assert mean.change.difference == pytest.approx(4.2 - 3.25)


def test_delivery__an_answer_is_counted_by_how_its_goods_came_as_far_as_known(waves: dict[str, Any]) -> None:
    assert {name: (one.hits, one.n) for name, one in by("csat5", "delivery").items()} == {
        "": (40, 60),
        "late": (0, 10),
        "on_time": (20, 20),
    }
    # The carrier takes the delivery back: nothing was said anew, and the figure follows.
    Shipment.objects.filter(pk=waves["late"].pk).update(
        delivered_at=None, stated_status="in_transit", status="in_transit"
    )
    refresh()
    assert {name: (one.hits, one.n) for name, one in by("csat5", "delivery").items()} == {
        "": (40, 60),
        "undelivered": (0, 10),
        "on_time": (20, 20),
    }


def test_figures__equal_what_plain_sql_makes_of_the_raw_answers(waves: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.wave, count(*) FILTER (WHERE a.value >= 4), count(a.value), count(*) FILTER (WHERE a.skipped),"
            " avg(a.value)::float8, (sum(r.annual_value) FILTER (WHERE a.value >= 4))::float8 /"
            " nullif(sum(r.annual_value) FILTER (WHERE a.value IS NOT NULL), 0)::float8"
            " FROM surveys_answer a JOIN surveys_item i ON i.id = a.item_id JOIN surveys_recipient r ON"
            " r.id = a.recipient_id JOIN surveys_campaign c ON c.id = r.campaign_id"
            " WHERE i.scale = 'csat5' AND i.measure = 'overall' AND r.disposition = 'answered' GROUP BY 1 ORDER BY 1"
        )
        raw = cursor.fetchall()
    rates, means, weighted = (by(name, "wave") for name in ("csat5", "csat5_mean", "csat5_by_value"))
    assert len(raw) == 2
    for wave, hits, n, missing, mean, share in raw:
        assert (rates[wave].hits, rates[wave].n, rates[wave].missing) == (hits, n, missing)
        assert rates[wave].value == pytest.approx(100 * hits / n, abs=1e-12)
        assert means[wave].value == pytest.approx(mean, abs=1e-12)
        if share is not None:
            assert weighted[wave].value == pytest.approx(100 * share, abs=1e-10)


@pytest.mark.req("METR-02")
@pytest.mark.req("METR-03")
def test_recommendation__the_two_forms_stay_apart(fresh_db: str) -> None:
    long, short = form("long", {"recommend": "nps11"}), form("short", {"recommend": "nps5"})
    of = campaign()
    for score in (10, 9, 9, 8, 7, 7, 6, 5, 10, 3):
        answered(of, long, {"recommend": score})
    for score in (5, 4, 4, 3, 2) * 2:
        answered(of, short, {"recommend": score})
    refresh()
    eleven, five = figure("nps11"), figure("nps5")
    assert (eleven.hits, eleven.against, eleven.n) == (4, 3, 10)
    assert (five.hits, five.against, five.n) == (6, 2, 10)
    assert eleven.value == pytest.approx(10.0)
    assert five.value == pytest.approx(40.0)
    # AW(3): 4.75 and 3.75 of 13.
    assert limits(eleven) == (-36.1, 51.4)
    rows = queries.rows_behind(actor=ACTOR, question=Question("nps11"), only_hits=True)
    assert [row.cells[-2] for row in rows.rows] == ["10", "9", "9", "10"]


@pytest.mark.req("METR-04")
@pytest.mark.parametrize(
    ("value", "said"),
    [
        (49.9, "Below 50: not yet good."),
        (50, "50 to 70: good."),
        (69.9, "50 to 70: good."),
        (70, "From 70"),
        (91, "From 70"),
    ],
)
def test_recommendation__is_read_by_bands_and_never_without_its_limits(value: float, said: str) -> None:
    total = Figure(at={}, names={}, n=100, missing=0, base=Base.SOUND, hits=95, against=4, value=value)
    with translation.override("en"):
        assert reading(value).startswith(said)
        told = beside(metric_of("nps11"), total)
    assert said in told
    assert "states an intention and supplements the satisfaction rate" in told


@pytest.mark.req("METR-05", "SURV-15")
def test_effort__mean_and_share_of_great_effort(fresh_db: str) -> None:
    items, of = form("effort", {"effort": "ces1"}), campaign()
    for score in (1, 2, 2, 3, 5, 4, 1, 2) * 2:
        answered(of, items, {"effort": score})
    refresh()
    assert figure("ces1").value == pytest.approx(2.5)
    assert (figure("ces1_hard").value, figure("ces1_hard").n) == (25.0, 16)
    assert figure("ces1").score == pytest.approx(62.5)


def test_people__answered_refused_and_complained_of_all_asked(fresh_db: str) -> None:
    """Printed: 43 of 56 returned, 76.79 %. Taken over, withheld and waiting ones are in no base."""
    items, of = form("senior-t", {"overall": "csat4"}), campaign()
    for _number in range(43):
        answered(of, items, {"overall": 3})
    for disposition, number in (("refused", 3), ("unscored", 2), ("complaint", 4), ("unreachable", 1), ("silent", 3)):
        for _each in range(number):
            person(of, items, disposition=Disposition(disposition).value)
    person(of, items, disposition="withheld")
    answered(of, items, {"overall": 1}, way="import", mode="backfill")
    refresh()
    response = figure("survey_response")
    assert (response.hits, response.n, round(response.value or 0, 2)) == (43, 56, 76.79)
    assert (figure("survey_refused").hits, figure("survey_complaint").hits) == (5, 4)
    assert figure("survey_answered").n == 44
    assert by("survey_response", "survey_form")["senior-t"].n == 56


def test_follow_ups__reached_in_time_and_changed(fresh_db: str) -> None:
    items, of, unit = form("f", {"overall": "csat5"}), campaign(), organization.company().tree_no
    ends = (
        [("solved", 1)] * 6 + [("explained", 3)] * 4 + [("unchanged", 1)] * 3 + [("unreached", 1)] * 2 + [("", 0)] * 5
    )
    for number, (result, days) in enumerate(ends):
        asked = answered(of, items, {"overall": 1})
        # The last two of the open ones are not due yet.
        due = NOW + DAY if number >= 18 else THEN + 2 * DAY
        FollowUp.objects.create(
            recipient=asked,
            reason="low_score",
            scope_unit_id=unit,
            opened_at=THEN,
            due_at=due,
            zone=ZONE,
            result=result,
            done_at=THEN + days * DAY if result else None,
        )
        if number < 12:
            said = Answer.objects.get(recipient=asked)
            done = {"deed": "noted", "done_at": NOW} if number < 5 else {}
            Comment.objects.create(answer=said, recipient=asked, scope_unit_id=unit, written_at=THEN, **done)
    refresh()
    wanted = {name: figure(f"survey_follow_up_{name}") for name in ("reached", "in_time", "changed")}
    found = {name: (one.hits, one.n, one.missing) for name, one in wanted.items()}
    assert found == {"reached": (13, 15, 5), "in_time": (9, 18, 2), "changed": (10, 13, 0)}
    assert (figure("survey_comments_done").hits, figure("survey_comments_done").n) == (5, 12)
    assert figure("survey_comment_cases").hits == 0


@pytest.mark.req("METR-29")
def test_pages__a_figure_reads_the_same_on_the_page_and_for_programs(waves: dict[str, Any], client: Client) -> None:
    member = organization.staff(roles=("executive",))
    opened = people.open_staff_account(
        actor=SETUP, staff_id=member.pk, username="executive", password="correct horse battery", now=NOW
    )
    client.force_login(User.objects.get(pk=opened.user_id))
    page = client.get(reverse("metrics:figure", args=["csat5"]) + "?split=wave").content.decode()
    assert "66.667" in page
    assert "90中的60" in page
    assert "p = 0.003" in page
    assert "csat5_by_value" in client.get(reverse("metrics:dictionary")).content.decode()
    told = client.get("/api/v1/figures/csat5").json()
    assert (told["total"]["hits"], told["total"]["n"], told["beside"]) == (60, 90, "其余：33.333 %")
    steps = client.get("/api/v1/figures/csat5/waves").json()
    assert [(one["wave"], one["figure"]["n"], one["is_small"]) for one in steps] == [
        ("2026-1", 40, False),
        ("2026-2", 50, False),
    ]
    assert steps[1]["change"]["difference"] == pytest.approx(30.0)
    weighted = client.get("/api/v1/figures/csat5_by_value").json()["total"]
    assert (round(weighted["value"], 4), weighted["plain"]) == (28.5714, 80.0)
    assert client.get("/api/v1/figures/late/waves").status_code == 422


@pytest.mark.req("METR-08")
def test_states__customers_by_state_and_their_moves_between_waves(fresh_db: str) -> None:
    items = form("five", {"overall": "csat5"})
    first, second = campaign("1"), campaign("2")
    # By hand: levels of each customer in both waves; two answers count as their mean, halves to the worse.
    for levels, then in (((5,), (5,)), ((5,), (3,)), ((4, 5), (2,)), ((1,), (4,)), ((3,), ()), ((), (5,))):
        of = customer()
        for level in levels:
            answered(first, items, {"overall": level}, customer=of, at=THEN - 90 * DAY)
        for level in then:
            answered(second, items, {"overall": level}, customer=of)
    refresh()
    found = queries.state_moves(actor=ACTOR, question=Question("csat5_mean"), before="1", after="2")
    assert dict(found.before) == {"dissatisfied": 1, "neutral": 1, "basically_satisfied": 1, "fully_satisfied": 2}
    assert dict(found.after) == {"dissatisfied": 1, "neutral": 1, "basically_satisfied": 1, "fully_satisfied": 2}
    assert dict(found.moves) == {
        ("fully_satisfied", "fully_satisfied"): 1,
        ("fully_satisfied", "neutral"): 1,
        ("basically_satisfied", "dissatisfied"): 1,
        ("dissatisfied", "basically_satisfied"): 1,
    }
    assert found.both == 4
    with pytest.raises(Invalid):
        queries.state_moves(actor=ACTOR, question=Question("csat5"), before="1", after="2")
