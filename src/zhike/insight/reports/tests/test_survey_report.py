"""The report of a survey: figures of a known survey to the printed digit, the same in every form it leaves in."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, timedelta
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zhike.insight.metrics.types import Base
from zhike.insight.reports import queries, rules
from zhike.insight.reports.pages import lines, sheets
from zhike.insight.reports.types import FormReport, ItemLine, SurveyReport
from zhike.methods.tarp import Outcome
from zhike.platform.accounts.models import User
from zhike.platform.actors import system_actor
from zhike.platform.calendars.tests.factories import default_calendar
from zhike.platform.ui import pdf
from zhike.platform.ui.formats import Ink
from zhike.platform.ui.tables.export import write_book
from zhike.record.customers.tests.factories import NOW, SETUP, contact, customer
from zhike.record.customers.types import Channel
from zhike.record.organization import actions as people
from zhike.record.organization.tests import factories as organization
from zhike.service.cases.actions import load_cases
from zhike.service.cases.tests.factories import CODED
from zhike.service.cases.types import CaseKind, CaseState, Ending
from zhike.service.cases.types.past import PastCase, PastOwner, PastSaid, PastStep
from zhike.voice.surveys import actions
from zhike.voice.surveys.queries import Span
from zhike.voice.surveys.rules.builtin.parts import say
from zhike.voice.surveys.tests import factories as forms
from zhike.voice.surveys.types import Audience, CampaignState, Disposition, Measure, Trigger
from zhike.voice.surveys.types.past import PastAnswer, PastCampaign, PastRecipient

READER = system_actor("tests")
DAY = timedelta(days=1)
# Satisfied among those who answered, from the printed rates (requirements G1): item, satisfied.
SENIOR = (("innovation", 14), ("improvement", 17), ("speed", 20))
SERVICE = (
    ("fit_out", 16),
    ("cleaning", 15),
    ("conduct", 16),
    ("certificates", 18),
    ("communication", 17),
    ("information", 15),
    ("result", 14),
)
OTHERS = (("sales", 16), ("meal", 5))
RATES = {
    "innovation": 58.33,
    "improvement": 70.83,
    "speed": 83.33,
    "fit_out": 84.21,
    "cleaning": 78.95,
    "conduct": 84.21,
    "certificates": 94.74,
    "communication": 89.47,
    "information": 78.95,
    "result": 73.68,
    "sales": 84.21,
    "meal": 26.32,
}


def _form(code: str, audience: Audience, parts: Sequence[tuple[str, Sequence[tuple[str, int]]]]) -> None:
    sections = tuple(
        forms.section(
            *(
                forms.item(
                    name,
                    scale="csat4",
                    measure=Measure.OVERALL if name == parts[0][1][0][0] else Measure.NONE,
                )
                for name, _satisfied in items
            ),
            key=key,
        )
        for key, items in parts
    )
    forms.published(code=code, audience=audience, names=say(code, code, code), sections=sections, by=READER)


def _answers(items: Sequence[tuple[str, int]], person: int) -> tuple[PastAnswer, ...]:
    """The first so many are satisfied, half of them very; the rest say "average"."""
    return tuple(
        PastAnswer(key=name, value=(4 if person % 2 else 3) if person < satisfied else 2) for name, satisfied in items
    )


def _recipients(
    audience: Audience, answered: int, silent: int, items: Sequence[tuple[str, int]]
) -> list[PastRecipient]:
    found = []
    for person in range(answered + silent):
        one = customer(name=f"{audience.value} {person}")
        spoken = contact(one, name=f"联系人{person}")
        is_answer = person < answered
        found.append(
            PastRecipient(
                contact_id=spoken.pk,
                customer_id=one.pk,
                audience=audience.value,
                disposition=Disposition.ANSWERED if is_answer else Disposition.SILENT,
                planned_at=NOW - 30 * DAY,
                invited_at=NOW - 30 * DAY,
                submitted_at=NOW - 29 * DAY if is_answer else None,
                seconds=90 if is_answer else None,
                answers=_answers(items, person) if is_answer else (),
            )
        )
    return found


@pytest.fixture
def printed(db: None) -> int:
    """The office-building survey as raw answers: 24 of 31 senior people and 19 of 25 of the staff have answered."""
    _form("senior4", Audience.SENIOR, (("satisfaction", SENIOR),))
    _form("general4", Audience.GENERAL, (("service", SERVICE), ("others", OTHERS)))
    campaign = PastCampaign(
        name="客户满意度调查",
        trigger=Trigger.WAVE,
        state=CampaignState.REPORTED,
        forms={"senior": "senior4", "general": "general4"},
        planned_on=date(2026, 10, 1),
        zone="Asia/Shanghai",
        started_at=NOW - 30 * DAY,
        purpose="了解客户意见",
        causes="信息不及时",
        measures="先告知",
        recipients=(
            *_recipients(Audience.SENIOR, 24, 7, SENIOR),
            *_recipients(Audience.GENERAL, 19, 6, (*SERVICE, *OTHERS)),
        ),
    )
    return actions.load_campaigns(actor=READER, campaigns=[campaign], now=NOW)[0]


def _line(report: SurveyReport, key: str) -> ItemLine:
    return next(line for form in report.forms for line in form.lines if line.item.key == key)


def _of(report: SurveyReport, audience: str) -> FormReport:
    return next(form for form in report.forms if form.audience == audience)


@pytest.mark.req("SURV-07", "SURV-32")
def test_report__gives_every_printed_rate_of_a_known_survey(printed: int) -> None:
    report = queries.survey_report(actor=READER, campaign_id=printed)

    rates = {line.item.key: round(line.rate or 0, 2) for form in report.forms for line in form.lines}
    assert rates == RATES
    assert round(_line(report, "innovation").dissatisfied or 0, 2) == 41.67
    assert round(_line(report, "meal").dissatisfied or 0, 2) == 73.68
    means = {section.titles["en"] + str(section.rated): section.mean for section in _of(report, "general").sections}
    assert round(means["All7"] or 0, 2) == 83.46
    assert round(_of(report, "senior").response.rate or 0, 2) == 77.42
    assert round(_of(report, "general").response.rate or 0, 2) == 76.00
    assert (report.response.answered, report.response.asked) == (43, 56)
    assert round(report.response.rate or 0, 2) == 76.79


@pytest.mark.req("METR-24")
def test_report__small_bases_say_so_and_give_their_interval(printed: int) -> None:
    report = queries.survey_report(actor=READER, campaign_id=printed)

    line = _line(report, "innovation")
    assert line.base is Base.SMALL
    assert (round(line.low or 0, 1), round(line.high or 0, 1)) == (38.8, 75.5)
    assert next(row.note for row in lines.rows_of(report) if row.key == "innovation") != ""
    response = _of(report, "senior").response
    # 14 of 24 satisfied, 7 silent: methods, golden value 8.
    assert (round(response.low or 0, 2), round(response.high or 0, 2)) == (45.16, 67.74)


def _signed_in(client: Client, role: str) -> Client:
    member = organization.staff(roles=(role,))
    opened = people.open_staff_account(
        actor=SETUP, staff_id=member.pk, username=role, password="correct horse battery", now=NOW
    )
    client.force_login(User.objects.get(pk=opened.user_id))
    return client


def test_report__first_view_costs_at_most_twelve_queries(printed: int, client: Client) -> None:
    _signed_in(client, "quality")
    client.get(reverse("reports:survey", args=[printed]))

    with CaptureQueriesContext(connection) as spent:
        assert client.get(reverse("reports:survey", args=[printed])).status_code == 200

    assert len(spent) <= 12, [one["sql"][:80] for one in spent]
    rest = client.get(reverse("reports:survey_rest", args=[printed]))
    assert rest.status_code == 200


@pytest.mark.req("SURV-23", "SURV-17")
def test_report__compares_with_the_wave_before_and_no_other(printed: int) -> None:
    def earlier(month: int, satisfied: int) -> PastCampaign:
        return PastCampaign(
            name=f"{month}",
            trigger=Trigger.WAVE,
            state=CampaignState.CHECKED,
            forms={"senior": "senior4"},
            planned_on=date(2026, month, 1),
            zone="Asia/Shanghai",
            started_at=NOW - 120 * DAY,
            recipients=tuple(
                _recipients(Audience.SENIOR, 24, 0, [("innovation", satisfied), ("improvement", 17), ("speed", 20)])
            ),
        )

    actions.load_campaigns(actor=READER, campaigns=[earlier(4, 20), earlier(7, 5)], now=NOW)

    report = queries.survey_report(actor=READER, campaign_id=printed)

    assert report.previous is not None
    assert report.previous.name == "7"
    changes = {line.item.key: line.change for line in _of(report, "senior").lines}
    innovation, speed = changes["innovation"], changes["speed"]
    assert innovation is not None
    assert speed is not None
    assert round(innovation.difference, 2) == round(100 * (14 - 5) / 24, 2)
    assert innovation.low < innovation.difference < innovation.high
    assert (innovation.is_clear, speed.difference, speed.is_clear) == (True, 0, False)
    # Another audience's form was not asked then.
    assert {line.change for line in _of(report, "general").lines} == {None}


def test_report__splits_follow_the_snapshot_and_leave_small_lines_out(printed: int) -> None:
    report = queries.survey_report(actor=READER, campaign_id=printed)

    (line,) = [one for one in report.rest.splits["region"] if one.audience == "senior"]
    assert (line.n, round(line.rate or 0, 2)) == (24, 58.33)
    assert {one.audience for one in report.rest.splits["industry"]} == {"senior", "general"}


@pytest.mark.req("SURV-32", "METR-29")
def test_report__page_sheet_and_list_say_the_same(printed: int, client: Client) -> None:
    _signed_in(client, "quality")
    address = reverse("reports:survey", args=[printed])

    page = client.get(address)
    listed = client.get(address, {"export": "csv"})
    book = client.get(address, {"export": "xlsx"})

    assert page.status_code == 200
    text = page.content.decode()
    rows = list(csv.DictReader(io.StringIO(listed.getvalue().decode("utf-8-sig"))))
    assert len(rows) == 12
    written = {list(row.values())[2]: float(list(row.values())[5].replace(",", "")) for row in rows}
    for key, rate in RATES.items():
        assert f"{rate:.2f}" in text
        assert round(written[key], 2) == rate
    names = ZipFile(io.BytesIO(book.getvalue())).namelist()
    assert "xl/worksheets/sheet4.xml" in names


def test_report__is_a_pdf_with_its_pages(printed: int, client: Client) -> None:
    _signed_in(client, "quality")

    answer = client.get(reverse("reports:survey", args=[printed]), {"export": "pdf"})

    content = answer.getvalue()
    assert answer["Content-Type"] == "application/pdf"
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")


def test_pdf__fetches_nothing_from_elsewhere() -> None:
    made = pdf.pdf_of('<p>text</p><img src="http://127.0.0.1:9/picture.png" alt="">')
    assert made.startswith(b"%PDF-")


def test_workbook__has_numbers_as_numbers(printed: int) -> None:
    report = queries.survey_report(actor=READER, campaign_id=printed, splits=("value_class",))

    out = io.BytesIO()
    split = sum(len(found) for found in report.rest.splits.values())
    assert split > 0
    assert write_book(out, sheets.sheets(report), Ink(NOW, "UTC")) == 12 + 2 + split
    sheet = ZipFile(out).read("xl/worksheets/sheet1.xml").decode()
    numbers = {float(one) for one in re.findall(r"<c [^>]*><v>([\d.]+)</v>", sheet)}
    assert any(one == pytest.approx(100 * 14 / 24) for one in numbers)


def test_report__is_refused_without_the_right_and_absent_for_nobody(printed: int, client: Client) -> None:
    _signed_in(client, "agent")
    assert client.get(reverse("reports:survey", args=[printed])).status_code == 403

    _signed_in(client, "quality")
    assert client.get(reverse("reports:survey", args=[printed + 1])).status_code == 404


@pytest.mark.req("METR-11")
def test_tarp__tells_who_stays_and_how_many_more_would(db: None) -> None:
    people = {Outcome.SILENT: 100, Outcome.UNRESOLVED: 50, Outcome.RESOLVED: 200, Outcome.QUICK: 40}

    report = rules.stay_report(people, still_open=3)

    by = {line.outcome: (round(line.low, 1), round(line.high, 1)) for line in report.lines}
    assert by[Outcome.SILENT] == (9.0, 37.0)
    assert by[Outcome.QUICK] == (32.8, 38.0)
    assert (round(report.total.low, 1), round(report.total.high, 1)) == (159.3, 238.0)
    assert (round(report.more.low, 1), round(report.more.high, 1)) == (31.5, 24.5)
    assert report.open == 3


@pytest.mark.req("CASE-28")
def test_capture__is_complaints_of_all_who_had_a_reason_the_silent_of_surveys_included() -> None:
    people = {Outcome.SILENT: 100, Outcome.UNRESOLVED: 50, Outcome.RESOLVED: 200, Outcome.QUICK: 47}
    report = rules.stay_report(people, still_open=3)
    assert (report.complained, report.reasons, report.captured) == (300, 400, 75.0)
    few = rules.stay_report({**dict.fromkeys(people, 0), Outcome.SILENT: 9}, still_open=0)
    assert (few.complained, few.reasons, few.captured) == (0, 9, None)


def test_tarp__counts_own_complaints_by_outcome(client: Client, db: None) -> None:
    default_calendar()
    agent = organization.staff(roles=("agent",))
    who = customer(agent)
    load_cases(
        actor=SETUP,
        cases=[
            told(who.pk, agent.pk, hours=2, solved=True),
            told(who.pk, agent.pk, hours=200, solved=True),
            told(who.pk, agent.pk, hours=2, solved=False),
        ],
        now=NOW,
    )
    _signed_in(client, "quality")

    page = client.get(reverse("reports:stay"), {"period": ""})

    report = queries.complaints_stay(actor=READER, span=Span(None, None, "UTC"))
    assert {line.outcome: line.n for line in report.lines} == {
        Outcome.SILENT: 0,
        Outcome.UNRESOLVED: 1,
        Outcome.RESOLVED: 1,
        Outcome.QUICK: 1,
    }
    assert page.status_code == 200


def told(customer_id: int, staff_id: int, *, hours: float, solved: bool) -> PastCase:
    """A complaint of four weeks ago, answered after so many hours and closed."""
    then = NOW - 28 * DAY
    answered = then + timedelta(hours=hours)
    return PastCase(
        customer_id=customer_id,
        kind=CaseKind.COMPLAINT,
        category="late",
        channel=Channel.MAIL,
        subject="还没有送到",
        opened_at=then,
        owners=(PastOwner(staff_id, then),),
        steps=(
            PastStep(then, CaseState.NEW),
            PastStep(answered, CaseState.ANSWERED),
            PastStep(answered + timedelta(hours=1), CaseState.CLOSED),
        ),
        said=(PastSaid(at=then, channel=Channel.MAIL, incoming=True, body="货物"),),
        coding=CODED,
        ending=Ending.CONFIRMED if solved else Ending.WITHOUT_ANSWER,
        solved=solved,
    )
