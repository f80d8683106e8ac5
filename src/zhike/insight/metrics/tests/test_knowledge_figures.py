"""Figures of knowledge and of calls and web cases, against hand-counted ones."""

from datetime import timedelta
from typing import Any

import pytest

from zhike.insight.lake import actions as lake
from zhike.insight.metrics import queries
from zhike.insight.metrics.types import Figure, Question
from zhike.platform import clock
from zhike.platform.actors import system_actor
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.record.customers.tests.factories import NOW, SETUP, customer
from zhike.record.customers.types import Channel
from zhike.record.organization.tests import factories as organization
from zhike.service.cases import actions
from zhike.service.cases.models import Case
from zhike.service.cases.tests.factories import CODED
from zhike.service.cases.types import CaseKind, CaseState, Ending, Origin
from zhike.service.cases.types.past import PastCase, PastOwner, PastSaid, PastStep
from zhike.service.knowledge import actions as knowledge
from zhike.service.knowledge.tests import factories as make
from zhike.service.knowledge.types import ArticleKind, PastUse

ACTOR = system_actor("tests")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
THEN = NOW - 7 * DAY


def figure(metric: str, **filters: tuple[str, ...]) -> Figure:
    return queries.compute(actor=ACTOR, question=Question(metric, filters=filters)).total


def share(metric: str, **filters: tuple[str, ...]) -> tuple[int | None, int]:
    found = figure(metric, **filters)
    return found.hits, found.n


@pytest.mark.req("KNOW-01")
def test_articles__outdated_of_all_published_by_hand(fresh_db: str) -> None:
    """Of five published ones two are past: by validity and by review. A draft and a withdrawn one count nowhere."""
    today = clock.local_date(NOW, organization.ZONE)
    make.article(kind=ArticleKind.QUESTION, review_on=today + 30 * DAY)
    make.article(kind=ArticleKind.SERVICE, review_on=today + 30 * DAY)
    make.article(kind=ArticleKind.RULE, review_on=today + 30 * DAY)
    make.article(kind=ArticleKind.RULE, review_on=today + 30 * DAY, valid_until=today + DAY)
    make.article(kind=ArticleKind.TARIFF, review_on=today + DAY)
    gone = make.article(review_on=today + DAY)
    knowledge.withdraw_article(actor=SETUP, article_id=gone.pk, reason="并入", now=NOW)
    make.draft(review_on=today + DAY)
    later = NOW + 3 * DAY
    knowledge.note_outdated(actor=SETUP, now=later)
    lake.refresh_all(actor=ACTOR, now=later)
    assert share("article_outdated") == (2, 5)
    assert share("article_outdated", article_kind=("rule",)) == (1, 2)
    assert share("article_outdated", article_kind=("question",)) == (0, 1)


def past(of: int, agent: int, *, answered: float | None = 1, **changes: Any) -> PastCase:
    """A case a week ago, answered after so many hours or not at all."""
    channel = changes.get("channel", Channel.CALL)
    steps = [PastStep(THEN, CaseState.NEW)]
    told = [] if changes.pop("silent", False) else [PastSaid(at=THEN, channel=channel, incoming=True, body="货到哪里")]
    ended: dict[str, Any] = {}
    if answered is not None:
        at = THEN + answered * HOUR
        steps += [PastStep(at, CaseState.ANSWERED), PastStep(at + HOUR, CaseState.CLOSED)]
        told.append(PastSaid(at=at, channel=channel, incoming=False, body="明天到"))
        ended = {"coding": CODED, "ending": Ending.CONFIRMED, "solved": True}
    values: dict[str, Any] = {
        "customer_id": of,
        "kind": CaseKind.ENQUIRY,
        "category": "where",
        "channel": channel,
        "subject": "货到哪里",
        "opened_at": THEN,
        "owners": (PastOwner(agent, THEN),),
        "steps": tuple(steps),
        "said": tuple(told),
        **ended,
        **changes,
    }
    return PastCase(**values)


@pytest.fixture
def week(fresh_db: str) -> list[int]:
    """3 calls for the state, 2 calls of another kind, 1 mail for the state, 22 cases by the web, 20 of ours."""
    default_calendar()
    agent, of = organization.staff().pk, customer().pk
    web: dict[str, Any] = {"channel": Channel.WEB, "origin": Origin.PORTAL}
    watched: dict[str, Any] = {"channel": Channel.SYSTEM, "origin": Origin.WATCH, "category": "late", "silent": True}
    cases = [
        *(past(of, agent) for _ in range(3)),
        *(past(of, agent, category="price") for _ in range(2)),
        past(of, agent, channel=Channel.MAIL),
        *(past(of, agent, **web, answered=hours) for hours in (2, 4, 9) for _ in range(7)),
        past(of, agent, **web, answered=None),
        *(past(of, agent, **watched, answered=hours) for hours in (3, 5) for _ in range(10)),
    ]
    actions.load_cases(actor=SETUP, cases=cases, now=NOW)
    ids = list(Case.objects.order_by("pk").values_list("pk", flat=True))
    lake.refresh_all(actor=ACTOR, now=NOW)
    return ids


@pytest.mark.req("CASE-26")
def test_calls__for_the_state_alone_of_all_that_customers_brought(week: list[int]) -> None:
    # Ours are in no base: the customer has not spoken there.
    assert share("case_status_calls") == (3, 28)
    assert figure("case_status_calls").value == pytest.approx(300 / 28)
    assert share("case_status_calls", case_channel=("call",)) == (3, 5)


@pytest.mark.req("CASE-21")
def test_web__share_and_time_to_our_first_words(week: list[int]) -> None:
    assert share("case_web_share") == (22, 28)
    time = figure("case_web_answer")
    assert (time.n, time.missing, time.median) == (21, 1, 4.0)
    # Seven times 2, 4 and 9 hours.
    assert time.mean == pytest.approx(5.0)


@pytest.mark.req("SHIP-08")
def test_delay__is_told_so_many_hours_after_we_knew_of_it(week: list[int]) -> None:
    time = figure("case_notice_delay")
    assert (time.n, time.missing, time.median) == (20, 0, 4.0)


@pytest.mark.req("KNOW-02", "KNOW-01")
def test_uses__of_articles_and_phrases_of_answered_cases(week: list[int]) -> None:
    """Of 47 answered ones two with an article, one of them twice, three with a phrase; the open one does not count."""
    row, phrase = make.article(), make.phrase()
    unanswered = Case.objects.get(answered_at=None).pk
    used = [PastUse(about=("case", pk), at=NOW, article_id=row.pk) for pk in (week[0], week[0], week[1], unanswered)]
    used += [PastUse(about=("case", pk), at=NOW, phrase_id=phrase.pk) for pk in week[:3]]
    actions.load_uses(actor=SETUP, uses=used, now=NOW)
    lake.refresh_all(actor=ACTOR, now=NOW)
    assert share("case_article_use") == (2, 47)
    assert share("case_phrase_use") == (3, 47)
    assert figure("article_uses").n == 4
    assert figure("article_uses", article_id=(str(row.pk),)).n == 4
    split = queries.compute(actor=ACTOR, question=Question("case_status_calls", split=("used_article",)))
    assert sorted((one.n, one.hits) for one in split.figures) == [(3, 2), (25, 1)]
