"""Small makers of what people said: a form, a campaign, recipients with answers, as the actions leave them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from zhike.record.contacting.types import SurveyKind
from zhike.record.customers.models import Contact, Customer
from zhike.record.customers.tests.factories import NOW
from zhike.voice.surveys.models import (
    Answer,
    Campaign,
    CampaignForm,
    Comment,
    FollowUp,
    Item,
    Questionnaire,
    Recipient,
    Section,
    Version,
)
from zhike.voice.surveys.types import Disposition

ZONE = "Asia/Shanghai"


def form(code: str = "after_delivery", *, scale: str = "csat5") -> Version:
    """Published: overall satisfaction, the courier's manner on the next page, and a text beside it."""
    asked = Questionnaire.objects.create(
        code=code, audience="contact", names={"en": code}, published_version=1, made_at=NOW, changed_at=NOW
    )
    version = Version.objects.create(questionnaire=asked, number=1, made_at=NOW)
    sections = [
        Section.objects.create(version=version, key=f"page{n}", order=n, titles={"en": f"Page {n}"}) for n in (1, 2)
    ]
    rows: Sequence[dict[str, Any]] = (
        {"section": sections[0], "key": "overall", "kind": "scale", "scale": scale, "measure": "overall"},
        {"section": sections[0], "key": "effort", "kind": "scale", "scale": "ces1", "measure": "effort"},
        {"section": sections[1], "key": "courier", "kind": "scale", "scale": "csat5"},
        {"section": sections[1], "key": "words", "kind": "text"},
    )
    for order, row in enumerate(rows):
        Item.objects.create(version=version, order=order, texts={"en": f"{row['key']}?"}, required=False, **row)
    Version.objects.filter(pk=version.pk).update(state="published", published_at=NOW)
    version.refresh_from_db()
    return version


def campaign(version: Version | None = None, **given: Any) -> Campaign:
    values: dict[str, Any] = {
        "number": f"SV-{Campaign.objects.count() + 1:05}",
        "name": "签收后回访",
        "trigger": "delivery",
        "kind": SurveyKind.TRANSACTION.value,
        "state": "running",
        "planned_on": date(2026, 11, 1),
        "started_at": NOW,
        "zone": ZONE,
        "scope_unit_id": 1,
        "made_at": NOW,
        **given,
    }
    made = Campaign.objects.create(**values)
    CampaignForm.objects.create(campaign=made, audience="contact", version=version or form(f"form{made.pk}"))
    return made


def recipient(
    of: Customer | None,
    *,
    by: Campaign | None = None,
    contact: Contact | None = None,
    outcome: Disposition = Disposition.ANSWERED,
    at: datetime = NOW,
    answers: dict[str, Any] | None = None,
    **given: Any,
) -> Recipient:
    """Somebody asked, with what became of it. `answers` by key of the question: a number, or a text."""
    by = by or campaign()
    version = CampaignForm.objects.get(campaign=by).version
    row = Recipient.objects.create(
        **{
            "campaign": by,
            "version": version,
            "audience": "contact",
            "customer": of,
            "contact": contact,
            "scope_unit_id": of.scope_unit_id if of else 1,
            "zone": ZONE,
            "planned_at": at,
            "invited_at": at,
            "disposition": Disposition.SENT.value,
            **given,
        }
    )
    score, scale = None, ""
    for key, said in (answers or {}).items():
        item = Item.objects.get(version=version, key=key)
        value, text = (said, "") if isinstance(said, int) else (None, said)
        made = Answer.objects.create(recipient=row, item=item, value=value, text=text, at=at)
        if text:
            Comment.objects.create(answer=made, recipient=row, scope_unit_id=row.scope_unit_id, written_at=at)
        if key == "overall":
            score, scale = value, item.scale
    sent = outcome in {Disposition.ANSWERED, Disposition.UNSCORED, Disposition.COMPLAINT}
    Recipient.objects.filter(pk=row.pk).update(
        disposition=outcome.value,
        submitted_at=at if sent else None,
        received_at=at if sent else None,
        score=score,
        scale=scale,
    )
    row.refresh_from_db()
    return row


def follow_up(of: Recipient, **given: Any) -> FollowUp:
    values = {
        "recipient": of,
        "reason": "low_score",
        "scope_unit_id": of.scope_unit_id,
        "opened_at": NOW,
        "due_at": NOW,
        "zone": ZONE,
        **given,
    }
    return FollowUp.objects.create(**values)
