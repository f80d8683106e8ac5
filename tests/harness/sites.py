"""Zhike's real processes on a test's own database."""

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.harness.clusters import until
from zhike.platform.environment import environment
from zhike.platform.ops import counters
from zhike.platform.ops.serve import Address, answers, children
from zhike.platform.ops.supervisor import Child

START_PATIENCE = 90.0
_READY = {"web": "/readyz", "live": "/live/healthz"}


@dataclass(slots=True)
class Site:
    """Some of the processes that `serve` would start, on a pair of ports of their own."""

    address: Address
    known: dict[str, Child]
    running: dict[str, Child] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.address.url

    @property
    def live_url(self) -> str:
        return f"{self.address.live.url}/live"

    def start(self, *names: str) -> None:
        """Start these processes and wait until the servers among them answer."""
        for name in names:
            self.known[name].start()
            self.running[name] = self.known[name]
        for name in names:
            if name in _READY:
                at = self.address if name == "web" else self.address.live
                until(lambda at=at, name=name: answers(at, _READY[name]), seconds=START_PATIENCE)

    def kill(self, name: str) -> None:
        """End a process and all that it started, as `kill -9` does."""
        child = self.running.pop(name)
        assert child.process is not None
        os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()

    def stop(self, *names: str) -> None:
        """Stop these processes in order; all without a name."""
        for name in names or list(self.running):
            self.running.pop(name).stop()


def free_port_pair() -> int:
    """A port that is free, and the next one too."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


@contextmanager
def running_site(*names: str, web_workers: int = 1) -> Iterator[Site]:
    """A site on the database that this process is connected to."""
    address = Address("127.0.0.1", free_port_pair())
    known = {child.name: child for child in children(environment(), address)}
    for child in known.values():
        child.environment = {**child.environment, "ZHIKE_WEB_WORKERS": str(web_workers)}
    site = Site(address, known)
    counted = counters.folder_of(environment(), address.port)
    counters.begin(counted)
    try:
        site.start(*names)
        yield site
    finally:
        site.stop()
        shutil.rmtree(counted)
