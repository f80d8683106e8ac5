import pytest

from zhike.platform.db.ids import id_of, ids_of


@pytest.mark.parametrize("text", ["", "abc", "-1", "1.0", "１２", "²", "9" * 30, "9" * 19, "1\x00", "1e3"])
def test_id__that_is_none_is_not_read(text: str) -> None:
    assert id_of(text) is None
    assert ids_of([text, "7"]) == [7]


def test_id__is_read_as_it_stands() -> None:
    assert (id_of(" 42 "), id_of("9" * 18)) == (42, 10**18 - 1)
