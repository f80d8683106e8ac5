"""Who may import; each target asks for a right of its own besides."""

from django.utils.translation import gettext_lazy as _

from zhike.platform import parameters
from zhike.platform.authz import Right
from zhike.platform.files.types import CSV, TEXT, XLSX, Purpose

IMPORT = Right("imports.run", _("Import files"), frozenset({"admin", "supervisor", "account_manager", "quality"}))

LARGEST_TABLE = parameters.Parameter(
    key="imports.largest_file",
    label=_("Largest file to import"),
    kind=int,
    default=500,
    minimum=1,
    maximum=2000,
    unit=_("MB"),
    source="design §4",
)
TABLE_FILE = Purpose(
    code="bulk.table",
    label=_("File to import"),
    types=frozenset({CSV, TEXT, XLSX}),
    right=IMPORT,
    largest=LARGEST_TABLE,
)
