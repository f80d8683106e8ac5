from pathlib import Path

import pytest

from tools.check import CHECKS, Check, run, run_all, said


def test_run__keeps_status_output_and_time() -> None:
    outcome = run(Check("three", ("-c", "import sys; print('said'); sys.exit(3)"), "nothing"))

    assert (outcome.status, outcome.output) == (3, "said\n")
    assert outcome.seconds > 0


def test_run_all__shows_the_output_of_what_failed_only(capsys: pytest.CaptureFixture[str]) -> None:
    good = Check("good", ("-c", "print('quiet')"), "")
    bad = Check("bad", ("-c", "raise SystemExit('loud')"), "")

    outcomes = run_all([good, bad])

    assert sorted((outcome.check.name, outcome.status) for outcome in outcomes) == [("bad", 1), ("good", 0)]
    shown = capsys.readouterr().out
    assert "loud" in shown
    assert "quiet" not in shown


def test_said__a_failure_is_never_without_a_word() -> None:
    silent = Check("silent", ("-c", "raise SystemExit(3)"), "")
    killed = Check("killed", ("-c", "import os; os.kill(os.getpid(), 9)"), "")
    loud = Check("loud", ("-c", "print('line 3 is wrong'); raise SystemExit(1)"), "")
    assert said(run(silent)).startswith("It ended with 3 and printed nothing. Run it alone: python -c")
    assert said(run(killed)).startswith("It was ended by signal 9 and printed nothing.")
    assert said(run(loud)) == "line 3 is wrong"


def test_checks__formats_name_the_file_that_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("{% load x %}\n<div><p>a</p>\n   <b>x</b></div>\n")
    (tmp_path / "a.py").write_text("x = 'a'\n")
    for name in ("templates", "format"):
        [own] = [one for one in CHECKS if one.name == name]
        at = tuple({"src": str(tmp_path), ".": str(tmp_path)}.get(argument, argument) for argument in own.arguments)
        outcome = run(Check(name, at, own.fix))
        assert outcome.status == 1
        assert ("a.html" if name == "templates" else "a.py") in said(outcome)
