"""Golden cases of every rule of the contact policy."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from zhike.platform.outbox.types import Mode
from zhike.record.contacting.rules.decide import decide, quiet_rule
from zhike.record.contacting.tests.factories import DAY, HOUR, NOW, facts
from zhike.record.contacting.types import (
    ConsentStatus,
    ContactChannel,
    Decision,
    Facts,
    Outcome,
    Past,
    Policy,
    Purpose,
    Rule,
    SurveyKind,
)

GRANTED, WITHDRAWN = ConsentStatus.GRANTED, ConsentStatus.WITHDRAWN
CARE, MARKETING, SURVEY, GOODS = (
    Purpose.RELATIONSHIP,
    Purpose.MARKETING,
    Purpose.SERVICE_SURVEY,
    Purpose.TRANSACTIONAL,
)


def say(
    given: Facts,
    purpose: Purpose = CARE,
    *,
    at: datetime = NOW,
    policy: Policy | None = None,
    channel: ContactChannel = ContactChannel.SMS,
    urgent: bool = False,
) -> Decision:
    return decide(facts=given, policy=policy or Policy(), purpose=purpose, channel=channel, at=at, urgent=urgent)


def care(*ago: timedelta) -> tuple[Past, ...]:
    return tuple(Past(NOW - one, CARE) for one in ago)


def asked(ago: timedelta, kind: SurveyKind = SurveyKind.TRANSACTION, *, answered: bool = False) -> Past:
    return Past(NOW - ago, SURVEY, kind, answered=answered)


DENIED = [
    ("backfill", facts(mode=Mode.BACKFILL), GOODS, Rule.BACKFILL),
    ("older than a day", facts(occurred_at=NOW - DAY - timedelta(seconds=1)), GOODS, Rule.ACT_WITHIN),
    ("no address", facts(has_address=False), GOODS, Rule.NO_ADDRESS),
    ("marketing without consent", facts(), MARKETING, Rule.CONSENT_MISSING),
    ("marketing refused", facts(consent=WITHDRAWN), MARKETING, Rule.CONSENT_WITHDRAWN),
    ("care refused", facts(consent=WITHDRAWN), CARE, Rule.CONSENT_WITHDRAWN),
    ("survey refused", facts(consent=WITHDRAWN, survey=SurveyKind.TRANSACTION), SURVEY, Rule.CONSENT_WITHDRAWN),
    ("third in a week", facts(past=care(2 * DAY, 6 * DAY)), CARE, Rule.CAP_WEEK),
    ("fifth in a month", facts(past=care(8 * DAY, 12 * DAY, 20 * DAY, 29 * DAY)), CARE, Rule.CAP_MONTH),
    ("customer had one today", facts(account=(NOW - HOUR,)), CARE, Rule.CAP_CUSTOMER_DAY),
    (
        "third promotion in thirty days",
        facts(consent=GRANTED, promotions=(NOW - 10 * DAY, NOW - 29 * DAY)),
        MARKETING,
        Rule.CAP_PROMOTIONAL,
    ),
    ("the same text", facts(digest="d", past=(Past(NOW - 80 * DAY, CARE, digest="d"),)), CARE, Rule.SAME_TEXT),
    (
        "complaint open",
        facts(survey=SurveyKind.TRANSACTION, complaint_open=True),
        SURVEY,
        Rule.SURVEY_COMPLAINT,
    ),
    (
        "30 days after a survey about one service",
        facts(survey=SurveyKind.RELATIONSHIP, past=(asked(30 * DAY - HOUR),)),
        SURVEY,
        Rule.SURVEY_QUARANTINE,
    ),
    (
        "90 days after a survey about the relationship",
        facts(survey=SurveyKind.TRANSACTION, past=(asked(90 * DAY - HOUR, SurveyKind.RELATIONSHIP),)),
        SURVEY,
        Rule.SURVEY_QUARANTINE,
    ),
    (
        "second reminder",
        facts(survey=SurveyKind.REMINDER, invited_at=NOW - 9 * DAY, reminders=1),
        SURVEY,
        Rule.SURVEY_REMINDER,
    ),
    ("reminder of nothing", facts(survey=SurveyKind.REMINDER), SURVEY, Rule.SURVEY_REMINDER),
    (
        "three ignored",
        facts(survey=SurveyKind.TRANSACTION, past=tuple(asked(n * 31 * DAY) for n in (1, 2, 3))),
        SURVEY,
        Rule.SURVEY_IGNORED,
    ),
]


@pytest.mark.parametrize(("given", "purpose", "rule"), [case[1:] for case in DENIED], ids=[c[0] for c in DENIED])
def test_decide__denies_with_its_rule(given: Facts, purpose: Purpose, rule: Rule) -> None:
    assert say(given, purpose) == Decision(Outcome.DENY, rule)


ALLOWED = [
    ("exactly a day old", facts(occurred_at=NOW - DAY), GOODS),
    ("goods whatever was refused", facts(consent=WITHDRAWN, past=care(HOUR, HOUR, HOUR), account=(NOW,)), GOODS),
    ("marketing agreed", facts(consent=GRANTED), MARKETING),
    ("care without any word", facts(), CARE),
    ("second in a week", facts(past=care(6 * DAY)), CARE),
    ("a week ago to the second", facts(past=care(DAY, 7 * DAY)), CARE),
    ("thirty days ago to the second", facts(past=care(8 * DAY, 12 * DAY, 20 * DAY, 30 * DAY)), CARE),
    ("customer had one yesterday", facts(account=(NOW - 11 * HOUR,)), CARE),
    ("second promotion", facts(consent=GRANTED, promotions=(NOW - 10 * DAY, NOW - 30 * DAY)), MARKETING),
    ("the same text long ago", facts(digest="d", past=(Past(NOW - 90 * DAY, CARE, digest="d"),)), CARE),
    ("care while a complaint is open", facts(complaint_open=True), CARE),
    ("survey after thirty days", facts(survey=SurveyKind.TRANSACTION, past=(asked(30 * DAY),)), SURVEY),
    (
        "three ignored before one answered",
        facts(
            survey=SurveyKind.TRANSACTION,
            past=(*(asked(n * 31 * DAY) for n in (2, 3, 4)), asked(31 * DAY, answered=True)),
        ),
        SURVEY,
    ),
    (
        "reminder on the third day, quarantine aside",
        facts(survey=SurveyKind.REMINDER, invited_at=NOW - 3 * DAY, past=(asked(3 * DAY),)),
        SURVEY,
    ),
]


@pytest.mark.parametrize(("given", "purpose"), [case[1:] for case in ALLOWED], ids=[c[0] for c in ALLOWED])
def test_decide__allows(given: Facts, purpose: Purpose) -> None:
    assert say(given, purpose) == Decision(Outcome.ALLOW)


def test_decide__a_visit_needs_no_number() -> None:
    assert say(facts(has_address=False), channel=ContactChannel.VISIT).outcome is Outcome.ALLOW
    assert say(facts(has_address=False), channel=ContactChannel.CALL).rule is Rule.NO_ADDRESS


def test_decide__an_early_reminder_waits_for_the_third_day() -> None:
    given = facts(survey=SurveyKind.REMINDER, invited_at=NOW - DAY)
    assert say(given, SURVEY) == Decision(Outcome.HOLD, Rule.SURVEY_REMINDER, NOW + 2 * DAY)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "at", "until"),
    [
        ("Asia/Shanghai", "2026-11-23T13:00", "2026-11-24T01:00"),  # 21:00 there
        ("Asia/Shanghai", "2026-11-23T00:59", "2026-11-23T01:00"),  # 08:59 there
        ("Asia/Shanghai", "2026-11-23T01:00", None),  # 09:00 there
        ("Asia/Shanghai", "2026-11-23T12:59", None),  # 20:59 there
        ("America/New_York", "2026-03-08T03:00", "2026-03-08T13:00"),  # the clock goes forward in this night
        ("America/New_York", "2026-11-01T02:00", "2026-11-01T14:00"),  # and back in this one
        ("Asia/Kolkata", "2026-11-23T16:00", "2026-11-24T03:30"),
        ("Pacific/Apia", "2011-12-30T08:00", "2011-12-30T19:00"),  # 30 December is missing there
    ],
)
def test_quiet_night__ends_at_nine_where_the_person_is(zone: str, at: str, until: str | None) -> None:
    expected = Decision(Outcome.HOLD, Rule.QUIET_NIGHT, utc(until)) if until else Decision(Outcome.ALLOW)
    assert say(facts(zone=zone), at=utc(at)) == expected


def test_quiet_night__holds_goods_too_unless_urgent() -> None:
    night = utc("2026-11-23T15:00")
    assert say(facts(), GOODS, at=night).rule is Rule.QUIET_NIGHT
    assert say(facts(), GOODS, at=night, urgent=True) == Decision(Outcome.ALLOW)
    assert say(facts(), CARE, at=night, urgent=True).rule is Rule.QUIET_NIGHT


def test_quiet_noon__is_optional_and_ends_at_two() -> None:
    noon = utc("2026-11-23T04:00")
    assert say(facts(), at=noon) == Decision(Outcome.ALLOW)
    assert say(facts(), at=noon, policy=Policy(noon=True)) == Decision(
        Outcome.HOLD, Rule.QUIET_NOON, utc("2026-11-23T06:00")
    )


def test_quiet_holiday__is_optional_and_lasts_until_the_next_morning_that_is_free() -> None:
    given = facts(holidays=frozenset({date(2026, 11, 23), date(2026, 11, 24)}))
    assert say(given) == Decision(Outcome.ALLOW)
    assert say(given, policy=Policy(holidays=True)) == Decision(
        Outcome.HOLD, Rule.QUIET_HOLIDAY, utc("2026-11-25T01:00")
    )


def test_quiet__without_hours_nothing_is_quiet() -> None:
    policy = Policy(quiet_from=time(0), quiet_until=time(0))
    assert all(quiet_rule(NOW + n * HOUR, facts(), policy) is None for n in range(24))


def test_caps__a_clock_set_back_does_not_open_them() -> None:
    later = (Past(NOW + DAY, CARE), Past(NOW + 2 * DAY, CARE))
    assert say(facts(past=later)).rule is Rule.CAP_WEEK
