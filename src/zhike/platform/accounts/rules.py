"""Names and first passwords of sign-ins."""

import re
import secrets

# Nothing that is read wrongly aloud or from paper: no 0/o, 1/l/i.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP = 4, 4
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,58}[a-z0-9]")


def initial_password() -> str:
    """Sixteen characters in groups of four (79 bits), to be read out or handed over on paper once."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


def clean_username(text: str) -> str | None:
    """The stored form, or None when this cannot be a user name."""
    name = text.strip().lower()
    return name if _USERNAME.fullmatch(name) else None
