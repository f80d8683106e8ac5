"""17TRACK v2.4 webhooks."""

from zhike.doors.connectors.rules.track17.parse import parse
from zhike.doors.connectors.rules.track17.verify import verify
from zhike.doors.connectors.types import Format

FORMAT = Format(
    code="track17",
    verify=verify,
    parse=parse,
    taken={"code": 0},
    refused={"code": 1},
)
