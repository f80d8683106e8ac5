from datetime import UTC, datetime, timedelta

import pytest

from zhike.doors.portal import rules
from zhike.doors.portal.types import Purpose
from zhike.record.shipments.types.codes import Status

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize("status", list(Status))
def test_step_states__every_state_has_its_place(status: Status) -> None:
    states = [str(state) for state in rules.step_states(status)]

    assert len(states) == (0 if status is Status.CANCELLED else 5)
    assert states == sorted(states, key=["done", "now", "coming"].index)


def test_step_states__out_for_delivery_is_before_the_last() -> None:
    assert [str(s) for s in rules.step_states(Status.OUT_FOR_DELIVERY)] == ["done", "done", "done", "now", "coming"]


def test_unseal__gives_back_what_was_sealed_until_its_end() -> None:
    token = rules.seal("shipment:7304", Purpose.TRACK, until=NOW + DAY)

    link = rules.unseal(token, Purpose.TRACK, now=NOW)

    assert link is not None
    assert rules.waybill_of(link) == "7304"
    assert rules.unseal(token, Purpose.TRACK, now=NOW + DAY) is None


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "eyJzIjoieCJ9:1abc:sig", "\x00", "../../"])
def test_unseal__takes_nothing_that_is_not_ours(token: str) -> None:
    assert rules.unseal(token, Purpose.TRACK, now=NOW) is None


def test_unseal__a_changed_letter_is_noticed() -> None:
    token = rules.seal("shipment:7304", Purpose.TRACK, until=NOW + DAY)

    for at in (0, 5, len(token) - 1):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert rules.unseal(changed, Purpose.TRACK, now=NOW) is None
