"""Questions put into SQL once: values are filled in as text and nothing else, and fit the next state of the files."""

from collections import OrderedDict
from datetime import timedelta

import pytest

from zhike.insight.lake import actions as lake
from zhike.insight.metrics import queries
from zhike.insight.metrics.queries import plans
from zhike.insight.metrics.types import Question
from zhike.platform.actors import system_actor
from zhike.record.customers.tests.factories import customer
from zhike.record.shipments.tests import factories as goods
from zhike.record.shipments.tests.factories import NOW

ACTOR = system_actor("tests")


def test_filled__a_value_is_text_whatever_stands_in_it() -> None:
    text = f"x IN ('{plans.slot('f0')}', '{plans.slot('f1')}')"
    given = {"f0": "O'Hara'); DROP", "f1": plans.slot("f0")}
    assert plans.filled(text, given) == f"x IN ('O''Hara''); DROP', '{plans.slot('f0')}')"


def test_plans__one_statement_serves_other_values_and_the_next_state(
    fresh_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "_texts", made := OrderedDict[object, str]())
    one, other = customer(name="华夏电子"), customer(name="东湖")
    for of, region in ((one, "CN-SH"), (one, "O'Hara"), (other, "CN-SH")):
        goods.shipment(customer=of, region=region, promised_delivery_at=NOW)
    lake.refresh_all(actor=ACTOR, now=NOW)

    def count(**filters: str) -> int:
        chosen = {name: (value,) for name, value in filters.items()}
        return queries.compute(actor=ACTOR, question=Question("shipments", filters=chosen)).total.n

    assert [count(customer_id=str(of.pk)) for of in (one, other)] == [2, 1]
    assert [count(region=name) for name in ("CN-SH", "O'Hara", "nowhere")] == [2, 1, 0]
    # Who answers for the customer stands in the file, and passes from hand to hand.
    assert [count(customer_owner_id=str(of.owner_id)) for of in (one, other)] == [2, 1]
    assert len(made) == 3
    goods.shipment(customer=other, region="CN-SH", promised_delivery_at=NOW)
    lake.refresh_all(actor=ACTOR, now=NOW + timedelta(minutes=1))
    assert [count(customer_id=str(of.pk)) for of in (one, other)] == [2, 2]
    assert len(made) == 3
