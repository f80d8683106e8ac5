"""Reading figures."""

from zhike.insight.metrics.queries.figures import (
    MONTH,
    compare,
    compute,
    dimension_values,
    dimensions_of,
    rows_behind,
)
from zhike.insight.metrics.queries.signals import Signal, beyond_noise

__all__ = ["MONTH", "Signal", "beyond_noise", "compare", "compute", "dimension_values", "dimensions_of", "rows_behind"]
