"""`Notification-Signature: sha256=<hex>`: HMAC-SHA256 of the body; the secret is base64."""

import base64
import binascii

from zhike.doors.connectors.rules.signing import hmac_hex, same
from zhike.doors.connectors.types import Push


def verify(push: Push, secret: str) -> bool:
    try:
        key = base64.b64decode(secret, validate=True)
    except binascii.Error:
        return False
    return same(push.headers.get("notification-signature", ""), f"sha256={hmac_hex(key, push.body)}")
