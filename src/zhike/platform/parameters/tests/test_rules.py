from contextlib import AbstractContextManager
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from zhike.platform.parameters import Parameter, registered, rules
from zhike.platform.parameters.tests.factories import declared_for_test
from zhike.platform.parameters.types import DeclarationError


class Colour(StrEnum):
    AMBER = "amber"
    RED = "red"


VALUES = st.one_of(
    st.booleans(),
    st.integers(min_value=-rules.MAX_INTEGER, max_value=rules.MAX_INTEGER),
    st.decimals(min_value=-(10**14), max_value=10**14, places=8, allow_nan=False),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40),
    st.timedeltas(min_value=timedelta(0), max_value=rules.MAX_DURATION),
    st.dates(),
    st.sampled_from(Colour),
)


def trial(kind: type, default: object, **more: Any) -> AbstractContextManager[Parameter[Any]]:
    return declared_for_test(kind=kind, default=default, minimum=None, maximum=None, **more)


@given(value=VALUES)
def test_decode__gives_back_what_was_encoded(value: object) -> None:
    with trial(type(value), value) as parameter:
        assert rules.decode(parameter, rules.encode(value)) == value


@given(value=VALUES)
def test_read__understands_what_the_input_field_held(value: object) -> None:
    if isinstance(value, timedelta):
        value -= timedelta(microseconds=value.microseconds)
    if type(value) is str:
        value = rules.read(_text(), value)
    with trial(type(value), value) as parameter:
        assert rules.read(parameter, rules.editable(value)) == value


def _text() -> Parameter[str]:
    with trial(str, "") as parameter:
        return parameter


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("24 h", timedelta(hours=24)),
        ("90min", timedelta(minutes=90)),
        ("1.5 小时", timedelta(minutes=90)),
        ("3 days 2 h", timedelta(days=3, hours=2)),
        ("２４小时", timedelta(hours=24)),
        ("P1DT02H00M00S", timedelta(hours=26)),
    ],
)
def test_read__durations_as_people_write_them(typed: str, expected: timedelta) -> None:
    with trial(timedelta, timedelta(0)) as parameter:
        assert rules.read(parameter, typed) == expected


@pytest.mark.parametrize(
    ("kind", "default", "typed", "code"),
    [
        (int, 1, "1.5", "not_an_integer"),
        (int, 1, "٣x", "not_an_integer"),
        (int, 1, "9" * 17, "not_an_integer"),
        (Decimal, Decimal(1), "NaN", "not_a_number"),
        (Decimal, Decimal(1), "1e400", "not_a_number"),
        (timedelta, timedelta(1), "soon", "not_a_duration"),
        (timedelta, timedelta(1), "24", "not_a_duration"),
        (timedelta, timedelta(1), "99999999999 h", "not_a_duration"),
        (timedelta, timedelta(1), "P99999999999D", "not_a_duration"),
        (timedelta, timedelta(1), "Paris", "not_a_duration"),
        (date, date(2026, 1, 1), "2026-13-02", "not_a_date"),
        (bool, True, "perhaps", "not_yes_or_no"),
        (str, "a", "x" * 401, "too_long"),
        (Colour, Colour.RED, "green", "not_a_choice"),
    ],
)
def test_read__names_what_is_wrong(kind: type, default: object, typed: str, code: str) -> None:
    with trial(kind, default) as parameter, pytest.raises(rules.Unreadable) as caught:
        rules.read(parameter, typed)

    assert caught.value.error.code == code


def test_problems__says_the_limit() -> None:
    with declared_for_test() as parameter, translation.override("en"):
        assert [error.text() for error in rules.problems(parameter, Decimal("1.2"))] == [
            "The largest allowed value is 1 share."
        ]
        assert [error.code for error in rules.problems(parameter, Decimal("-0.1"))] == ["too_small"]
        assert rules.problems(parameter, Decimal(1)) == []


def test_problems__allows_only_the_choices() -> None:
    with trial(str, "day", choices={"day": "Calendar day", "hour": "Hour"}) as parameter:
        assert rules.problems(parameter, "hour") == []
        assert [error.code for error in rules.problems(parameter, "week")] == ["not_a_choice"]
        assert rules.display(parameter, "day") == "Calendar day"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (timedelta(hours=24), "24 h"),
        (timedelta(hours=48), "48 h"),
        (timedelta(days=7), "7 days"),
        (timedelta(minutes=90), "1 h 30 min"),
        (timedelta(0), "0 min"),
    ],
)
def test_duration_text__reads_in_whole_units(value: timedelta, expected: str) -> None:
    with translation.override("en"):
        assert rules.duration_text(value) == expected


def test_display__joins_number_and_unit_without_exponent() -> None:
    with declared_for_test(default=Decimal("1E+1"), maximum=None) as parameter:
        assert rules.display(parameter, Decimal("1E+1")) == "10 share"


@pytest.mark.parametrize(
    "wrong",
    [{"source": "  "}, {"key": "trial"}, {"default": 0.75, "kind": float}, {"default": 1}, {"kind": int}],
)
def test_parameter__cannot_be_declared_incomplete(wrong: dict[str, Any]) -> None:
    with pytest.raises(DeclarationError), declared_for_test(**wrong):
        pass


def test_parameter__cannot_be_declared_twice_with_another_default() -> None:
    with declared_for_test(), pytest.raises(DeclarationError), declared_for_test(default=Decimal("0.5")):
        pass


@pytest.mark.req("DATA-08")
def test_registry__no_parameter_is_without_source_label_unit_and_sound_default() -> None:
    without_source = [key for key, parameter in registered().items() if not parameter.source.strip()]

    assert without_source == []
    for key, parameter in registered().items():
        assert str(parameter.label), key
        # Durations are written with their own units, and a whole number may be a plain name, such as a port.
        counts = parameter.kind is Decimal and not parameter.options()
        assert str(parameter.unit) or not counts, f"{key} says no unit"
        assert rules.problems(parameter, parameter.default) == [], key
