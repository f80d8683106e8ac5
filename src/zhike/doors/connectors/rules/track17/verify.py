"""Header `sign`: SHA-256 of the body, a slash and the account's key, in hexadecimal."""

import hashlib

from zhike.doors.connectors.rules.signing import same
from zhike.doors.connectors.types import Push


def verify(push: Push, secret: str) -> bool:
    expected = hashlib.sha256(push.body + b"/" + secret.encode()).hexdigest()
    return same(push.headers.get("sign", "").lower(), expected)
