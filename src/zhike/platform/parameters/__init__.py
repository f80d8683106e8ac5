"""Dated, sourced settings: declare `Parameter(...)` in a room, read `value(PARAMETER, at=now)`."""

from typing import TYPE_CHECKING

from zhike.platform.lazy import lazily
from zhike.platform.parameters.types import OWN_PRACTICE, Parameter, declared, registered

if TYPE_CHECKING:
    from zhike.platform.parameters.actions import set_parameter
    from zhike.platform.parameters.values import value, version

__all__ = ["OWN_PRACTICE", "Parameter", "declared", "registered", "set_parameter", "value", "version"]
__getattr__ = lazily(__name__, {"set_parameter": "actions", "value": "values", "version": "values"})
