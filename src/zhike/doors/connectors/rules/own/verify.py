"""HMAC-SHA256 of the body in `X-Zhike-Signature: sha256=<hex>`."""

from zhike.doors.connectors.rules.signing import hmac_hex, same
from zhike.doors.connectors.types import Push


def verify(push: Push, secret: str) -> bool:
    return same(push.headers.get("x-zhike-signature", ""), f"sha256={hmac_hex(secret.encode(), push.body)}")
