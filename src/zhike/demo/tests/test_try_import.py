"""`try_import` says what is missing before anything is begun."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

MAPPING = """
zone = "Asia/Shanghai"
[sources]
units = "units.csv"
people = "people.csv"
[[steps]]
target = "organization.units"
source = "units"
[steps.fields]
code = "code"
name = "name"
kind = "kind"
"""


def test_try_import__names_missing_files_and_what_is_there(tmp_path: Path) -> None:
    mapping = tmp_path / "map.toml"
    mapping.write_text(MAPPING)
    (tmp_path / "Units.CSV").write_text("code,name,kind\n")
    (tmp_path / "people.csv").write_text("number\n")

    with pytest.raises(CommandError) as refused:
        call_command("try_import", str(tmp_path), mapping=mapping)

    told = str(refused.value)
    assert "lacks units.csv, which the mapping names" in told
    assert "it holds Units.CSV, map.toml, people.csv" in told


def test_try_import__names_a_missing_mapping(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.toml is not a file; it should be the mapping"):
        call_command("try_import", str(tmp_path), mapping=tmp_path / "none.toml")
