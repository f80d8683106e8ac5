"""Each named constraint of the reception, violated."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from zhike.record.customers.tests.factories import customer
from zhike.record.interactions.models import Interaction
from zhike.record.interactions.tests.factories import call as said
from zhike.service.reception.models import Call, CallEvent, Extension, PhoneSystem, Waiting
from zhike.service.reception.tests import factories as make
from zhike.service.reception.tests.factories import NOW

pytestmark = pytest.mark.django_db
EARLIER = NOW - timedelta(hours=1)


def changed(**values: Any) -> None:
    Call.objects.filter(pk=make.call().pk).update(**values)


def waits(**values: Any) -> None:
    Waiting.objects.filter(pk=make.waiting().pk).update(**values)


def second_call() -> None:
    row = make.call()
    Call.objects.filter(pk=make.call().pk).update(ref=row.ref)


def second_event() -> None:
    row = CallEvent.objects.filter(call=make.call()).get()
    CallEvent.objects.create(call=row.call, key=row.key, event=row.event, occurred_at=NOW, received_at=NOW)


def unknown_event() -> None:
    CallEvent.objects.filter(call=make.call()).update(event="sung")


def second_holder() -> None:
    member, _actor = make.agent("801")
    Extension.objects.create(number="801", staff=member, valid_from=NOW)


def extension(**values: Any) -> None:
    make.agent("801")
    Extension.objects.update(**values)


def second_system() -> None:
    row = make.system()
    PhoneSystem.objects.create(code=row.code, name="x", unit=row.unit)


def unnamed_system() -> None:
    make.system()
    PhoneSystem.objects.update(name="")


def second_return() -> None:
    row = make.call()
    for _ in range(2):
        Waiting.objects.filter(pk=make.waiting().pk).update(call=row)


def handed_over_twice() -> None:
    for _ in range(2):
        Waiting.objects.filter(pk=make.waiting().pk).update(external_system="chat", external_ref="m-1")


def written_for_nobody() -> None:
    said(customer())
    changed(interaction=Interaction.objects.latest("pk"))


@pytest.mark.parametrize(
    ("violate", "constraint"),
    [
        (second_system, "phone_system_code_once"),
        (unnamed_system, "phone_system_named"),
        (second_holder, "extension_held_by_one"),
        (lambda: extension(number=""), "extension_number_given"),
        (lambda: extension(valid_until=EARLIER), "extension_validity_right"),
        (second_call, "call_once"),
        (lambda: changed(ref=""), "call_named"),
        (lambda: changed(state="singing", ended_at=NOW), "call_state_known"),
        (lambda: changed(direction="up"), "call_direction_known"),
        (lambda: changed(who="me"), "call_who_known"),
        (lambda: changed(state="ended"), "call_end_is_dated"),
        (lambda: changed(who="known"), "call_known_is_somebody"),
        (written_for_nobody, "call_written_for_somebody"),
        (second_event, "call_event_once"),
        (unknown_event, "call_event_known"),
        (lambda: waits(channel="mail"), "waiting_channel_known"),
        (lambda: waits(state="lost", ended_at=NOW), "waiting_state_known"),
        (lambda: waits(state="taken"), "waiting_taken_by_somebody"),
        (lambda: waits(state="dropped"), "waiting_end_is_dated"),
        (lambda: waits(state="dropped", ended_at=EARLIER), "waiting_ends_after_asking"),
        (lambda: waits(state="answered", ended_at=NOW), "waiting_answer_given"),
        (handed_over_twice, "waiting_external_once"),
        (second_return, "waiting_call_returned_once"),
    ],
)
def test_constraints__refuse(violate: Callable[[], None], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        violate()
