"""Where an import stands."""

from enum import StrEnum


class RunState(StrEnum):
    UPLOADED = "uploaded"
    CHECKED = "checked"  # a dry run is there to look at
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
