"""One moment of the company's day, and who it is done by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from zhike.platform.actors import system_actor

ACTOR = system_actor("demo.day")
SYSTEM = "demo.day"
LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class Turn:
    """One moment of the day: the chance it is drawn by, and when it happens."""

    chance: np.random.Generator
    now: datetime

    def one(self, rows: Sequence[Any]) -> Any:  # noqa: ANN401 - whatever the rows are
        return rows[int(self.chance.integers(len(rows)))]

    def key(self) -> str:
        """A name for what happens now, as another system would give it."""
        return f"{self.now.astimezone(UTC):%Y%m%dT%H%M%S}-{int(self.chance.integers(1_000_000)):06d}"


Happening = Callable[[Turn], str]
"""Does one thing and says which; an empty answer means that there was nothing to do."""
