"""The one decision about a contact (methods §10): allow, hold until a moment, or deny, with the rule that said so.

Windows look backwards only at their far end: a contact dated later than `at` (a clock was set back) counts as well, so
that no window of that length, wherever it is laid, ever holds more than its cap.
"""

from datetime import date, datetime, time, timedelta

from zhike.platform import clock
from zhike.platform.outbox.types import Mode
from zhike.record.contacting.types import (
    OPT_IN,
    ConsentStatus,
    ContactChannel,
    Decision,
    Facts,
    Outcome,
    Policy,
    Purpose,
    Rule,
    SurveyKind,
)

WEEK = timedelta(days=7)
MONTH = timedelta(days=30)
# Nights, noons and the longest run of holidays that anybody keeps, with room to spare.
MOST_STEPS = 200
ALLOW = Decision(Outcome.ALLOW)


def decide(
    *, facts: Facts, policy: Policy, purpose: Purpose, channel: ContactChannel, at: datetime, urgent: bool = False
) -> Decision:
    """What may be done at `at`. Denials come before delays: nothing waits for a morning that cannot help it."""
    denied = _denied(facts, policy, purpose, channel, at)
    if denied is not None:
        return Decision(Outcome.DENY, denied)
    early = _too_early(facts, policy, at)
    if early is not None:
        return Decision(Outcome.HOLD, Rule.SURVEY_REMINDER, early)
    if urgent and purpose is Purpose.TRANSACTIONAL:
        return ALLOW
    rule = quiet_rule(at, facts, policy)
    return ALLOW if rule is None else Decision(Outcome.HOLD, rule, quiet_end(at, facts, policy))


def _denied(facts: Facts, policy: Policy, purpose: Purpose, channel: ContactChannel, at: datetime) -> Rule | None:
    if facts.mode is Mode.BACKFILL:
        return Rule.BACKFILL
    if facts.occurred_at is not None and facts.occurred_at < at - policy.act_within:
        return Rule.ACT_WITHIN
    if not facts.has_address and channel is not ContactChannel.VISIT:
        return Rule.NO_ADDRESS
    if purpose is Purpose.TRANSACTIONAL:
        return None
    if facts.consent is ConsentStatus.WITHDRAWN:
        return Rule.CONSENT_WITHDRAWN
    if purpose in OPT_IN and facts.consent is None:
        return Rule.CONSENT_MISSING
    return _survey_rule(facts, policy, at) or _cap_rule(facts, policy, purpose, at)


def _survey_rule(facts: Facts, policy: Policy, at: datetime) -> Rule | None:
    if facts.survey is SurveyKind.NONE:
        return None
    if facts.complaint_open:
        return Rule.SURVEY_COMPLAINT
    if facts.survey is SurveyKind.REMINDER:
        missing = facts.invited_at is None or facts.reminders >= policy.reminders_max
        return Rule.SURVEY_REMINDER if missing else None
    if any(_in_quarantine(one.survey, at - one.at, policy) for one in facts.past):
        return Rule.SURVEY_QUARANTINE
    return Rule.SURVEY_IGNORED if ignored(facts, policy, at) >= policy.ignored_max else None


def _in_quarantine(survey: SurveyKind, ago: timedelta, policy: Policy) -> bool:
    if survey is SurveyKind.TRANSACTION:
        return ago < policy.quarantine_transaction
    return survey is SurveyKind.RELATIONSHIP and ago < policy.quarantine_relationship


def ignored(facts: Facts, policy: Policy, at: datetime) -> int:
    """Invitations since the last answered one that have been left alone for long enough."""
    invited = [one for one in facts.past if one.survey in {SurveyKind.TRANSACTION, SurveyKind.RELATIONSHIP}]
    answered = max((one.at for one in invited if one.answered), default=None)
    return sum(
        not one.answered and (answered is None or one.at > answered) and at - one.at >= policy.ignored_after
        for one in invited
    )


def _cap_rule(facts: Facts, policy: Policy, purpose: Purpose, at: datetime) -> Rule | None:
    if _since(facts, at - WEEK) >= policy.week_max:
        return Rule.CAP_WEEK
    if _since(facts, at - MONTH) >= policy.month_max:
        return Rule.CAP_MONTH
    today = clock.local_date(at, facts.account_zone)
    if sum(clock.local_date(one, facts.account_zone) == today for one in facts.account) >= policy.customer_day_max:
        return Rule.CAP_CUSTOMER_DAY
    start = at - timedelta(days=policy.promotional_days)
    if purpose is Purpose.MARKETING and sum(one > start for one in facts.promotions) >= policy.promotional_max:
        return Rule.CAP_PROMOTIONAL
    same = facts.digest and any(one.digest == facts.digest and one.at > at - policy.same_text for one in facts.past)
    return Rule.SAME_TEXT if same else None


def _since(facts: Facts, start: datetime) -> int:
    return sum(one.at > start for one in facts.past if one.purpose is not Purpose.TRANSACTIONAL)


def _too_early(facts: Facts, policy: Policy, at: datetime) -> datetime | None:
    """When a reminder may go, if not yet."""
    if facts.survey is not SurveyKind.REMINDER or facts.invited_at is None:
        return None
    earliest = facts.invited_at + policy.reminder_after
    return earliest if at < earliest else None


def quiet_rule(at: datetime, facts: Facts, policy: Policy) -> Rule | None:
    """The rule that keeps this moment quiet where the person is, or None."""
    local = clock.local(at, facts.zone)
    if _within(local.time(), policy.quiet_from, policy.quiet_until):
        return Rule.QUIET_NIGHT
    if policy.noon and _within(local.time(), policy.noon_from, policy.noon_until):
        return Rule.QUIET_NOON
    if policy.holidays and local.date() in facts.holidays:
        return Rule.QUIET_HOLIDAY
    return None


def quiet_end(at: datetime, facts: Facts, policy: Policy) -> datetime:
    """The first moment from `at` on that no rule keeps quiet; in the person's zone, across changes of the clock."""
    moment = at
    for _step in range(MOST_STEPS):
        rule = quiet_rule(moment, facts, policy)
        if rule is None:
            return moment
        moment = max(_next(moment, rule, facts.zone, policy), moment + timedelta(microseconds=1))
    return moment


def _next(moment: datetime, rule: Rule, zone: str, policy: Policy) -> datetime:
    """The end of the quiet stretch of this one rule."""
    if rule is Rule.QUIET_HOLIDAY:
        return clock.day_start(clock.local_date(moment, zone) + timedelta(days=1), zone)
    end = policy.quiet_until if rule is Rule.QUIET_NIGHT else policy.noon_until
    day = clock.local_date(moment, zone)
    found = _instant(day, end, zone)
    return found if found > moment else _instant(day + timedelta(days=1), end, zone)


def _instant(day: date, wall: time, zone: str) -> datetime:
    return clock.instant_of(datetime.combine(day, wall), zone)


def _within(wall: time, start: time, end: time) -> bool:
    """Whether a wall time lies in a stretch that may pass midnight; start included, end not."""
    if start == end:
        return False
    if start < end:
        return start <= wall < end
    return wall >= start or wall < end
