from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection

from zhike.platform import operation
from zhike.platform.parameters import actions
from zhike.platform.parameters.models import ParameterProposal, ParameterValue
from zhike.platform.parameters.tests.factories import NOW, declared_for_test, make_actor

pytestmark = pytest.mark.concurrency


def _set(value: str) -> str:
    try:
        with operation.operation():
            outcome = actions.set_parameter(
                actor=make_actor(), key="parameters.trial", value=value, reason="r", source="s", now=NOW
            )
        return "pending" if outcome.is_pending else "saved"
    except actions.ProposalOpen:
        return "refused"
    finally:
        connection.close()


def test_set_parameter__versions_follow_each_other_under_several_hands(fresh_db: str) -> None:
    values = [f"0.{digit}" for digit in range(1, 9)]
    with declared_for_test(default=Decimal("0.95")), ThreadPoolExecutor(4) as pool:
        assert set(pool.map(_set, values)) == {"saved"}

    rows = list(ParameterValue.objects.order_by("version"))
    assert [row.version for row in rows] == list(range(2, 10))
    assert [row.previous for row in rows[1:]] == [row.value for row in rows[:-1]]


def test_set_parameter__one_proposal_at_a_time(fresh_db: str) -> None:
    with declared_for_test(needs_approval=True), ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(_set, ["0.1", "0.2", "0.3", "0.4"]))

    assert outcomes == ["pending", "refused", "refused", "refused"]
    assert ParameterProposal.objects.count() == 1
