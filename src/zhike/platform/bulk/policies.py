"""Who may import; each target asks for a right of its own besides."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from zhike.platform import parameters
from zhike.platform.authz import Right
from zhike.platform.files.types import CSV, TEXT, XLSX, Purpose

IMPORT = Right(
    "imports.run",
    _("Import files"),
    frozenset({"admin", "supervisor", "account_manager", "department", "quality"}),
    for_programs=True,
)

# Held by jobs only: an erasure of a person, or the time of keeping, reaches what imports keep.
FORGET = Right("imports.forget", _("Empty what imports keep of people"), frozenset())

LARGEST_TABLE = parameters.Parameter(
    key="imports.largest_file",
    label=_("Largest file to import"),
    kind=int,
    default=500,
    minimum=1,
    maximum=2000,
    unit=_("MB"),
    source=gettext_noop("chosen by the makers of Zhike"),
)
TABLE_FILE = Purpose(
    code="bulk.table",
    label=_("File to import"),
    types=frozenset({CSV, TEXT, XLSX}),
    right=IMPORT,
    largest=LARGEST_TABLE,
)
