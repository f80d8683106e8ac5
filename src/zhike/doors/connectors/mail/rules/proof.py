"""Whether the receiving server could prove who sent a mail (RFC 8601); what other servers say is not believed."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from zhike.doors.connectors.mail.types import Proof
from zhike.platform import addresses

_RESULT: Final = re.compile(r"^([a-z][a-z0-9-]*)(?:\s*/\s*\d+)?\s*=\s*([a-z]+)$")
_PROPERTY: Final = re.compile(r'([a-z][a-z0-9-]*\.[a-z][a-z0-9-]*)\s*=\s*("[^"]*"|[^\s;"]+)')
_SPACED: Final = re.compile(r"\s*([=/])\s*")
_DEPTH: Final = 20
Result = tuple[str, str, dict[str, str]]


def proof_of(headers: Sequence[str], *, authserv_id: str, sender: str) -> Proof:
    """What our own server, named `authserv_id`, found about `sender`; `headers` as they stand, the newest first.

    The newest verdict on DMARC holds. Without one, a signature or an envelope of the sender's own domain proves it,
    and nothing disproves it. Without a name nothing is believed.
    """
    own = authserv_id.strip().casefold()
    domain = addresses.normal(sender).rpartition("@")[2]
    if not own or not domain:
        return Proof.NONE
    found = [result for header in headers for name, results in [_read(header)] if name == own for result in results]
    for method, result, given in found:
        if method == "dmarc":
            if result == "fail":
                return Proof.FAIL
            if result != "pass":
                continue
            # Judged of another address than the one that is shown: two senders in one mail.
            about = _domain(given.get("header.from", domain))
            return Proof.PASS if about == domain else Proof.FAIL
    aligned = {("dkim", "header.d"), ("dkim", "header.i"), ("spf", "smtp.mailfrom")}
    proven = any(
        result == "pass" and (method, name) in aligned and _same(_domain(value), domain)
        for method, result, given in found
        for name, value in given.items()
    )
    return Proof.PASS if proven else Proof.NONE


def _read(header: str) -> tuple[str, list[Result]]:
    """The server's name and its results: method, result, properties; all in small letters."""
    name, *parts = _split(_without_comments(header).casefold())
    words = name.split()
    return (words[0].strip('"') if words else ""), list(_results(parts))


def _results(parts: Sequence[str]) -> Iterator[Result]:
    for part in parts:
        spaced = _SPACED.sub(r"\1", part.strip())
        found = _RESULT.match(spaced.split()[0]) if spaced else None
        if found:
            yield found[1], found[2], {key: value.strip('"') for key, value in _PROPERTY.findall(spaced)}


def _split(text: str) -> list[str]:
    """At semicolons outside quotes."""
    return [one.strip() for one in re.findall(r'(?:"[^"]*"|[^;"]|")+', text)] or [""]


def _without_comments(text: str) -> str:
    """Comments in brackets are for people; they may lie within each other, and hold anything."""
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for sign in text:
        if escaped:
            escaped = False
        elif sign == "\\" and (quoted or depth):
            escaped = True
            continue
        elif sign == '"' and not depth:
            quoted = not quoted
        elif sign == "(" and not quoted:
            depth = min(depth + 1, _DEPTH)
            continue
        elif sign == ")" and not quoted and depth:
            depth -= 1
            continue
        if not depth:
            kept.append(sign)
    return "".join(kept)


def _domain(value: str) -> str:
    """Of an address or a domain, as servers write it: they report it in either way."""
    return addresses.normal(f"@{value.rpartition('@')[2]}").removeprefix("@")


def _same(one: str, other: str) -> bool:
    """Whether two domains are one, or one lies within the other."""
    return bool(one) and "." in one and (one == other or other.endswith(f".{one}") or one.endswith(f".{other}"))
