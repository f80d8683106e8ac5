"""`sign` is the MD5 of `param` and the salt given at the subscription, in capitals."""

import hashlib

from zhike.doors.connectors.rules.signing import same
from zhike.doors.connectors.types import Push


def verify(push: Push, secret: str) -> bool:
    told = push.form.get("param", "") + secret
    expected = hashlib.md5(told.encode(), usedforsecurity=False).hexdigest().upper()
    return same(push.form.get("sign", "").upper(), expected)
