"""The list of erasures, kept beside the database: a restored backup is older than what was erased since (design §4)."""

import fcntl
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

NAME = "erasures.jsonl"


def entries(source: Path) -> list[dict[str, Any]]:
    """Every erasure on the list, the oldest first; none where there is no list. A line cut short is left out."""
    try:
        lines = source.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        try:
            found.append(json.loads(line))
        except ValueError:
            # The machine stopped in the middle of a line; the erasure itself is in the database and its log.
            continue
    return found


def append(target: Path, kept: Mapping[str, Any]) -> None:
    """Add one erasure and put it on the disk; `id` names it. An entry that is there already is not written again."""
    merge(target, [kept])


def merge(target: Path, more: Iterable[Mapping[str, Any]]) -> Sequence[str]:
    """Add those that the list does not have; returns their ids."""
    with target.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        target.chmod(0o600)
        file.seek(0)
        before = file.read()
        known = {entry["id"] for entry in entries(target)}
        new = [entry for entry in more if entry["id"] not in known]
        if before and not before.endswith("\n"):
            file.write("\n")
        file.writelines(f"{json.dumps(entry, ensure_ascii=False)}\n" for entry in new)
        file.flush()
        os.fsync(file.fileno())
    return [entry["id"] for entry in new]
