"""Public numbers: `next_number("customer")`, `take("customer", 50)`, in SQL `zhike_next_number('customer')`."""

from typing import TYPE_CHECKING

from zhike.platform.lazy import lazily
from zhike.platform.numbering.types import Series, registered, sort_key

if TYPE_CHECKING:
    from zhike.platform.numbering.actions import ensure_series, next_number, take

__all__ = ["Series", "ensure_series", "next_number", "registered", "sort_key", "take"]
__getattr__ = lazily(__name__, dict.fromkeys(("ensure_series", "next_number", "take"), "actions"))
