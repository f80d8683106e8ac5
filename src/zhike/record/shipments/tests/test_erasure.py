"""A consignee asks to be forgotten: found by number on the shipments, emptied, on record, and again after a restore."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from zhike.platform import search
from zhike.platform.audit.models import AuditEntry
from zhike.platform.errors import Forbidden, Invalid
from zhike.platform.files import actions as files
from zhike.platform.files.models import StoredFile
from zhike.platform.files.tests.factories import make_image
from zhike.platform.ops import erasures
from zhike.platform.search.index import refresh
from zhike.record.customers import actions as customers
from zhike.record.customers.tests import factories as people
from zhike.record.customers.types import ErasedPeople, ErasureBasis, number_mark, personal_data
from zhike.record.shipments import actions
from zhike.record.shipments.models import EstimateChange, Leg, Party, ProofOfDelivery, Shipment, TrackingEvent
from zhike.record.shipments.policies import PROOF
from zhike.record.shipments.tests import factories as make
from zhike.record.shipments.types.codes import Condition, Status

pytestmark = pytest.mark.django_db

BASIS = ErasureBasis.CONSENT
PHONE, OTHER = "+8613812345678", "+8613912345678"
ADDRESS = {"address": "延安西路 100 号 1202 室", "postcode": "200050", "lat": "31.2", "lon": "121.4"}
EMPTY = ("", "", "", "", "", None, None)
PERSONAL = ("name", "phone", "phone_key", "address", "postcode", "lat", "lon")


@pytest.fixture(autouse=True)
def var(settings: Settings, tmp_path: Path) -> Path:
    """The list of erasures and the files of this test alone."""
    settings.VAR_DIR = tmp_path
    return tmp_path


def parcel(phone: str = PHONE, **given: Any) -> Shipment:
    consignee = {"name": "陈静", "phone": phone, "phone_key": phone[-8:], "region": "华东", **ADDRESS, **given}
    return make.shipment(consignee=consignee)


def personal(of: Shipment, role: str = "consignee") -> tuple[Any, ...]:
    found: tuple[Any, ...] = Party.objects.values_list(*PERSONAL).get(shipment=of, role=role)
    return found


def erase(*numbers: str, contacts: tuple[int, ...] = ()) -> int:
    return customers.erase_people(
        actor=make.SYSTEM, contact_ids=contacts, phone_numbers=numbers, basis=BASIS, reason="本人来函", now=make.NOW
    )


def test_erasure__by_phone_empties_the_person_and_keeps_goods_and_courier() -> None:
    hers, of_another = parcel(), parcel(OTHER)
    make_leg = {"unit_id": None, "courier_name": "赵磊", "courier_phone": "+8613900001111"}
    Leg.objects.create(shipment=hers, sequence=900, kind="delivery", assigned_at=make.NOW, **make_leg)
    event = make.event(hers, Status.DELIVERED, make.NOW, text="已签收，签收人：陈静", handler_name="赵磊")
    plain = make.event(hers, Status.OUT_FOR_DELIVERY, make.NOW - make.hours(1), text="派送中")
    actions.add_events(actor=make.SYSTEM, events=[event, plain], source="carrier", now=make.NOW)
    before = make.fresh(hers)

    assert erase("138 1234 5678") == 2  # the snapshot and the text that named her

    assert personal(hers) == EMPTY
    party = Party.objects.get(shipment=hers)
    assert (party.city, party.region) == ("上海", "华东")
    assert personal(of_another)[0] == "陈静"
    texts = TrackingEvent.objects.filter(shipment=hers).order_by("occurred_at").values_list("raw_text", "handler_name")
    assert list(texts) == [("派送中", ""), ("", "赵磊")]
    assert Leg.objects.values_list("courier_name", "courier_phone").get() == ("赵磊", "+8613900001111")
    after = make.fresh(hers)
    for kept in ("status", "delivered_at", "promised_delivery_at", "is_late", "waybill", "customer_id"):
        assert getattr(after, kept) == getattr(before, kept)


def test_erasure__empties_signature_photos_and_remarks_of_colleagues(var: Path) -> None:
    hers = parcel()
    photo = files.store(
        actor=make.SYSTEM,
        content=make_image(),
        filename="陈静签名.jpg",
        purpose=PROOF,
        now=make.NOW,
    )
    actions.record_delivery_reply(
        actor=make.SYSTEM,
        shipment_id=hers.pk,
        signer="邻居林",
        signed_at=make.NOW,
        condition=Condition.INTACT,
        remark="陈静不在家",
        file_ids=[photo.id],
        now=make.NOW,
    )
    EstimateChange.objects.create(
        shipment=hers, at=make.NOW, eta=make.NOW, source="staff", reason="收件人 13812345678 要求改期"
    )
    assert erase(PHONE) == 4

    reply = ProofOfDelivery.objects.get(shipment=hers)
    assert (reply.signer, reply.remark, reply.condition) == ("–", "", Condition.INTACT.value)
    assert EstimateChange.objects.get().reason == "–"
    stored = StoredFile.objects.get(pk=photo.id)
    assert (stored.name, stored.erased_at) == ("", make.NOW)


def test_erasure__of_a_contact_takes_own_numbers_and_of_shared_ones_only_the_same_name() -> None:
    firm = people.customer()
    her = people.contact(firm, people.phone(PHONE), people.phone("021-62345678"), name="陈静")
    people.contact(firm, people.phone("021-62345678"), name="周航")
    own, switchboard = parcel(name="静静"), parcel("+862162345678")
    colleague = parcel("+862162345678", name="周航")

    known = ErasedPeople(contact_ids=[her.pk], salt="s", marks=[number_mark("s", PHONE)], endings=[PHONE[-8:]])
    # Rooms above and beside know nothing of her.
    counts = {provider.name: provider.count(people=known) for provider in personal_data()}
    assert {name: count for name, count in counts.items() if count} == {"customers": 1, "shipments": 1}
    erase(contacts=(her.pk,))

    assert personal(own) == EMPTY
    assert personal(switchboard) == EMPTY
    assert personal(colleague)[0] == "周航"


def test_erasure__leaves_neither_search_nor_second_key() -> None:
    hers = parcel()
    refresh("shipment", [hers.pk], now=make.NOW)
    erase(PHONE)
    refresh("shipment", [hers.pk], now=make.NOW)
    found = search.search(actor=make.staff(), text="陈静")
    assert not any(group.hits for group in found.groups)


def test_erasure__is_for_administrators_and_of_certain_numbers() -> None:
    hers = parcel()
    with pytest.raises(Forbidden):
        customers.erase_people(
            actor=make.staff("customers.view"), phone_numbers=[PHONE], basis=BASIS, reason="本人来函", now=make.NOW
        )
    with pytest.raises(Invalid):
        erase("62345678")
    with pytest.raises(Invalid):
        customers.erase_people(actor=make.SYSTEM, phone_numbers=[PHONE], basis=BASIS, reason=" ", now=make.NOW)
    assert personal(hers)[0] == "陈静"


def test_erasure__is_on_record_without_the_number_and_replayed_after_a_restore(
    var: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    hers = parcel()
    with django_capture_on_commit_callbacks(execute=True):
        assert erase(PHONE) == 1
    entry = AuditEntry.objects.get(type="customers.people_erased")
    told = entry.changes["after"]
    assert (told["people"], told["numbers"]) == ([], 1)
    assert {name: count for name, count in told["rows"].items() if count} == {"shipments": 1}
    kept = var / erasures.NAME
    text = kept.read_text()
    assert [line["id"] for line in erasures.entries(kept)] == [entry.subject_id]
    assert "12345678" not in text
    assert "陈静" not in text
    later = make.NOW + timedelta(days=1)
    assert customers.replay_erasures(actor=make.SYSTEM, now=later) == 0

    # The restored database is older than the erasure: the person is there again, and the log knows of nothing.
    returned = parcel()
    of_another = parcel(OTHER)
    forgotten = {**erasures.entries(kept)[0], "id": "7b0e1a7e-5f0a-4d3e-9a53-0d9d0c6f1b11"}
    erasures.append(kept, forgotten)
    assert customers.replay_erasures(actor=make.SYSTEM, now=later) == 1
    assert personal(returned) == EMPTY
    assert personal(of_another)[1] == OTHER
    assert customers.replay_erasures(actor=make.SYSTEM, now=later) == 0
    assert personal(hers) == EMPTY
