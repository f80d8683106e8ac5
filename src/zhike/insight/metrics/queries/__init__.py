"""Reading figures."""

from zhike.insight.lake.queries import one_look
from zhike.insight.metrics.queries.changes import (
    change_of,
    changes_by,
    compare,
    pooled,
    spans_of,
    spread_changes,
    spread_of,
)
from zhike.insight.metrics.queries.figures import (
    MONTH,
    NewestRows,
    RowsPage,
    all_rows,
    compute,
    count_rows,
    dimension_values,
    dimensions_of,
    newest_rows,
    rows_behind,
)
from zhike.insight.metrics.queries.files import published_facts, write_behind, write_fact
from zhike.insight.metrics.queries.items import ItemRates, SectionMean, item_rates
from zhike.insight.metrics.queries.pairs import Clustered, Pair, clustered_means, level_counts, paired
from zhike.insight.metrics.queries.signals import Signal, beyond_noise
from zhike.insight.metrics.queries.states import STATES, StateMoves, state_moves
from zhike.insight.metrics.queries.waves import WAVE, wave_steps

__all__ = [
    "MONTH",
    "STATES",
    "WAVE",
    "Clustered",
    "ItemRates",
    "NewestRows",
    "Pair",
    "RowsPage",
    "SectionMean",
    "Signal",
    "StateMoves",
    "all_rows",
    "beyond_noise",
    "change_of",
    "changes_by",
    "clustered_means",
    "compare",
    "compute",
    "count_rows",
    "dimension_values",
    "dimensions_of",
    "item_rates",
    "level_counts",
    "newest_rows",
    "one_look",
    "paired",
    "pooled",
    "published_facts",
    "rows_behind",
    "spans_of",
    "spread_changes",
    "spread_of",
    "state_moves",
    "wave_steps",
    "write_behind",
    "write_fact",
]
