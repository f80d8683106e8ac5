"""What a file is for, who may see it, and what is known of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from zhike.platform import parameters
from zhike.platform.actors import Actor
from zhike.platform.authz import Right

JPEG, PNG, WEBP, GIF = "image/jpeg", "image/png", "image/webp", "image/gif"
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TEXT, CSV, MAIL, ZIP = "text/plain", "text/csv", "message/rfc822", "application/zip"

IMAGES: Final = frozenset({JPEG, PNG, WEBP, GIF})
SHEETS: Final = frozenset({XLSX, CSV, TEXT})
DOCUMENTS: Final = frozenset({PDF, DOCX, XLSX, CSV, TEXT})
# What people call these kinds when one is refused.
NAMES: Final = {
    JPEG: "JPEG",
    PNG: "PNG",
    WEBP: "WebP",
    GIF: "GIF",
    PDF: "PDF",
    XLSX: "XLSX",
    DOCX: "DOCX",
    TEXT: "TXT",
    CSV: "CSV",
    MAIL: "EML",
    ZIP: "ZIP",
}
MEGABYTE = 1_000_000

LARGEST = parameters.Parameter(
    key="files.largest",
    label=_("Largest file"),
    kind=int,
    default=20,
    minimum=1,
    maximum=2000,
    unit=_("MB"),
    source=gettext_noop("chosen by the makers of Zhike"),
)
_purposes: dict[str, "Purpose"] = {}
_accesses: dict[str, "FileAccess"] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """Why files are taken in: declaring it registers it.

    `code` is `<room>.<name>`; `types` the allowed media types by content; `largest` a parameter in megabytes; `right`
    is what storing needs.
    """

    code: str
    label: str | Promise = field(compare=False)
    types: frozenset[str]
    right: Right
    largest: parameters.Parameter[int] = LARGEST

    def __post_init__(self) -> None:
        known = _purposes.setdefault(self.code, self)
        if known != self:
            message = f"file purpose {self.code} is declared twice"
            raise ValueError(message)


def purpose_label(code: str) -> str:
    """The translated name; the bare code of one that is no longer declared."""
    found = _purposes.get(code)
    return str(found.label) if found else code


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRef:
    """A stored file as rooms know it; `name` is what the uploader called it and may name a person."""

    id: int
    sha256: str
    size: int
    media_type: str
    name: str
    purpose: str
    at: datetime
    erased: bool = False

    @property
    def is_image(self) -> bool:
        return self.media_type in IMAGES


class FileAccess(Protocol):
    """A room's answer to who may see the files that hang on its records. At most two queries each."""

    name: str

    def visible(self, *, actor: Actor, file_ids: Sequence[int]) -> Collection[int]:
        """Those of the files that this actor may see through a record of this room."""

    def referenced(self, *, file_ids: Sequence[int]) -> Collection[int]:
        """Those of the files that a record of this room holds, whoever may see it."""


def register_access(access: FileAccess) -> None:
    """Called from a room's `providers.py`."""
    _accesses[access.name] = access


def accesses() -> list[FileAccess]:
    return [_accesses[name] for name in sorted(_accesses)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What does not fit together between the disk and the table."""

    # Content of rows that is not on the disk: damage, to be fetched from a backup.
    missing: tuple[FileRef, ...]
    # Rows that no record of any room holds.
    unused: tuple[FileRef, ...]
    # Content on the disk that no row knows (an upload that was rolled back): sha256 and bytes.
    strays: tuple[tuple[str, int], ...]
