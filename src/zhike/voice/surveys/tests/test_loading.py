"""Answers of another system: linked to what they speak of, taken over once, every refused row named."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from zhike.platform.actors import Actor
from zhike.platform.bulk.actions import import_records
from zhike.platform.bulk.types import StepResult
from zhike.platform.errors import Forbidden
from zhike.platform.outbox import Mode
from zhike.platform.outbox.models import OutboxEvent
from zhike.record.customers.tests.factories import NOW, SETUP, customer
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments.models import Shipment
from zhike.record.shipments.tests.factories import shipment, staff
from zhike.voice.surveys.models import Answer, Campaign, CampaignForm, Comment, Item, Questionnaire, Recipient, Version
from zhike.voice.surveys.types import Disposition, Measure, Way

pytestmark = pytest.mark.django_db
SAID = "2026-11-20 09:30:00"


def load(rows: list[dict[str, Any]], *, actor: Actor = SETUP, **options: str) -> StepResult:
    return import_records(
        actor=actor,
        target="surveys.answers",
        records=rows,
        mode=Mode.BACKFILL,
        source="shop",
        zone="Asia/Shanghai",
        options={"system": "shop", **options},
        now=NOW,
    )


def row(reference: str, score: int | str = 5, **more: str) -> dict[str, Any]:
    return {"reference": reference, "scale": "csat5", "score": str(score), "answered_at": SAID, **more}


def goods(**given: Any) -> Shipment:
    organization.company()
    return shipment(**given)


def events() -> list[tuple[str, int]]:
    """Each event of outcomes: its mode and how many recipients it names."""
    return [
        (mode, len(payload["recipient_ids"]))
        for mode, payload in OutboxEvent.objects.filter(type="surveys.outcomes").values_list("mode", "payload")
    ]


def test_load__an_answer_belongs_to_its_shipment_and_stands_as_it_was_said() -> None:
    of = customer(references=(("shop", "K1"),), industry="textiles")
    outlet = organization.unit()
    parcel = goods(
        customer=of, region="BR-SP", destination_unit=outlet, scope_unit_id=outlet.tree_no, zone="America/Sao_Paulo"
    )
    counts = load([
        row("R1", 2, waybill=parcel.waybill.lower(), title="迟到", text="晚了三天", asked_at="2026-11-19 00:00:00"),
        row("R2", 4, customer="K1", value_class="A", annual_value="1200.50"),
    ]).counts  # fmt: skip
    assert (counts.created, counts.updated, counts.duplicate) == (2, 0, 0)
    first, second = Recipient.objects.order_by("pk")
    assert (first.shipment_id, first.customer_id, first.outlet_id, first.scope_unit_id) == (
        parcel.pk,
        of.pk,
        outlet.pk,
        outlet.tree_no,
    )
    assert (first.region, first.industry, first.business_line, first.zone) == (
        "BR-SP",
        "textiles",
        "express",
        "America/Sao_Paulo",
    )
    assert (first.disposition, first.way, first.mode, first.score, first.scale) == (
        Disposition.ANSWERED,
        Way.IMPORT,
        "backfill",
        2,
        "csat5",
    )
    # 09:30 in the zone of the file.
    assert first.submitted_at is not None
    assert first.submitted_at.isoformat() == "2026-11-20T01:30:00+00:00"
    assert first.invited_at is not None
    assert first.submitted_at - first.invited_at == timedelta(hours=33, minutes=30)
    assert (second.shipment_id, second.customer_id, second.value_class, str(second.annual_value)) == (
        None,
        of.pk,
        "A",
        "1200.50",
    )
    said = Answer.objects.filter(recipient=first).order_by("item__order")
    assert [(one.value, one.text) for one in said] == [(2, ""), (None, "迟到\n晚了三天")]
    comment = Comment.objects.get()
    assert (comment.answer_id, comment.deed, comment.written_at) == (said[1].pk, "", first.submitted_at)


def test_load__makes_one_survey_with_a_published_form_of_the_scale() -> None:
    parcel = goods()
    load([row("R1", waybill=parcel.waybill)], campaign="reviews", campaign_name="商城评价", wave="2026")
    load([row("R2", waybill=parcel.waybill), row("R3", scale="nps11", score=9)], campaign="reviews")
    campaign = Campaign.objects.get(external_ref="reviews/csat5")
    assert (campaign.name, campaign.wave, campaign.state, campaign.recipients, campaign.mode) == (
        "商城评价",
        "2026",
        "closed",
        2,
        "backfill",
    )
    assert (campaign.external_system, campaign.number[:3]) == ("shop", "SV-")
    version = CampaignForm.objects.get(campaign=campaign).version
    form = Questionnaire.objects.get(code="shop-csat5")
    assert (version.questionnaire_id, version.state, form.published_version) == (form.pk, "published", 1)
    items = Item.objects.filter(version=version).order_by("order").values_list("kind", "scale", "measure")
    assert list(items) == [("scale", "csat5", Measure.OVERALL), ("text", "", "")]
    assert Item.objects.filter(scale="nps11").values_list("measure", flat=True).get() == Measure.RECOMMEND
    assert (Version.objects.count(), Campaign.objects.count()) == (2, 2)


@pytest.mark.req("SURV-12")
def test_load__the_same_file_twice_moves_nothing_and_two_answers_are_two() -> None:
    parcel, other = goods(), goods()
    rows = [
        row("R1", 1, reference_of="O1", waybill=parcel.waybill),
        row("R1", 5, reference_of="O2", waybill=other.waybill),
        row("R2", 3, reference_of="O1", waybill=parcel.waybill),
    ]
    first = load(rows).counts
    before = list(Recipient.objects.order_by("pk").values_list("pk", "score", "submitted_at"))
    again = load(rows).counts
    assert (first.created, first.duplicate, again.created, again.duplicate) == (3, 0, 0, 3)
    assert list(Recipient.objects.order_by("pk").values_list("pk", "score", "submitted_at")) == before
    assert Recipient.objects.filter(shipment=parcel).count() == 2
    assert Answer.objects.count() == 3
    assert events() == [("backfill", 3)]


def test_load__names_each_bad_row_and_keeps_the_good_ones() -> None:
    parcel = goods()
    load([row("R0", 4)])
    result = load([
        row("R1", waybill=parcel.waybill),
        row("R2", 6),
        row("R3", waybill="NONE"),
        row("R4", "", text=""),
        row("R5", asked_at="2026-11-21 00:00:00"),
        row("R6", customer="nobody"),
        row("R1", 2),
        row("R0", 2),
        row("R7", form="none"),
        row("R8", answered_at="2027-01-01 00:00:00"),
        row("R9", "", text="没有打分"),
    ])  # fmt: skip
    assert (result.read, result.counts.created, result.rejected) == (11, 2, 9)
    assert {(one.field, one.value, one.code) for one in result.rejections} == {
        ("score", "6", "outside_scale"),
        ("waybill", "NONE", "unknown_waybill"),
        ("score", "", "says_nothing"),
        ("answered_at", "2026-11-20 01:30:00+00", "before_asked"),
        ("customer", "nobody", "unknown_customer"),
        ("reference", "R1", "repeated_answer"),
        ("score", "2", "stands"),
        ("form", "none", "unknown_form"),
        ("answered_at", "2026-12-31 16:00:00+00", "in_future"),
    }
    unscored = Recipient.objects.get(external_ref="R9")
    assert (unscored.score, unscored.scale, unscored.disposition) == (None, "", Disposition.ANSWERED)
    assert Answer.objects.get(recipient=unscored, item__kind="scale").skipped


def test_load__what_was_taken_over_is_never_changed() -> None:
    organization.company()
    load([row("R1", 4)])
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Answer.objects.update(value=5)
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        Recipient.objects.update(score=5)


def test_load__needs_the_right() -> None:
    organization.company()
    with pytest.raises(Forbidden):
        load([row("R1")], actor=staff("surveys.view", "imports.run"))
    assert not Recipient.objects.exists()
