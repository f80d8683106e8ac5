from collections.abc import Iterator
from decimal import Decimal
from time import monotonic
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from zhike.platform import operation, parameters
from zhike.platform.errors import Forbidden
from zhike.platform.parameters import Parameter, actions, queries, values
from zhike.platform.parameters.models import ParameterMark, ParameterValue
from zhike.platform.parameters.tests.factories import DAY, NOW, declared_for_test, make_actor
from zhike.platform.parameters.tests.test_actions import a_value

pytestmark = pytest.mark.django_db


@pytest.fixture
def parameter() -> Iterator[Parameter[Any]]:
    with declared_for_test() as found:
        yield found


def set_elsewhere(value: str, mark: str) -> None:
    """What another process committed: rows and a new mark, nothing in this process's cache."""
    ParameterValue.objects.bulk_create([a_value(value=value)])
    ParameterMark.objects.update_or_create(pk=1, defaults={"mark": mark})


def test_value__costs_one_small_query_an_operation(
    parameter: Parameter[Any], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    set_elsewhere("0.9", "first")
    with operation.operation():
        parameters.value(parameter, at=NOW)

    with operation.operation(), django_assert_num_queries(1):
        for _read in range(50):
            assert parameters.value(parameter, at=NOW) == Decimal("0.9")


def test_value__costs_one_query_when_another_process_has_changed_something(
    parameter: Parameter[Any], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    set_elsewhere("0.9", "anew")
    with operation.operation(), django_assert_num_queries(1):
        assert parameters.value(parameter, at=NOW) == Decimal("0.9")


def test_value__notices_what_another_process_changed(parameter: Parameter[Any]) -> None:
    with operation.operation():
        assert parameters.value(parameter, at=NOW) == Decimal("0.75")

    set_elsewhere("0.9", "second")

    with operation.operation():
        assert parameters.value(parameter, at=NOW) == Decimal("0.9")


def test_value__notices_its_own_change_and_its_own_rollback(parameter: Parameter[Any]) -> None:
    with operation.operation():
        with transaction.atomic():
            _change("0.8")
            assert parameters.value(parameter, at=NOW) == Decimal("0.8")
            transaction.set_rollback(True)
        assert parameters.value(parameter, at=NOW) == Decimal("0.75")
        _change("0.6")
        assert parameters.value(parameter, at=NOW) == Decimal("0.6")


def _change(value: str) -> None:
    actions.set_parameter(
        actor=make_actor(), key="parameters.trial", value=value, reason="why", source="where", now=NOW
    )


def test_value__looks_again_within_a_long_operation(parameter: Parameter[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with operation.operation():
        assert parameters.value(parameter, at=NOW) == Decimal("0.75")
        set_elsewhere("0.9", "third")
        later = monotonic() + values.LOOK_AGAIN.total_seconds()
        monkeypatch.setattr(values, "monotonic", lambda: later)

        assert parameters.value(parameter, at=NOW) == Decimal("0.9")


def test_value__skips_rows_of_a_parameter_that_left() -> None:
    set_elsewhere("0.9", "fourth")
    with declared_for_test(key="parameters.other") as other, operation.operation():
        assert parameters.value(other, at=NOW) == Decimal("0.75")


def test_list_areas__groups_by_room_and_shows_default_current_and_pending(parameter: Parameter[Any]) -> None:
    _change("0.8")

    areas = queries.list_areas(actor=make_actor(), now=NOW, text="trial")

    [area] = areas
    with translation.override("en"):
        assert (area.code, str(area.label)) == ("parameters", "Parameters")
    [row] = area.rows
    assert (row.parameter.default, row.value, row.version) == (Decimal("0.75"), Decimal("0.8"), 2)
    assert (row.is_default, row.since, row.source, row.changes) == (False, NOW, "where", 1)


def test_list_areas__costs_two_queries_whatever_the_number(
    parameter: Parameter[Any], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        queries.list_areas(actor=make_actor(), now=NOW)


def test_queries__need_the_right(parameter: Parameter[Any]) -> None:
    nobody = make_actor(rights=frozenset())
    for ask in (
        lambda: queries.list_areas(actor=nobody, now=NOW),
        lambda: queries.get_row(actor=nobody, key=parameter.key, now=NOW),
        lambda: queries.history_of(actor=nobody, key=parameter.key),
        lambda: queries.list_pending(actor=nobody),
    ):
        with pytest.raises(Forbidden):
            ask()


def test_row__shows_what_is_coming_in_order(parameter: Parameter[Any]) -> None:
    for days, value in ((3, "0.5"), (1, "0.9")):
        actions.set_parameter(
            actor=make_actor(),
            key=parameter.key,
            value=value,
            reason="why",
            source="where",
            now=NOW,
            valid_from=NOW + days * DAY,
        )

    row = queries.get_row(actor=make_actor(), key=parameter.key, now=NOW + 2 * DAY)

    assert (row.value, row.version) == (Decimal("0.9"), 3)
    assert [(change.value, change.version) for change in row.coming] == [(Decimal("0.5"), 2)]
