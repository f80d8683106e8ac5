"""`X-Zhike-Signature: sha256=<hex>` of the HMAC over `<timestamp>.<body>`, `X-Zhike-Timestamp: <seconds since 1970>`.

The timestamp is part of what is signed: a message that somebody has overheard is of no use after the window.
"""

from datetime import UTC, datetime, timedelta

from zhike.doors.connectors.rules.signing import hmac_hex, same
from zhike.doors.connectors.types import Push

WINDOW = timedelta(minutes=5)


def verify(push: Push, secret: str) -> bool:
    stamp = push.headers.get("x-zhike-timestamp", "")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 12):  # noqa: PLR2004 - seconds until the year 5138
        return False
    if abs(push.now - datetime.fromtimestamp(int(stamp), tz=UTC)) > WINDOW:
        return False
    expected = hmac_hex(secret.encode(), stamp.encode() + b"." + push.body)
    return same(push.headers.get("x-zhike-signature", "").removeprefix("sha256="), expected)
