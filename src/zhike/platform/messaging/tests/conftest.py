from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def var(settings: Settings, tmp_path: Path) -> Path:
    """A state folder of this test alone."""
    settings.VAR_DIR = tmp_path
    return tmp_path
