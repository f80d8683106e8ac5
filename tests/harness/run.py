"""`make test`: every group of the suite, with the minutes each took and one line to sum up."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.harness.machine import MachineLacks, ensure_browser, ensure_mail_server
from zhike.platform.db import launcher
from zhike.platform.db.place import DatabaseUnavailable

ROOT = Path(__file__).resolve().parents[2]
SPECIAL = ("concurrency", "browser", "fuzz")


@dataclass(frozen=True, slots=True)
class Group:
    """Tests that run together, and the minutes that they should keep to."""

    name: str
    selection: str
    options: tuple[str, ...]
    budget: float


GROUPS = (
    Group("unit and database", f"not ({' or '.join(SPECIAL)})", ("-n", "2", "--dist", "worksteal"), 9),
    # Each test keeps to a database or a cluster of its own; a file keeps to one process, for what it shares is costly.
    Group(
        "concurrency and crash",
        "concurrency and not browser",
        ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"),
        3,
    ),
    Group("browser", "browser", ("-p", "no:xdist"), 7),
    Group("fuzz", "fuzz and not browser and not concurrency", ("-n", "2", "--dist", "worksteal"), 2),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one group gave; `complaint` names what went wrong besides failed tests."""

    group: Group
    passed: int
    failed: int
    skipped: int
    minutes: float
    complaint: str = ""

    @property
    def good(self) -> bool:
        return not (self.failed or self.skipped or self.complaint)

    def line(self) -> str:
        """One row of the summary."""
        late = f", over its {self.group.budget:g}" if self.minutes > self.group.budget else ""
        counts = f"{self.passed} passed, {self.failed} failed"
        skipped = f", {self.skipped} skipped (a skipped test fails the run)" if self.skipped else ""
        complaint = f"; {self.complaint}" if self.complaint else ""
        return f"{self.group.name:<22} {self.minutes:5.1f} min{late}  {counts}{skipped}{complaint}"


def run(group: Group, extra: list[str]) -> Outcome:
    """Run one group in a process of its own."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pytest", "-q", "-m", group.selection, *group.options, *extra]
        code = subprocess.run(
            command, check=False, cwd=ROOT, env={**os.environ, "ZHIKE_TEST_REPORT": str(report)}
        ).returncode
        counts = json.loads(report.read_text("utf-8")) if report.exists() else None
    minutes = (time.monotonic() - begun) / 60
    complaint = {0: "", 1: "", 5: "no tests found"}.get(code, f"pytest ended with {code}")
    if counts is None:
        return Outcome(group, 0, 0, 0, minutes, complaint or "no report was written")
    if code == 1 and counts["failed"] == 0:
        complaint = "pytest ended with 1"
    return Outcome(group, counts["passed"], counts["failed"], counts["skipped"], minutes, complaint)


def main(arguments: list[str]) -> int:
    """Run the groups named (all without a name); options go to pytest. Exit code 0 only when everything passed."""
    names = [argument for argument in arguments if not argument.startswith("-")]
    extra = [argument for argument in arguments if argument.startswith("-")]
    chosen = [group for group in GROUPS if not names or any(group.name.startswith(name) for name in names)]
    try:
        if any(group.name in {"browser", "unit and database"} for group in chosen):
            ensure_browser()
        ensure_mail_server()
        launcher.ensure()
    except (MachineLacks, DatabaseUnavailable) as error:
        print(error, file=sys.stderr)
        return 1
    outcomes = []
    for group in chosen:
        print(f"\n=== {group.name} ===", flush=True)
        outcomes.append(run(group, extra))
    print()
    for outcome in outcomes:
        print(outcome.line())
    print(f"total {sum(outcome.minutes for outcome in outcomes):24.1f} min")
    print(f"{sum(o.passed for o in outcomes)} passed, {sum(o.failed for o in outcomes)} failed", flush=True)
    return 0 if chosen and all(outcome.good for outcome in outcomes) else 1


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main(sys.argv[1:]))
