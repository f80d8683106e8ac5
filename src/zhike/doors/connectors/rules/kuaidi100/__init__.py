"""Pushes of 快递100."""

from zhike.doors.connectors.rules.kuaidi100.parse import parse
from zhike.doors.connectors.rules.kuaidi100.verify import verify
from zhike.doors.connectors.types import Format

FORMAT = Format(
    code="kuaidi100",
    verify=verify,
    parse=parse,
    taken={"result": True, "returnCode": "200", "message": "成功"},
    refused={"result": False, "returnCode": "500", "message": "失败"},
)
