"""UN/EDIFACT IFTSTA messages."""

from zhike.doors.connectors.rules.iftsta.parse import parse
from zhike.doors.connectors.rules.iftsta.verify import verify
from zhike.doors.connectors.types import Format

FORMAT = Format(
    code="iftsta",
    verify=verify,
    parse=parse,
    taken={"result": "taken"},
    refused={"result": "refused"},
)
