"""The two servers of one deployment: `python -m zhike.platform.ops.servers web|live --host --port`."""

import argparse
import os
import sys
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from zhike.platform.environment import environment
from zhike.platform.ops import counters


def serve_web(host: str, port: int) -> None:
    """Pages and API."""
    Granian(
        "zhike.config.wsgi:application",
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=int(os.environ.get("ZHIKE_WEB_WORKERS", "2")),
        blocking_threads=int(os.environ.get("ZHIKE_WEB_THREADS", "4")),
        # A thread that ends takes its database connection with it.
        blocking_threads_idle_timeout=600,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=30,
        log_level=LogLevels.warning,
        log_dictconfig=_logging(),
    ).serve()


def serve_live(host: str, port: int) -> None:
    """Events for browsers; its requests only end when the browser goes, so they are cut at a stop."""
    Granian(
        "zhike.config.asgi:application",
        interface=Interfaces.ASGINL,
        address=host,
        port=port,
        workers=1,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=2,
        log_level=LogLevels.warning,
        log_dictconfig=_logging(),
    ).serve()


def _logging() -> dict[str, Any]:
    logs = environment().logging()
    quiet = {"handlers": ["stderr"], "level": "WARNING", "propagate": False}
    return {**logs, "loggers": {**logs["loggers"], "_granian": quiet}}


def main(arguments: list[str] | None = None) -> int:
    """Run one server until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m zhike.platform.ops.servers", description=__doc__)
    parser.add_argument("name", choices=["web", "live"])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    given = parser.parse_args(arguments)
    os.environ["ZHIKE_PROCESS"] = given.name
    if given.name == "web":
        counters.begin_alone(environment(), given.port)
    (serve_web if given.name == "web" else serve_live)(given.host, given.port)
    return 0


if __name__ == "__main__":
    sys.exit(main())
