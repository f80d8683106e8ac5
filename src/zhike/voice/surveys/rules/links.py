"""The links with which somebody answers without signing in."""

import base64
import binascii
from typing import Final
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

SALT: Final = "zhike.surveys.link"
# A link costs places of an SMS: sixteen random bytes name the recipient, eight more show that the name is ours.
_NAME, _PROOF = 16, 8


def seal(ref: UUID) -> str:
    """The token of one recipient's link; until when it is open the recipient's row says."""
    return base64.urlsafe_b64encode(ref.bytes + _proof(ref)).decode().rstrip("=")


def unseal(token: str) -> UUID | None:
    """The recipient that a token names; None when it is not ours."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != _NAME + _PROOF:
        return None
    ref = UUID(bytes=raw[:_NAME])
    return ref if constant_time_compare(raw[_NAME:], _proof(ref)) else None


def _proof(ref: UUID) -> bytes:
    return salted_hmac(SALT, ref.bytes, algorithm="sha256").digest()[:_PROOF]
