"""What decisions rest on, for many people at once: a fixed number of queries whatever their number."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q

from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.calendars import queries as calendars
from zhike.platform.errors import NotFound
from zhike.record.contacting.models import Consent, ContactRecord
from zhike.record.contacting.policies import VIEW
from zhike.record.contacting.rules.decide import MONTH
from zhike.record.contacting.rules.texts import digest_of
from zhike.record.contacting.types import (
    SENT_BY_US,
    Ask,
    ConsentStatus,
    ContactChannel,
    Facts,
    Past,
    Policy,
    Purpose,
    Reached,
    SurveyKind,
)

_INVITATIONS = [SurveyKind.TRANSACTION.value, SurveyKind.RELATIONSHIP.value]
_NEEDS_ADDRESS = frozenset({*SENT_BY_US, ContactChannel.CALL})


@dataclass(slots=True)
class Gathered:
    """The raw facts of a batch. `count` adds a contact that has just been allowed, so that the next one sees it."""

    past: dict[str, list[Past]] = field(default_factory=lambda: defaultdict(list))
    account: dict[int, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    promotions: dict[int, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    consents: dict[tuple[str, str, str], tuple[datetime, int, ConsentStatus]] = field(default_factory=dict)
    invitations: dict[int, datetime] = field(default_factory=dict)
    reminders: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    holidays: frozenset[date] = frozenset()

    def facts(self, ask: Ask, reached: Reached) -> Facts:
        """What is known for one ask now."""
        past = tuple(one for key in reached.keys for one in self.past.get(key, ()))
        own = reached.customer_id
        promotions = (
            self.promotions.get(own, [])
            if own is not None
            else [one.at for one in past if one.purpose is Purpose.MARKETING]
        )
        return Facts(
            zone=reached.zone,
            account_zone=reached.account_zone,
            has_address=bool(reached.address) or ask.channel not in _NEEDS_ADDRESS,
            consent=self._consent(reached.keys, ask.purpose, ask.channel),
            past=past,
            account=tuple(self.account.get(own, ())) if own is not None else (),
            promotions=tuple(promotions),
            complaint_open=reached.complaint_open,
            holidays=self.holidays,
            survey=ask.survey,
            invited_at=self.invitations.get(ask.invitation_id) if ask.invitation_id else None,
            reminders=self.reminders[ask.invitation_id] if ask.invitation_id else 0,
            digest=ask.digest or digest_of(ask.text.body),
            occurred_at=ask.occurred_at,
            mode=ask.mode,
        )

    def count(self, ask: Ask, reached: Reached, at: datetime, digest: str) -> None:
        """A contact takes its place in every budget that it belongs to."""
        if ask.purpose is Purpose.TRANSACTIONAL:
            return
        self.past[reached.person].append(Past(at, ask.purpose, ask.survey, digest))
        if reached.customer_id is not None:
            self.account[reached.customer_id].append(at)
            if ask.purpose is Purpose.MARKETING:
                self.promotions[reached.customer_id].append(at)
        if ask.invitation_id is not None:
            self.reminders[ask.invitation_id] += 1

    def _consent(self, keys: Iterable[str], purpose: Purpose, channel: ContactChannel) -> ConsentStatus | None:
        """The latest entry under any of the person's names."""
        found = [self.consents[name] for key in keys if (name := (key, purpose.value, channel.value)) in self.consents]
        return max(found)[2] if found else None


def gather(*, actor: Actor, asks: Sequence[Ask], reached: Sequence[Reached], policy: Policy, now: datetime) -> Gathered:
    """Everything that `decide` needs for these asks. At most seven queries; three where all are transactional."""
    authorize(actor, VIEW)
    found = Gathered(holidays=_holidays() if policy.holidays else frozenset())
    counted = [one for ask, one in zip(asks, reached, strict=True) if ask.purpose is not Purpose.TRANSACTIONAL]
    if not counted:
        return found
    keys = sorted({key for one in counted for key in one.keys})
    accounts = sorted({one.customer_id for one in counted if one.customer_id is not None})
    _add_past(found, keys, now - max(MONTH, policy.same_text, policy.quarantine_relationship))
    _add_past_of_accounts(found, accounts, now - max(timedelta(days=2), timedelta(days=policy.promotional_days)))
    _add_consents(found, keys)
    if any(ask.survey is not SurveyKind.NONE for ask in asks):
        _add_invitations(found, sorted({ask.invitation_id for ask in asks if ask.invitation_id is not None}))
    return found


def _add_past(found: Gathered, keys: Sequence[str], start: datetime) -> None:
    """Contacts of the people; invitations also from before, since those left unanswered are counted."""
    rows = ContactRecord.objects.filter(person__in=keys, counts=True).exclude(purpose=Purpose.TRANSACTIONAL.value)
    rows = rows.filter(Q(at__gt=start) | Q(survey__in=_INVITATIONS))
    for person, at, purpose, survey, digest, answered in rows.values_list(
        "person", "at", "purpose", "survey", "digest", "answered_at"
    ):
        found.past[person].append(Past(at, Purpose(purpose), SurveyKind(survey), digest, answered is not None))


def _add_past_of_accounts(found: Gathered, customer_ids: Sequence[int], start: datetime) -> None:
    rows = ContactRecord.objects.filter(customer_id__in=customer_ids, counts=True, of_account=True, at__gt=start)
    rows = rows.exclude(purpose=Purpose.TRANSACTIONAL.value)
    for customer_id, at, purpose in rows.values_list("customer_id", "at", "purpose"):
        if customer_id is not None:
            found.account[customer_id].append(at)
            if purpose == Purpose.MARKETING.value:
                found.promotions[customer_id].append(at)


def _add_consents(found: Gathered, keys: Sequence[str]) -> None:
    rows = Consent.objects.filter(person__in=keys).order_by("person", "purpose", "channel", "-at", "-id")
    for pk, person, purpose, channel, status, at in rows.distinct("person", "purpose", "channel").values_list(
        "pk", "person", "purpose", "channel", "status", "at"
    ):
        found.consents[person, purpose, channel] = (at, pk, ConsentStatus(status))


def _add_invitations(found: Gathered, ids: Sequence[int]) -> None:
    rows = ContactRecord.objects.filter(Q(pk__in=ids) | Q(invitation_id__in=ids), counts=True)
    for row in rows.only("pk", "invitation_id", "at"):
        if row.invitation_id is None:
            found.invitations[row.pk] = row.at
        else:
            found.reminders[row.invitation_id] += 1


def _holidays() -> frozenset[date]:
    """Days off of the company calendar, weekends and made-up workdays aside."""
    try:
        default = calendars.default_calendar_id()
    except NotFound:
        return frozenset()
    return calendars.rules_of([default])[default].workdays.holidays
