"""One question of a report: its valid base, the share of the sample, and what stays out of both."""

from typing import Any

import pytest

from zhike.insight.reports.rules.surveys import line_of
from zhike.voice.surveys.tests import factories as forms
from zhike.voice.surveys.types import ItemCount, ItemEntry, ItemView


def counted(**found: Any) -> ItemCount:
    entry = forms.item("claims")
    values = {name: getattr(entry, name) for name in ItemEntry.__dataclass_fields__}
    return ItemCount(item=ItemView(id=1, section_key="all", order=1, **values), **found)


@pytest.mark.req("SURV-25")
@pytest.mark.parametrize(("users", "share"), [(1427, 6.6), (727, 3.4)])
def test_line__for_users_of_a_service_gives_base_and_share_of_the_sample(users: int, share: float) -> None:
    """The printed base of 21,600 answers, of whom few use the service (requirements SURV-25)."""
    line = line_of(counted(counts={1: users}, said=users), 21_600, None)
    assert (line.n, round(line.share or 0, 1), line.unasked) == (users, share, 21_600 - users)


@pytest.mark.req("SURV-02")
def test_line__not_relevant_stays_out_of_the_base_and_is_counted() -> None:
    line = line_of(counted(counts={1: 4, 2: 6, 3: 5, 5: 15}, said=30, skipped=12), 50, None)
    assert (line.n, line.skipped, line.unasked) == (30, 12, 8)
    # 15 of 30, not of 42 or 50.
    assert line.rate == pytest.approx(50)
