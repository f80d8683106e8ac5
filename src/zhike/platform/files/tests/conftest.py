from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from zhike.platform.files import types
from zhike.platform.files.tests.factories import Album


@pytest.fixture(autouse=True)
def var(settings: Settings, tmp_path: Path) -> Path:
    """A file store of this test alone."""
    settings.VAR_DIR = tmp_path
    return tmp_path


@pytest.fixture
def album() -> Iterator[Album]:
    made = Album()
    before = dict(types._accesses)
    types._accesses.clear()
    types.register_access(made)
    yield made
    types._accesses.clear()
    types._accesses.update(before)
