"""What a generation of the lake is, and what a refresh did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise

from zhike.platform.errors import ZhikeError

PARQUET = "application/vnd.apache.parquet"


@dataclass(frozen=True, slots=True)
class Month:
    """Files of one event month: immutable parts, and the rows of them that changed since (they replace by id)."""

    parts: tuple[str, ...] = ()
    rows: int = 0
    max_id: int = 0
    delta: str = ""
    delta_rows: int = 0

    def to_dict(self) -> dict[str, Any]:
        return {
            "parts": list(self.parts),
            "rows": self.rows,
            "max_id": self.max_id,
            "delta": self.delta,
            "delta_rows": self.delta_rows,
        }


@dataclass(frozen=True, slots=True)
class Generation:
    """One readable state of one fact: never changes once named."""

    fact: str
    number: int
    months: Mapping[str, Month]
    gone: str = ""  # file of deleted ids not yet taken out of the parts
    gone_rows: int = 0
    as_of: datetime | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "gone": self.gone,
            "gone_rows": self.gone_rows,
            "months": {month: files.to_dict() for month, files in self.months.items()},
        }

    def files(self) -> set[str]:
        """Every file this generation reads."""
        found = {name for m in self.months.values() for name in (*m.parts, m.delta) if name}
        return found | ({self.gone} if self.gone else set())


def generation_of(fact: str, number: int, manifest: Mapping[str, Any], as_of: datetime | None) -> Generation:
    """Read a stored manifest."""
    return Generation(
        fact=fact,
        number=number,
        months={
            month: Month(**{**files, "parts": tuple(files["parts"])})
            for month, files in (manifest.get("months") or {}).items()
        },
        gone=str(manifest.get("gone", "")),
        gone_rows=int(manifest.get("gone_rows", 0)),
        as_of=as_of,
    )


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What one refresh of one fact did."""

    fact: str
    generation: int
    exported: int
    deleted: int
    rebuilt: bool
    seconds: float
    months: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Lag:
    """How far the lake of one fact is behind. `age` is None before the first refresh."""

    fact: str
    label: str | Promise
    age: timedelta | None
    rows_behind: int


class LakeGone(ZhikeError):
    """A figure's generation is no longer kept."""

    code = "lake_generation_gone"
    status = 409
