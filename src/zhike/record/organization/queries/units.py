"""Units: the tree, the register of service points, and what an agent must know of an outlet."""

from zhike.record.organization.models import Unit
from zhike.record.organization.types import Side, UnitKind, UnitSummary


def summary_of(unit: Unit) -> UnitSummary:
    return UnitSummary(
        id=unit.pk,
        code=unit.code,
        name=unit.name,
        kind=UnitKind(unit.kind),
        side=Side(unit.side),
        parent_id=unit.parent_id,
        no=unit.tree_no,
        end=unit.tree_end,
        depth=unit.depth,
        zone=unit.zone,
        phone=unit.phone,
        active=unit.active,
    )
