"""People as keys, and the links with which somebody changes wishes without signing in."""

import base64
import binascii
from typing import Final
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

SALT: Final = "zhike.contacting.wishes"
CONTACT, PHONE, EMAIL, CUSTOMER = "c", "p", "m", "k"
# A link costs places of an SMS: sixteen random bytes name the entry, six more show that the name is ours.
_NAME, _PROOF = 16, 6


def contact_key(contact_id: int) -> str:
    return f"{CONTACT}:{contact_id}"


def address_key(address: str) -> str:
    """Of an E.164 number or a folded mail address."""
    return f"{EMAIL}:{address}" if "@" in address else f"{PHONE}:{address}"


def customer_key(customer_id: int) -> str:
    """The account's own key, under which its budget of a day is locked."""
    return f"{CUSTOMER}:{customer_id}"


def split(key: str) -> tuple[str, str]:
    """Kind and name of a person's key."""
    kind, _colon, name = key.partition(":")
    return kind, name


def seal(ref: UUID) -> str:
    """The token of a link for whoever got this entry of the contact log. It never expires: a refusal must not."""
    return base64.urlsafe_b64encode(ref.bytes + _proof(ref)).decode().rstrip("=")


def unseal(token: str) -> UUID | None:
    """The entry that a token names; None when it is not ours."""
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
