"""Questions put into SQL once: what changes from one asking to the next is filled in, and costs no compiling.

Putting an expression into SQL takes longer than reading some hundred thousand rows, and the files change every minute.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from threading import Lock
from typing import Any, Final

import ibis.expr.types as ir

from zhike.insight.lake import queries as lake

MOST_TEXTS: Final = 2_000
# Private characters, which no text that is asked for has a use for.
_OPEN, _CLOSE = "\ue000", "\ue001"
_SLOT: Final = re.compile(f"{_OPEN}([a-z0-9_]+){_CLOSE}")
_texts: OrderedDict[Hashable, str] = OrderedDict()
_lock = Lock()


def slot(name: str) -> str:
    """What stands in the SQL for a value that is filled in later."""
    return f"{_OPEN}{name}{_CLOSE}"


def filled(text: str, given: Mapping[str, str]) -> str:
    """The SQL with its values, each within quotes already; none is looked at for slots again."""
    return _SLOT.sub(lambda found: given[found[1]].replace("'", "''"), text)


def records(key: Hashable, given: Mapping[str, str], build: Callable[[], ir.Table]) -> list[dict[str, Any]]:
    """The rows that the expression of `build` gives, which is asked for only where this key was never met."""
    with _lock:
        text = _texts.get(key)
        if text is not None:
            _texts.move_to_end(key)
    if text is None:
        text = lake.sql_of(build())
        with _lock:
            _texts[key] = text
            while len(_texts) > MOST_TEXTS:
                _texts.popitem(last=False)
    return lake.read(filled(text, given))
