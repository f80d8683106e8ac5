"""What a check found, and the comment by which a line is exempted with a reason."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]

# `# zhike: allow no-clock -- the launcher has no actor`; in templates, styles and scripts inside their own comment.
_EXEMPTION: Final = re.compile(r"zhike: allow (?P<rules>[a-z0-9-]+(?:, ?[a-z0-9-]+)*)(?: -- (?P<reason>[^#*}]+))?")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    path: Path
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        path = self.path.relative_to(ROOT) if self.path.is_relative_to(ROOT) else self.path
        return f"{path}:{self.line}: {self.rule}: {self.message}"


@dataclass(frozen=True, slots=True)
class Judged:
    """Findings that stand, and those that a comment with a reason exempts."""

    standing: Sequence[Finding]
    exempted: Sequence[Finding]


def judge(findings: Iterable[Finding]) -> Judged:
    """An exemption stands on the finding's line or on the line above; one without a reason is itself a finding."""
    standing: list[Finding] = []
    exempted: list[Finding] = []
    for finding in sorted(set(findings)):
        match _exemption(finding):
            case None:
                standing.append(finding)
            case "":
                message = f"the exemption needs a reason: allow {finding.rule} -- because"
                standing.append(Finding(finding.path, finding.line, finding.rule, message))
            case _:
                exempted.append(finding)
    return Judged(standing, exempted)


def report(judged: Judged) -> int:
    """Print everything; 1 when something stands."""
    for finding in judged.standing:
        print(finding)
    if judged.exempted:
        counts = Counter(finding.rule for finding in judged.exempted)
        print(f"exempted with a reason: {', '.join(f'{rule} {n}' for rule, n in sorted(counts.items()))}")
        for finding in judged.exempted:
            print(f"  {finding} [{_exemption(finding)}]")
    return 1 if judged.standing else 0


def _exemption(finding: Finding) -> str | None:
    lines = read_lines(finding.path)
    for number in (finding.line, finding.line - 1):
        if 1 <= number <= len(lines) and (match := _EXEMPTION.search(lines[number - 1])):
            rules = [rule.strip() for rule in match["rules"].split(",")]
            if finding.rule in rules:
                return (match["reason"] or "").strip()
    return None


@cache
def read_lines(path: Path) -> Sequence[str]:
    return path.read_text("utf-8").splitlines() if path.is_file() else ()
