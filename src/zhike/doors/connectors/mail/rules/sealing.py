"""Passwords of mailboxes at rest: sealed with a key that is not in the database."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken


def seal(password: str, secret: str) -> str:
    return _box(secret).encrypt(password.encode()).decode() if password else ""


def unseal(sealed: str, secret: str) -> str | None:
    """None where the key has changed since, or the text was never sealed."""
    if not sealed:
        return ""
    try:
        return _box(secret).decrypt(sealed.encode()).decode()
    except (InvalidToken, UnicodeDecodeError):
        return None


def _box(secret: str) -> Fernet:
    key = hashlib.sha256(b"zhike.mail.password:" + secret.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
