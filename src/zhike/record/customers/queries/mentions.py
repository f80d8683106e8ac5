"""Texts that name people to whom nothing links them: by number and address for certain, by name for people to say."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from hashlib import sha256
from operator import or_
from typing import Final

from django.db.models import Q

from zhike.platform import addresses, phones
from zhike.record.customers.types import (
    BLANK,
    ErasedPeople,
    Ground,
    Mention,
    NamingText,
    Only,
    PersonalTexts,
    number_mark,
    personal_texts,
)

MOST_TEXTS: Final = 200
MOST_CERTAIN: Final = 5000
# As many as one form may send.
MOST_TO_DECIDE: Final = 400
_AROUND: Final = 40
_SHORTEST_NAME: Final = 2
_GAP: Final = "[^0-9a-zA-Z]{0,2}"
_DIGITS: Final = re.compile(r"[0-9]+")
_BETWEEN: Final = re.compile(r"[\s().~·‐‑‒–—―−-]{1,2}")
_FEWEST_DIGITS: Final = 7
_MOST_DIGITS: Final = 15


def number_pattern(endings: Iterable[str]) -> str:
    """Finds the last eight digits of these numbers however they are grouped, in the database as in a file.

    A longer string of digits that begins with them is another number.
    """
    found = "|".join(_GAP.join(ending) for ending in endings if ending)
    return f"(?:{found})(?![0-9])" if found else ""


# zhike: allow query-actor -- it reads no row, only the people and texts given
def mentions_q(people: ErasedPeople, *fields: str) -> Q:
    """Rows of which one of these texts may name the people; nothing after a restore, when only marks are known."""
    wanted: list[Q] = []
    for field in fields:
        if people.only is not Only.NAMES:
            if people.endings:
                wanted.append(Q(**{f"{field}__regex": number_pattern(people.endings)}))
            wanted += [Q(**{f"{field}__iregex": addresses.pattern_of(one)}) for one in people.addresses or ()]
        if people.only is not Only.CERTAIN:
            wanted += [Q(**{f"{field}__contains": name}) for name in people.names if len(name) >= _SHORTEST_NAME]
    return reduce(or_, wanted) if wanted else Q(pk__in=[])


# zhike: allow query-actor -- it reads no row, only the people and texts given
def ground_of(people: ErasedPeople, text: str, region: str) -> Ground | None:
    """On what ground a text speaks of them; a number that others share counts with the name beside it."""
    return _spots(people, text, region)[0]


def _spots(people: ErasedPeople, text: str, region: str) -> tuple[Ground | None, list[tuple[int, int]]]:
    """The ground, and every place in the text that names them."""
    marks = set(people.marks)
    named = [name for name in people.names if len(name) >= _SHORTEST_NAME and name in text]
    spots = [found.span() for name in named for found in re.finditer(re.escape(name), text)]
    ground = Ground.NAME if named else None

    def theirs(value: str) -> bool:
        return any(number_mark(people.salt, value, name) in marks for name in ["", *named])

    for start, end in _addresses(people, text):
        if theirs(addresses.normal(text[start:end])):
            ground = Ground.ADDRESS
            spots.append((start, end))
    for start, end in _numbers(text):
        read = phones.parse(text[start:end], region)
        # What looks like an extension is another number beside it.
        if not read.extension and any(theirs(one) for one in (read.e164, *read.candidates) if one):
            ground = Ground.NUMBER
            spots.append((start, end))
    return ground, spots


def _addresses(people: ErasedPeople, text: str) -> Iterator[tuple[int, int]]:
    """Every address in a text; one in other letters than a to z is found where it is known."""
    yield from (found.span() for found in addresses.IN_TEXT.finditer(text))
    for one in people.addresses or ():
        if one != addresses.shown(one) or not one.isascii():
            yield from (found.span() for found in re.finditer(addresses.pattern_of(one), text, re.IGNORECASE))


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    """Every stretch that may be one number: whole groups of digits, in a row, never a part of a group.

    Another number may stand directly beside it, so that each row of groups is looked at by itself.
    """
    row: list[tuple[int, int]] = []
    for found in _DIGITS.finditer(text):
        if row and _BETWEEN.fullmatch(text, row[-1][1], found.start()) is None:
            row = []
        row.append(found.span())
        digits = 0
        for start, end in reversed(row):
            digits += end - start
            if digits > _MOST_DIGITS:
                break
            if digits >= _FEWEST_DIGITS:
                yield start - (text[start - 1 : start] == "+"), found.end()


# zhike: allow query-actor -- it reads no row, only the people and texts given
def narrowing(people: ErasedPeople) -> str:
    """A pattern that every text with a number or address of theirs fits; after a restore, any number or address."""
    if people.endings is None or people.addresses is None:
        return r"[0-9](?:[^0-9a-zA-Z]{0,2}[0-9]){6}|[^ ]@" if people.marks else ""
    parts = [number_pattern(people.endings), *(addresses.pattern_of(one) for one in people.addresses)]
    return "|".join(one for one in parts if one)


def mentions(people: ErasedPeople, region: str) -> tuple[list[Mention], bool]:
    """Texts that name them, the certain ones first, and whether there may be more.

    Names that many people bear never hide what is certain: at most 5,000 certain texts a room, and 200 for people to
    decide about.
    """
    certain: dict[tuple[str, int], Mention] = {}
    doubtful: dict[tuple[str, int], Mention] = {}
    more = False
    for only, most in ((Only.CERTAIN, MOST_CERTAIN), (Only.NAMES, MOST_TEXTS)):
        sought = replace(people, only=only)
        for source in personal_texts():
            rows = source.about(people=sought, limit=most + 1)
            more = more or len(rows) > most
            for one in (_mention(source, row, people, region) for row in rows[:most]):
                if one is not None:
                    (certain if one.certain else doubtful)[one.kind, one.id] = one
    shown = [one for key, one in doubtful.items() if key not in certain]
    return [*certain.values(), *shown[:MOST_TO_DECIDE]], more or len(shown) > MOST_TO_DECIDE


def blanked(refs: Sequence[str], salt: str) -> dict[str, dict[int, dict[str, str]]]:
    """New texts by kind, record and field, of those records that still say what they said."""
    wanted: dict[str, dict[int, tuple[str, str]]] = {}
    for ref in refs:
        kind, number, mark, spots = ref.split(":")
        wanted.setdefault(kind, {})[int(number)] = (mark, spots)
    found: dict[str, dict[int, dict[str, str]]] = {}
    for source in personal_texts():
        asked = wanted.get(source.name, {})
        said = source.texts(ids=sorted(asked)) if asked else {}
        found[source.name] = {
            pk: _without(fields, asked[pk][1]) for pk, fields in said.items() if _mark(salt, fields) == asked[pk][0]
        }
    return {kind: texts for kind, texts in found.items() if texts}


def _without(fields: Mapping[str, str], spots: str) -> dict[str, str]:
    """The fields that change: each stretch, `field=start-end`, becomes one blank; the last first."""
    places: dict[str, set[tuple[int, int]]] = {}
    for spot in spots.split(","):
        field, _equals, span = spot.partition("=")
        first, _dash, last = span.partition("-")
        places.setdefault(field, set()).add((int(first), int(last)))
    changed = {}
    for field, spans in places.items():
        text = fields[field]
        for start, end in _joined(spans):
            text = f"{text[:start]}{BLANK}{text[end:]}"
        changed[field] = text
    return changed


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The stretches without overlaps, the last first."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return kept[::-1]


def _mark(salt: str, fields: Mapping[str, str]) -> str:
    said = "\x00".join(f"{field}={fields[field]}" for field in sorted(fields))
    return sha256(f"{salt}|{said}".encode()).hexdigest()


def _mention(source: PersonalTexts, row: NamingText, people: ErasedPeople, region: str) -> Mention | None:
    found = {field: _spots(people, text, region) for field, text in row.fields.items()}
    grounds = [ground for ground, _places in found.values() if ground is not None]
    if not grounds:
        return None
    ground = next((one for one in grounds if one is not Ground.NAME), Ground.NAME)
    spots = [f"{field}={start}-{end}" for field, (_ground, spans) in found.items() for start, end in spans]
    field = next(field for field, (one, _places) in found.items() if one is ground)
    return Mention(
        kind=source.name,
        label=source.label,
        id=row.id,
        ground=ground,
        ref=f"{source.name}:{row.id}:{_mark(people.salt, row.fields)}:{','.join(spots)}",
        title=row.title or str(row.id),
        url=row.url,
        excerpt=_excerpt(row.fields[field], min(start for start, _end in found[field][1])),
    )


def _excerpt(text: str, at: int) -> str:
    """The words around the place, in one line."""
    start = max(0, at - _AROUND)
    shown = " ".join(text[start : at + 2 * _AROUND].split())
    return f"{'…' if start else ''}{shown}{'…' if at + 2 * _AROUND < len(text) else ''}"
