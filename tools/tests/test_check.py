import pytest

from tools.check import Check, run, run_all


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
