from pathlib import Path

import pytest

from tools.findings import Finding, judge, report


def _finding(folder: Path, text: str, line: int) -> Finding:
    path = folder / "a.py"
    path.write_text(text, "utf-8")
    return Finding(path, line, "no-clock", "take now")


def test_judge__an_exemption_with_a_reason_covers_its_line_and_the_next(tmp_path: Path) -> None:
    finding = _finding(tmp_path, "# zhike: allow no-clock, no-save -- a launcher has no actor\nx = now()\n", 2)

    judged = judge([finding, finding])

    assert (judged.standing, judged.exempted) == ([], [finding])


@pytest.mark.parametrize("comment", ["x = now()", "x = now()  # zhike: allow no-save -- another rule"])
def test_judge__without_an_exemption_for_this_rule_a_finding_stands(tmp_path: Path, comment: str) -> None:
    finding = _finding(tmp_path, comment, 1)

    assert judge([finding]).standing == [finding]


def test_judge__an_exemption_without_a_reason_is_refused(tmp_path: Path) -> None:
    judged = judge([_finding(tmp_path, "x = now()  # zhike: allow no-clock", 1)])

    assert [finding.message for finding in judged.standing] == [
        "the exemption needs a reason: allow no-clock -- because"
    ]


def test_report__prints_and_counts_what_is_exempted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    finding = _finding(tmp_path, "x = now()  # zhike: allow no-clock -- measured here", 1)

    assert report(judge([finding])) == 0
    assert "no-clock 1" in capsys.readouterr().out
    assert report(judge([Finding(tmp_path / "b.py", 1, "no-clock", "take now")])) == 1
