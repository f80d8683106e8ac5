from collections.abc import Iterator

import pytest

from zhike.platform.search import register_numbers, register_source, types
from zhike.platform.search.tests.factories import Desk, Room


@pytest.fixture
def rooms() -> Iterator[tuple[Room, Room]]:
    """Two rooms alone in the house: customers and goods."""
    before = dict(types._sources), dict(types._numbers)
    types._sources.clear()
    types._numbers.clear()
    customers, goods = Room("customer", "Customers", 10), Room("goods", "Goods", 20)
    register_source(customers)
    register_source(goods)
    register_numbers(Desk([customers, goods]))
    yield customers, goods
    types._sources.clear()
    types._numbers.clear()
    types._sources.update(before[0])
    types._numbers.update(before[1])
