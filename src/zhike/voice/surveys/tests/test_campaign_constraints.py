"""What the database refuses of campaigns and their recipients, whoever asks."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from zhike.record.interactions.models import Interaction
from zhike.record.shipments.tests.factories import shipment
from zhike.service.cases.tests.factories import case
from zhike.voice.surveys.models import Campaign, CampaignForm, Recipient
from zhike.voice.surveys.tests.asking import DAY, NOW, TODAY, form, person, served

pytestmark = pytest.mark.django_db


def campaign(**given: Any) -> Campaign:
    values = {
        "number": f"SV-{Campaign.objects.count() + 1:05d}",
        "name": "调查",
        "trigger": "wave",
        "kind": "relationship",
        "planned_on": TODAY,
        "zone": "Asia/Shanghai",
        "scope_unit_id": 1,
        "made_at": NOW,
        **given,
    }
    return Campaign.objects.create(**values)


def recipient(**given: Any) -> Recipient:
    values = {
        "campaign": given.pop("campaign", None) or campaign(),
        "version": form(),
        "audience": "general",
        "scope_unit_id": 1,
        "zone": "Asia/Shanghai",
        "planned_at": NOW,
        **given,
    }
    return Recipient.objects.create(**values)


def twice(**given: Any) -> None:
    one = campaign()
    for _time in range(2):
        recipient(campaign=one, **given)


def two_forms() -> None:
    one = campaign()
    for _time in range(2):
        CampaignForm.objects.create(campaign=one, audience="general", version=form())


def spoken() -> Interaction:
    case(served())
    return Interaction.objects.latest("pk")


@pytest.mark.parametrize(
    ("name", "violate"),
    [
        ("campaign_number_once", lambda: [campaign(number="SV-1") for _time in range(2)]),
        (
            "campaign_external_once",
            lambda: [campaign(external_system="old", external_ref="7") for _time in range(2)],
        ),
        ("campaign_trigger_known", lambda: campaign(trigger="moon")),
        ("campaign_kind_known", lambda: campaign(kind="reminder")),
        ("campaign_state_known", lambda: campaign(state="lost", started_at=NOW)),
        ("campaign_share_fits", lambda: campaign(share=0)),
        ("campaign_share_fits", lambda: campaign(share=1.5)),
        ("campaign_span_right", lambda: campaign(closes_on=TODAY - DAY)),
        ("campaign_running_says_since", lambda: campaign(state="running")),
        ("campaign_form_once", two_forms),
        (
            "campaign_form_audience_known",
            lambda: CampaignForm.objects.create(campaign=campaign(), audience="all", version=form()),
        ),
        ("recipient_ref_once", lambda: [recipient(ref=UUID(int=7)) for _time in range(2)]),
        ("recipient_once_a_wave", lambda: twice(contact=person())),
        ("recipient_once_a_shipment", lambda: twice(shipment=shipment())),
        ("recipient_once_a_case", lambda: twice(case=case(served()))),
        ("recipient_once_a_contact", lambda: twice(interaction=spoken())),
        ("recipient_external_once", lambda: twice(external_ref="r-1")),
        ("recipient_fate_known", lambda: recipient(disposition="lost")),
        ("recipient_way_known", lambda: recipient(way="fax")),
        ("recipient_answered_says_when", lambda: recipient(disposition="answered", invited_at=NOW)),
        ("recipient_asked_says_when", lambda: recipient(disposition="sent")),
    ],
)
def test_constraint__refuses(name: str, violate: Callable[[], object]) -> None:
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        violate()
    assert error.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]
