"""`serve` looks after its processes: killed ones come back, Ctrl-C ends them all, nothing is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.harness.clusters import Cluster, me, until
from tests.harness.sites import free_port_pair
from zhike.platform.environment import environment
from zhike.platform.ops import serve
from zhike.platform.ops.serve import Address, answers

pytestmark = [pytest.mark.concurrency, pytest.mark.timeout(600)]
PROCESSES = {
    "web": "zhike.platform.ops.servers web",
    "live": "zhike.platform.ops.servers live",
    "outbox": "manage.py drain_outbox",
    "worker": "manage.py procrastinate worker",
}


@dataclass(slots=True)
class Serving:
    """`serve` at a terminal, on a state folder of its own."""

    cluster: Cluster
    address: Address
    process: "subprocess.Popen[bytes] | None" = None
    started: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return self.cluster.var.with_suffix(".log")

    def begin(self) -> "subprocess.Popen[bytes]":
        env = {name: value for name, value in os.environ.items() if not name.startswith(("ZHIKE_", "DATABASE_URL"))}
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "zhike.platform.ops.serve", "--port", str(self.address.port)],
                stdout=log,
                stderr=log,
                cwd=environment().root,
                env={**env, "ZHIKE_VAR": str(self.cluster.var), "ZHIKE_WEB_WORKERS": "1"},
            )
        self.started.append(process)
        return process

    def start(self) -> float:
        """Start it and wait until it says so; returns the seconds."""
        begun = time.monotonic()
        self.process = self.begin()
        until(lambda: self.said("Zhike is ready") or self.ended(), seconds=240)
        assert self.said("Zhike is ready"), self.log.read_text("utf-8")
        return time.monotonic() - begun

    def said(self, words: str) -> bool:
        return words in self.log.read_text("utf-8", "replace")

    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def stop(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(120)

    def pid_of(self, name: str) -> int | None:
        """The first process of that name that the supervisor started, while it lives."""
        assert self.process is not None
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            if parent == self.process.pid and PROCESSES[name] in command:
                return int(entry.name)
        return None

    def ready(self) -> bool:
        return answers(self.address, "/readyz") and answers(self.address.live, "/live/healthz")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    made = Serving(Cluster(tmp_path_factory.mktemp("serve") / "var", me()), Address("127.0.0.1", free_port_pair()))
    yield made
    for process in made.started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(120)
    made.cluster.remove()


@pytest.fixture
def serving(kept: Serving) -> Serving:
    """One state folder for the whole file, for its first start takes long; running, whatever the test before did."""
    if kept.process is None or kept.ended():
        kept.start()
    return kept


def gone(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def test_serve__killed_processes_come_back(serving: Serving) -> None:
    before = {name: serving.pid_of(name) for name in PROCESSES}
    postmaster = serving.cluster.pid()
    serving.cluster.kill_server()
    for pid in before.values():
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
    until(lambda: all(serving.pid_of(name) not in {None, before[name]} for name in PROCESSES), seconds=120)
    until(serving.ready, seconds=120)
    assert serving.cluster.pid() != postmaster


def test_serve__second_supervisor_of_a_folder_is_refused(serving: Serving) -> None:
    refused = serving.begin()
    assert refused.wait(60) == 1
    assert "Zhike already runs here as process" in serving.log.read_text("utf-8")
    assert serving.ready()


def test_serve__killed_supervisor_is_followed_by_one_that_ends_everything(serving: Serving) -> None:
    children = [serving.pid_of(name) for name in PROCESSES]
    assert serving.process is not None
    serving.process.kill()
    serving.process.wait()
    until(lambda: all(pid is not None and gone(pid) for pid in children), seconds=120)
    serving.start()
    assert serving.said(f"Zhike is ready: http://localhost:{serving.address.port}")
    # The database too, which the killed supervisor had started.
    running = [*[serving.pid_of(name) for name in PROCESSES], serving.cluster.pid()]
    assert serving.stop(signal.SIGINT) == 0
    assert all(pid is not None and gone(pid) for pid in running)
    assert not serving.ready()


def test_serve__taken_port_is_named_before_anything_starts(tmp_path: Path) -> None:
    serving = Serving(Cluster(tmp_path / "var", me()), Address("127.0.0.1", free_port_pair()))
    with subprocess.Popen(
        [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(serving.address.port + 1)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as other:
        until(lambda: answers(serving.address.live, "/"))
        refused = serving.begin()
        assert refused.wait(60) == 1
        other.terminate()
    said = serving.log.read_text("utf-8")
    assert f"Port {serving.address.port + 1} of 127.0.0.1, needed for live events, cannot be used" in said
    assert "make run PORT=" in said
    assert not (serving.cluster.var / "pg").exists()


def test_demo__without_a_mail_server_starts_and_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhike.platform.ops.serve.shutil.which", lambda *_name, **_path: None)
    env, address = environment(), Address("127.0.0.1", 8000)
    assert serve._demo_mail(env, address) is None
    hint = serve._lead_demo_mail(env, address, here=False)
    assert hint[-1] == "For mail in the demonstration install dovecot-imapd (apt-get install -y dovecot-imapd)."
