"""DCSA Track & Trace 2.x and 3.0 notifications."""

from zhike.doors.connectors.rules.dcsa.parse import parse
from zhike.doors.connectors.rules.dcsa.verify import verify
from zhike.doors.connectors.types import Format

FORMAT = Format(
    code="dcsa",
    verify=verify,
    parse=parse,
    taken={"result": "taken"},
    refused={"result": "refused"},
)
