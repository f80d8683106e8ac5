"""E-mail addresses: equals are equal, and each is found whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.platform import addresses


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("请联系li@example.com谢谢", ["li@example.com"]),
        ("写给o'brien@example.com。", ["o'brien@example.com"]),
        ("'li@example.com'", ["li@example.com"]),
        ("<Li+desk@Example.com>,", ["Li+desk@Example.com"]),
        ("wangli@x.com.cn", ["wangli@x.com.cn"]),
        ("li@example.com.", ["li@example.com"]),
        ("li@xn--fsqu00a.xn--fiqs8s，", ["li@xn--fsqu00a.xn--fiqs8s"]),
        ("li@localhost @example.com a@b", []),
    ],
)
def test_text__gives_each_address_without_its_neighbours(text: str, found: list[str]) -> None:
    assert addresses.IN_TEXT.findall(text) == found


def test_text__of_many_letters_without_an_address_is_read_at_once() -> None:
    assert addresses.IN_TEXT.findall("a" * 1_000_000 + "." * 100_000) == []


@pytest.mark.parametrize("typed", ["李@例子.中国", " 李@例子。中国 ", "李@XN--FSQU00A.xn--fiqs8s"])
def test_normal__is_one_form_for_a_domain_in_its_own_letters_and_in_those_of_servers(typed: str) -> None:
    assert addresses.normal(typed) == "李@xn--fsqu00a.xn--fiqs8s"
    assert addresses.shown(addresses.normal(typed)) == "李@例子.中国"
    assert addresses.is_address(addresses.normal(typed))


@given(st.text(max_size=300))
def test_normal__of_anything_stands_still_and_never_breaks(text: str) -> None:
    once = addresses.normal(f"li@{text}")
    assert addresses.normal(once) == once or not addresses.is_address(once)
    addresses.shown(once)
    addresses.is_address(text)


@pytest.mark.parametrize("text", ["", "li", "li@", "@x.com", "li@x", "a b@x.com", "li\x00@x.com", f"{'a' * 250}@x.com"])
def test_address__what_is_none(text: str) -> None:
    assert not addresses.is_address(text)
