"""Small makers of published forms, planned campaigns, recipients and links."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from zhike.platform.actors import Actor, ActorKind
from zhike.record.contacting.tests.factories import NOW, mail
from zhike.record.contacting.tests.factories import SYSTEM as SETUP
from zhike.record.customers.models import Contact, Customer
from zhike.record.customers.tests.factories import contact, customer, phone
from zhike.record.customers.types import ChainRole, Stage
from zhike.voice.surveys import actions
from zhike.voice.surveys.models import Item, Questionnaire, Recipient, Section, Version
from zhike.voice.surveys.policies import ANSWER
from zhike.voice.surveys.rules.links import seal
from zhike.voice.surveys.types import Audience, Trigger, VersionState
from zhike.voice.surveys.types.campaigns import SURVEY_PURPOSE, CampaignEntry

__all__ = ["DAY", "NOW", "SETUP", "TODAY"]
TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
_numbers = count(1)
# Two parts: satisfaction with a reason where it is low, and an open word.
ITEMS: tuple[dict[str, Any], ...] = (
    {"section": "goods", "key": "overall", "kind": "scale", "scale": "csat5", "measure": "overall"},
    {
        "section": "goods",
        "key": "why",
        "kind": "single",
        "when_key": "overall",
        "when_values": [1, 2],
        "choices": [{"en": "Late", "zh-hans": "晚到"}, {"en": "Damaged", "zh-hans": "破损"}],
    },
    {
        "section": "more",
        "key": "recommend",
        "kind": "scale",
        "scale": "nps11",
        "measure": "recommend",
        "na_allowed": True,
    },
    {"section": "more", "key": "words", "kind": "text", "required": False},
)


def texts(word: str) -> dict[str, str]:
    return {"zh-hans": f"{word}？", "zh-hant": f"{word}？", "en": f"{word}?"}


def form(audience: Audience = Audience.GENERAL, items: tuple[dict[str, Any], ...] = ITEMS) -> Version:
    """A published form of one version."""
    about = Questionnaire.objects.create(
        code=f"form-{next(_numbers)}", audience=audience.value, names=texts("Form"), made_at=NOW, changed_at=NOW
    )
    row = Version.objects.create(questionnaire=about, number=1, made_at=NOW, seconds=50)
    sections: dict[str, Section] = {}
    for place, given in enumerate(items):
        one = dict(given)
        key = one.pop("section")
        if key not in sections:
            sections[key] = Section.objects.create(
                version=row, key=key, order=len(sections) + 1, titles=texts(f"Part {key}")
            )
        Item.objects.create(
            version=row, section=sections[key], order=place + 1, texts=texts(f"About {one['key']}"), **one
        )
    row.state, row.published_at = VersionState.PUBLISHED.value, NOW
    row.save()
    about.published_version = 1
    about.save()
    return row


def served(stage: Stage = Stage.DURING, **changes: Any) -> Customer:
    """A customer in service."""
    made = customer(now=NOW, **changes)
    Customer.objects.filter(pk=made.pk).update(stage=stage.value)
    made.refresh_from_db()
    return made


def person(of: Customer | None = None, *roles: str, **changes: Any) -> Contact:
    """Somebody with an address and a number of their own."""
    number = next(_numbers)
    return contact(
        of or served(),
        phone(f"138{number:08d}"),
        mail(f"p{number}@example.com"),
        now=NOW,
        roles=tuple(ChainRole(one) for one in roles),
        **changes,
    )


def entry(**changes: Any) -> CampaignEntry:
    values: dict[str, Any] = {
        "name": "2026年第四季度满意度调查",
        "trigger": Trigger.WAVE,
        "planned_on": TODAY,
        "closes_on": TODAY + 21 * DAY,
        "wave": "2026 Q4",
        **changes,
    }
    if "forms" not in values:
        audience = Audience.GENERAL if values["trigger"] is Trigger.WAVE else Audience.CONTACT
        values["forms"] = {audience: form(audience).pk}
    return CampaignEntry(**values)


def started(*, now: datetime = NOW, **changes: Any) -> str:
    """A campaign that runs."""
    number = actions.plan_campaign(actor=SETUP, entry=entry(**changes), now=now)
    actions.start_campaign(actor=SETUP, number=number, now=now)
    return number


def invited(*, now: datetime = NOW, **changes: Any) -> Recipient:
    """Somebody who has just got an invitation of a wave."""
    person()
    started(now=now, **changes)
    actions.invite_batch(actor=SETUP, now=now)
    return Recipient.objects.select_related("campaign").order_by("-pk")[0]


def holder(of: Recipient) -> Actor:
    """Whoever holds this recipient's link."""
    return Actor(
        kind=ActorKind.LINK,
        id="survey",
        rights=frozenset({ANSWER.code}),
        subject=seal(of.ref),
        purpose=SURVEY_PURPOSE,
        language="en",
    )
