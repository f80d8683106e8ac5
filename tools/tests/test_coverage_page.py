from pathlib import Path

import pytest

from tools.coverage_page import Malformed, Shown, markers, page


def _read(folder: Path, text: str) -> list[Shown]:
    path = folder / "test_a.py"
    path.write_text(text, "utf-8")
    return list(markers(path, folder))


def test_markers__are_read_from_module_function_and_parameters(tmp_path: Path) -> None:
    text = (
        'pytestmark = [pytest.mark.django_db, pytest.mark.req("DATA-06")]\n'
        '@pytest.mark.req("CUST-01", partial="claims")\ndef test_one():\n    pass\n'
        '@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.req("SHIP-02"))])\n'
        "def test_two(x):\n    pass\n"
        '@pytest.mark.req("CUST-02")\ndef helper():\n    pass\n'
    )

    assert _read(tmp_path, text) == [
        Shown("CUST-01", "test_a.py", "test_one", "claims"),
        Shown("DATA-06", "test_a.py", "test_one"),
        Shown("DATA-06", "test_a.py", "test_two"),
        Shown("SHIP-02", "test_a.py", "test_two"),
    ]


@pytest.mark.parametrize(
    "marker",
    ['"CUST-1"', '"CUTS-01"', '"cust-01"', "ROW", "", '"CUST-01", later="x"', '"CUST-01", "CUST-02", "CUST-04"'],
)
def test_markers__a_malformed_marker_fails(tmp_path: Path, marker: str) -> None:
    with pytest.raises(Malformed, match=r"^test_a\.py:[12]: "):
        _read(tmp_path, f"@pytest.mark.req({marker})\ndef test_one():\n    pass\n")


def test_page__lists_rows_by_area_and_says_what_they_wait_for() -> None:
    text = page(
        [
            Shown("SHIP-02", "src/b.py", "test_c"),
            Shown("CUST-04", "src/a.py", "test_b", "claims"),
            Shown("CUST-01", "src/a.py", "test_a", "cases"),
            Shown("CUST-01", "src/a.py", "test_a2"),
        ]
    )

    assert text.splitlines()[2:] == [
        "Written by `make coverage-page` from the `req` markers of the tests; do not edit.",
        "3 rows, 1 whole and 2 still waiting for a room to come.",
        "",
        "## CUST: Customer records",
        "",
        "|Row|Waits for|Tests|",
        "|-|-|-|",
        "|CUST-01|cases|[test_a](../src/a.py)<br>[test_a2](../src/a.py)|",
        "|CUST-04|claims|[test_b](../src/a.py)|",
        "",
        "## SHIP: Orders and tracking",
        "",
        "|Row|Waits for|Tests|",
        "|-|-|-|",
        "|SHIP-02||[test_c](../src/b.py)|",
    ]
