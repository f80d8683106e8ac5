"""Everything that `make check` asks, two at a time, with the time of each: `python tools/check.py [check …]`."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
AT_ONCE: Final = 2


@dataclass(frozen=True, slots=True)
class Check:
    """`arguments` are given to this Python; `fix` says what to do when it fails."""

    name: str
    arguments: tuple[str, ...]
    fix: str


@dataclass(frozen=True, slots=True)
class Outcome:
    check: Check
    status: int
    output: str
    seconds: float


_WALLS: Final = "from importlinter.cli import lint_imports_command as run; run(['--no-logo'])"

# The slowest first, so that the last one to end is a short one.
CHECKS: Final = (
    Check("types", ("-m", "mypy"), "annotate as mypy says"),
    Check("migrations", ("manage.py", "makemigrations", "--check", "--dry-run"), "python manage.py makemigrations"),
    Check(
        "templates",
        # Not --quiet: it keeps to itself what would be formatted otherwise.
        ("-m", "djlint", "src", "--check", "--lint"),
        "make fix (djlint settles in two passes), then what it names",
    ),
    Check("api", ("tools/openapi.py", "--check"), "python tools/openapi.py, then commit docs/reference/openapi.json"),
    Check("house", ("-m", "tools.lint"), "python -m tools.lint --rules explains each rule"),
    Check("messages", ("-m", "tools.i18n", "check"), "make messages, then translate what is empty"),
    Check("markers", ("tools/coverage_page.py", "--check"), "name rows of the catalogue: CUST-01"),
    Check("walls", ("-c", _WALLS), "docs/reference/conventions.md draws the layers"),
    Check("code", ("-m", "ruff", "check", "--quiet", "."), "make fix, then what ruff names"),
    Check("format", ("-m", "ruff", "format", "--check", "."), "make fix"),
)


def run(check: Check) -> Outcome:
    started = perf_counter()
    done = subprocess.run(
        [sys.executable, *check.arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]), "NO_COLOR": "1"},
    )
    return Outcome(check, done.returncode, done.stdout, perf_counter() - started)


def said(outcome: Outcome) -> str:
    """What a failed check printed; where it printed nothing, how it ended: a failure is never without a word."""
    if printed := outcome.output.strip("\n").rstrip():
        return printed
    how = f"was ended by signal {-outcome.status}" if outcome.status < 0 else f"ended with {outcome.status}"
    return f"It {how} and printed nothing. Run it alone: python {' '.join(outcome.check.arguments)}"


def run_all(checks: Sequence[Check]) -> list[Outcome]:
    """Run them, printing each as it ends; what failed shows its output at once."""
    outcomes = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for future in as_completed([pool.submit(run, check) for check in checks]):
            outcome = future.result()
            outcomes.append(outcome)
            if outcome.status:
                print(f"\n──── {outcome.check.name} ────\n{said(outcome)}\n", flush=True)
            print(
                f"{'failed' if outcome.status else 'ok':<8}{outcome.check.name:<12}{outcome.seconds:6.1f} s", flush=True
            )
    return outcomes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="check", help=", ".join(check.name for check in CHECKS))
    wanted = parser.parse_args().names
    if unknown := set(wanted) - {check.name for check in CHECKS}:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    started = perf_counter()
    outcomes = run_all([check for check in CHECKS if not wanted or check.name in wanted])
    failed = [outcome.check for outcome in outcomes if outcome.status]
    print(f"\n{len(outcomes) - len(failed)} of {len(outcomes)} checks passed in {perf_counter() - started:.0f} s")
    for check in failed:
        print(f"  {check.name}: {check.fix}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
