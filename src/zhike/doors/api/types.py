"""What the outside sees of a key."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class KeySummary:
    """A key without its secret. `shown_once` is the whole key, only in the answer to its making."""

    id: int
    name: str
    prefix: str
    rights: tuple[str, ...]
    unit_name: str
    made_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    shown_once: str = ""
