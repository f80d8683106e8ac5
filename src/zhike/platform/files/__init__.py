"""Files, stored by their content: `files.store(...)` inside an action, `files.open(sha256)` to read."""

from typing import TYPE_CHECKING

from zhike.platform.files.types import FileAccess, FileRef, Purpose, register_access
from zhike.platform.lazy import lazily

if TYPE_CHECKING:
    from zhike.platform.files.actions import forget_names, store
    from zhike.platform.files.queries import get_file, list_files
    from zhike.platform.files.storage import open

__all__ = [
    "FileAccess",
    "FileRef",
    "Purpose",
    "forget_names",
    "get_file",
    "list_files",
    "open",
    "register_access",
    "store",
]
__getattr__ = lazily(
    __name__,
    {
        "store": "actions",
        "forget_names": "actions",
        "get_file": "queries",
        "list_files": "queries",
        "open": "storage",
    },
)
