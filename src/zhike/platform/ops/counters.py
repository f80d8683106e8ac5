"""What all processes of one deployment count together: files that each writes and whoever is scraped adds up.

Set up before anything of prometheus_client is imported, for it chooses its way of counting at import.
"""

import os
import shutil
from pathlib import Path

from zhike.platform.environment import Environment

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def folder_of(env: Environment, port: int) -> Path:
    """Where the processes that belong to the web port `port` count."""
    return env.var / "metrics" / str(port)


def begin(folder: Path) -> None:
    """Count from nothing: what processes of an earlier start have left would be added to all that follows."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)


def begin_alone(env: Environment, port: int) -> None:
    """For a web process of its own, without `serve`: its workers still count together."""
    if VARIABLE not in os.environ:
        folder = folder_of(env, port)
        begin(folder)
        os.environ[VARIABLE] = str(folder)
