"""Children of one supervisor: started, restarted with growing pauses after a crash, stopped in order."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
# A child that lived this long did not crash at its start: the pauses begin anew.
_SETTLED = 60.0
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(slots=True)
class Child:
    """One process of the deployment."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    patience: float
    """Seconds that it may take to stop before it is killed."""
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0
    _pause: float = _FIRST_PAUSE
    _started: float = 0.0
    _not_before: float = 0.0

    def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603 our own programs
            self.command,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            # The terminal's Ctrl-C reaches only the supervisor, which then stops its children in order.
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 this process has one thread
        )
        self._started = time.monotonic()

    def look(self) -> int | None:
        """Restart it when it has ended and its pause is over; returns the exit code when it has just ended."""
        now = time.monotonic()
        if self.process is None:
            if now >= self._not_before:
                self.restarts += 1
                self.start()
            return None
        code = self.process.poll()
        if code is None:
            return None
        # Its own children, which may hold the port, must not outlive it.
        self._signal(signal.SIGKILL)
        if now - self._started > _SETTLED:
            self._pause = _FIRST_PAUSE
        self._not_before = now + self._pause
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        self.process = None
        return code

    def stop(self) -> bool:
        """Ask it to end, and end it when its patience is over; False when it had to be killed."""
        if self.process is None:
            return True
        with suppress(ProcessLookupError):
            self.process.terminate()
        try:
            self.process.wait(self.patience)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self.process.wait()
            return False
        self._signal(signal.SIGKILL)
        return True

    def _signal(self, number: signal.Signals) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


@dataclass(slots=True)
class Supervisor:
    """Looks after its children until SIGTERM or SIGINT."""

    children: Sequence[Child]
    say: Callable[[str], None]
    asked_to_stop: bool = False
    chores: Sequence[Callable[[], None]] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: object) -> None:
        self.asked_to_stop = True

    def start(self) -> None:
        for child in self.children:
            child.start()

    def look(self) -> None:
        """One round: restart what has ended, do the chores."""
        for child in self.children:
            code = child.look()
            if code is not None and not self.asked_to_stop:
                self.say(f"{child.name} ended with {code}; starting it again")
        for chore in self.chores:
            chore()

    def run(self) -> None:
        """Look after them until told to stop."""
        while not self.asked_to_stop:
            self.look()
            time.sleep(0.25)

    def stop(self) -> None:
        """Stop the children in the order given: first whoever takes new work."""
        for child in self.children:
            if not child.stop():
                self.say(f"{child.name} did not stop within {child.patience:.0f} s and was killed")


def _end_with_parent() -> None:
    """Between fork and exec: have the kernel end this child should the supervisor be killed."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]
