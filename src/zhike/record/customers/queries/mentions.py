"""Texts that name people to whom nothing links them: by number and address for certain, by name for people to say."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from hashlib import sha256
from operator import or_
from typing import Final

from django.db.models import Q

from zhike.platform import phones
from zhike.record.customers.types import (
    BLANK,
    ErasedPeople,
    Ground,
    Mention,
    NamingText,
    PersonalTexts,
    number_mark,
    personal_texts,
)

MOST_TEXTS: Final = 200
_AROUND: Final = 40
_SHORTEST_NAME: Final = 2
_GAP: Final = "[^0-9a-zA-Z]{0,2}"
_NUMBER: Final = re.compile(r"\+?[0-9](?:[\s().~·-]{0,2}[0-9]){6,14}")
_ADDRESS: Final = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")


def number_pattern(endings: Iterable[str]) -> str:
    """Finds the last eight digits of these numbers however they are grouped, in the database as in a file."""
    return "|".join(_GAP.join(ending) for ending in endings if ending)


# zhike: allow query-actor -- it reads no row, only the people and texts given
def mentions_q(people: ErasedPeople, *fields: str) -> Q:
    """Rows of which one of these texts may name the people; nothing after a restore, when only marks are known."""
    wanted: list[Q] = []
    for field in fields:
        if people.endings:
            wanted.append(Q(**{f"{field}__regex": number_pattern(people.endings)}))
        wanted += [Q(**{f"{field}__icontains": address}) for address in people.addresses or ()]
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

    for found in _ADDRESS.finditer(text):
        if theirs(found.group().casefold()):
            ground = Ground.ADDRESS
            spots.append(found.span())
    for found in _NUMBER.finditer(text):
        read = phones.parse(found.group(), region)
        if any(theirs(one) for one in (read.e164, *read.candidates) if one):
            ground = Ground.NUMBER
            spots.append(found.span())
    return ground, spots


# zhike: allow query-actor -- it reads no row, only the people and texts given
def narrowing(people: ErasedPeople) -> str:
    """A pattern that every text with a number or address of theirs fits; after a restore, any number or address."""
    if people.endings is None or people.addresses is None:
        return r"[0-9](?:[^0-9a-zA-Z]{0,2}[0-9]){6}|[^ ]@" if people.marks else ""
    parts = [number_pattern(people.endings), *(re.escape(one) for one in people.addresses)]
    return "|".join(one for one in parts if one)


def mentions(people: ErasedPeople, region: str) -> tuple[list[Mention], bool]:
    """At most 200 texts a room that name them, and whether a room may have more."""
    found: list[Mention] = []
    more = False
    for source in personal_texts():
        rows = source.about(people=people, limit=MOST_TEXTS)
        more = more or len(rows) == MOST_TEXTS
        found += [one for row in rows if (one := _mention(source, row, people, region)) is not None]
    return found, more


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
