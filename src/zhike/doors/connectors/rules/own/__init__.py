"""Our own CSV and JSON."""

from zhike.doors.connectors.rules.own.parse import parse
from zhike.doors.connectors.rules.own.verify import verify
from zhike.doors.connectors.types import Format

FORMAT = Format(
    code="own",
    verify=verify,
    parse=parse,
    taken={"result": "taken"},
    refused={"result": "refused"},
)
