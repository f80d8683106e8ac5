"""The numbering of the tree, periods, conflicts."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhike.record.organization.rules import (
    FAN_OUT,
    HALVES,
    NoRoom,
    child_interval,
    clean_code,
    clean_texts,
    conflicts_among,
    may_hang_below,
    merged,
    nests,
    number_tree,
    period_bounds,
    shifted,
)
from zhike.record.organization.types import DutyConflict, Interval, Period, UnitKind

ROOT = HALVES[0]


@st.composite
def trees(draw: st.DrawFn) -> dict[int, list[int]]:
    """Any tree of up to 60 units, unit 0 being the root."""
    size = draw(st.integers(1, 60))
    children: dict[int, list[int]] = {}
    for child in range(1, size):
        children.setdefault(draw(st.integers(0, child - 1)), []).append(child)
    return children


def descendants(unit: int, children: dict[int, list[int]]) -> set[int]:
    return {unit}.union(*(descendants(child, children) for child in children.get(unit, [])))


@settings(max_examples=150, deadline=None)
@given(trees(), st.integers(0, 60))
def test_number_tree__a_subtree_is_exactly_one_interval(children: dict[int, list[int]], narrow: int) -> None:
    size = len(descendants(0, children))
    inside = ROOT if narrow > 40 else Interval(7, 7 + size - 1 + narrow)
    numbered = number_tree(0, children, inside)
    assert len(numbered) == size
    assert nests(list(numbered.values()))
    for unit, interval in numbered.items():
        within = {other for other, place in numbered.items() if interval.no <= place.no <= interval.end}
        assert within == descendants(unit, children)


@pytest.mark.parametrize("children", [1, 2, 60, 3000])
def test_number_tree__leaves_room_for_one_more_however_narrow(children: int) -> None:
    inside = Interval(1, 8192)
    slots = number_tree(0, {0: list(range(1, children + 1))}, inside)
    taken = [slots[pk] for pk in range(1, children + 1)]
    new = child_interval(inside, taken)
    assert inside.no < new.no <= new.end <= inside.end
    assert all(new.end < other.no or other.end < new.no for other in taken)


def test_number_tree__too_narrow_an_interval_is_refused() -> None:
    with pytest.raises(NoRoom):
        number_tree(0, {0: [1, 2]}, Interval(1, 2))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 30), max_size=40), st.integers(10, 500))
def test_child_interval__insertions_in_any_order_keep_every_subtree_an_interval(parents: list[int], width: int) -> None:
    places, parent_of = {0: Interval(1, width)}, {0: -1}
    for position, wanted in enumerate(parents, start=1):
        parent = wanted % len(places)
        below = [places[unit] for unit in places if parent_of[unit] == parent]
        try:
            placed = child_interval(places[parent], below)
        except NoRoom:
            continue
        places[len(places)] = placed
        parent_of[len(places) - 1] = parent
        assert placed.no > places[parent].no, position
    assert nests(list(places.values()))


def test_child_interval__former_numbers_are_not_given_again() -> None:
    first = child_interval(ROOT, [])
    second = child_interval(ROOT, [first])
    assert second.no > first.end
    assert child_interval(ROOT, [first, second]).no > second.end


def test_child_interval__leaves_room_for_many_levels_of_many_units() -> None:
    place = ROOT
    for _level in range(5):
        place = child_interval(place, [])
    taken: list[Interval] = []
    for _child in range(FAN_OUT - 1):
        taken.append(child_interval(ROOT, taken[-1:]))
    assert taken[-1].end <= ROOT.end


def test_child_interval__uses_a_hole_when_the_end_is_reached() -> None:
    parent = Interval(1, 20)
    assert child_interval(parent, [Interval(2, 4), Interval(10, 20)], weight=3) == Interval(5, 7)
    with pytest.raises(NoRoom):
        child_interval(parent, [Interval(2, 20)])


def test_shifted__moves_an_interval_with_its_root() -> None:
    assert shifted(Interval(12, 15), Interval(10, 20), Interval(110, 120)) == Interval(112, 115)
    assert shifted(Interval(12, 15), Interval(10, 20), Interval(110, 115)) is None


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 10)), max_size=8))
def test_merged__covers_the_same_numbers(pairs: list[tuple[int, int]]) -> None:
    nested = [(low, low + length) for low, length in pairs]
    # Tree intervals nest or are apart.
    apart = [n for i, n in enumerate(nested) if all(n[0] > o[1] or n[1] < o[0] for o in nested[:i])]
    inner = [(low, low) for low, _high in apart]
    kept = merged([*apart, *inner])
    assert {n for low, high in kept for n in range(low, high + 1)} == {
        n for low, high in apart for n in range(low, high + 1)
    }
    assert len(kept) == len(apart)


@pytest.mark.parametrize(
    ("kind", "parent", "fits"),
    [
        (UnitKind.REGION, UnitKind.COMPANY, True),
        (UnitKind.REGION, UnitKind.OUTLET, False),
        (UnitKind.OUTLET, UnitKind.REGION, True),
        (UnitKind.AGENCY_POINT, UnitKind.OUTLET, True),
        (UnitKind.OUTLET, UnitKind.AGENCY_POINT, False),
        (UnitKind.COMPANY, UnitKind.COMPANY, False),
    ],
)
def test_may_hang_below__kinds(kind: UnitKind, parent: UnitKind, fits: bool) -> None:  # noqa: FBT001 - a table
    assert may_hang_below(kind, parent) is fits


@pytest.mark.parametrize(
    ("period", "first", "after"),
    [
        (Period.DAY, (2026, 11, 22, 16), (2026, 11, 23, 16)),
        (Period.WEEK, (2026, 11, 22, 16), (2026, 11, 29, 16)),
        (Period.MONTH, (2026, 10, 31, 16), (2026, 11, 30, 16)),
        (Period.QUARTER, (2026, 9, 30, 16), (2026, 12, 31, 16)),
        (Period.YEAR, (2025, 12, 31, 16), (2026, 12, 31, 16)),
    ],
)
def test_period_bounds__calendar_periods_of_the_zone(
    period: Period, first: tuple[int, int, int, int], after: tuple[int, int, int, int]
) -> None:
    monday_morning = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
    assert period_bounds(period, monday_morning, "Asia/Shanghai") == (
        datetime(*first, tzinfo=UTC),
        datetime(*after, tzinfo=UTC),
    )


def test_conflicts_among__roles_and_rights_are_looked_at_apart() -> None:
    declared = [DutyConflict("role", "a", "b", ""), DutyConflict("right", "x", "y", "")]
    assert conflicts_among({"a"}, {"b", "x"}, declared) == []
    assert conflicts_among({"a", "b"}, {"x", "y"}, declared) == declared


def test_clean_code__full_width_and_small_letters() -> None:
    assert clean_code(" ｐｄ-01 ") == "PD-01"
    assert clean_code("浦东") is None


def test_clean_texts__drops_blanks_and_repetitions() -> None:
    assert clean_texts([" +862162345678", "", "+862162345678", "+862262345678"]) == ["+862162345678", "+862262345678"]
