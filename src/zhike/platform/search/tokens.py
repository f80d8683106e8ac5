"""How texts become words of the index and of a query: both scripts folded, Han as pairs, the rest as words.

A pair needs no dictionary, so that a query cut otherwise than the text still finds it; words of rjieba only rank.
Documents keep `VERSION`; a change of anything here raises it, and the index is written anew.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import rjieba

from zhike.platform import phones
from zhike.platform.i18n.folding import fold
from zhike.platform.search.types import LONGEST_QUERY, Document, Numbers

VERSION: Final = 2
LONGEST_TEXT: Final = 4_000
LONGEST_WORD: Final = 64
MOST_WORDS: Final = 12
SHORTEST_PART: Final = 3
# Set before the kind, so that one index answers "this word in this kind"; no folded text can hold it.
KIND_SIGN: Final = "\x01"
_RUN: Final = re.compile(r"[㐀-䶿一-鿿豈-\ufaff\U00020000-\U0002fa1f]+|[^\W_]+")
_HAN: Final = re.compile(r"[㐀-䶿一-鿿豈-\ufaff\U00020000-\U0002fa1f]")
_SIGNS: Final = re.compile(r"[\W_]+")
_HAN_OR_NOT: Final = re.compile(
    r"[㐀-䶿一-鿿豈-\ufaff\U00020000-\U0002fa1f]+|[^\W_㐀-䶿一-鿿豈-\ufaff\U00020000-\U0002fa1f]+"
)
_NUMBER: Final = re.compile(r"[0-9]")


@dataclass(frozen=True, slots=True)
class Query:
    """A typed text, ready for the index. `pairs` and `words` must all be there; `parts` are pieces of numbers."""

    text: str
    pairs: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    ranked: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.has_words or self.parts)

    @property
    def has_words(self) -> bool:
        return bool(self.pairs or self.starts or self.words)


def compact(text: str) -> str:
    """`CU-008812` → `cu008812`; what equals what when numbers and names are compared."""
    return _SIGNS.sub("", fold(text))


def runs(folded: str) -> Iterator[str]:
    """Han runs and other words of a folded text, in order."""
    for found in _HAN_OR_NOT.finditer(folded):
        yield found[0]


def body_words(texts: Iterable[str]) -> set[str]:
    """What a document is found by: pairs of Han, the last sign of each run, and the other words whole."""
    found: set[str] = set()
    for text in texts:
        for run in runs(fold(text[:LONGEST_TEXT])):
            if _HAN.match(run):
                found.update(run[at : at + 2] for at in range(len(run)))
            else:
                found.add(run[:LONGEST_WORD])
    return found


def rank_words(text: str) -> list[str]:
    """Words as a reader sees them, for ranking only."""
    return [word[:LONGEST_WORD] for word in rjieba.cut(fold(text[:LONGEST_TEXT])) if _RUN.match(word)]


def body_literal(kind: str, texts: Iterable[str]) -> str:
    """The text of a tsvector without positions."""
    return " ".join(sorted(_quoted(word) for word in {*body_words(texts), KIND_SIGN + kind}))


def rank_literal(title: str, texts: Iterable[str]) -> str:
    """The text of a tsvector in which words of the title weigh more."""
    title_words = set(rank_words(title))
    others = {word for text in texts for word in rank_words(text)} - title_words
    return " ".join([*(f"{_quoted(word)}:1A" for word in sorted(title_words)), *map(_quoted, sorted(others))])


def keys_of(document: Document) -> list[str]:
    """Everything that finds exactly this document."""
    return sorted({key for text in (document.number, document.title, *document.keys) if (key := compact(text))})


def parts_of(document: Document) -> str:
    """What pieces of numbers are looked for in."""
    numbers = {key for text in (document.number, *document.keys) if (key := compact(text)) and _NUMBER.search(key)}
    return " ".join(sorted(numbers))


def query_of(text: str) -> Query:
    """Read what somebody typed, cut as documents are."""
    folded = fold(text[:LONGEST_QUERY])
    pairs: dict[str, None] = {}
    starts: dict[str, None] = {}
    words: dict[str, None] = {}
    parts: dict[str, None] = {}
    for run in list(runs(folded))[:MOST_WORDS]:
        if _HAN.match(run):
            if len(run) == 1:
                starts[run] = None
            pairs.update(dict.fromkeys(run[at : at + 2] for at in range(len(run) - 1)))
        elif _NUMBER.search(run) and len(run) >= SHORTEST_PART:
            parts[run[:LONGEST_WORD]] = None
        else:
            words[run[:LONGEST_WORD]] = None
    ranked = tuple(dict.fromkeys(rank_words(text[:LONGEST_QUERY])))
    return Query(folded, tuple(pairs), tuple(starts), tuple(words), tuple(parts), ranked, search_keys(text))


def search_keys(text: str) -> tuple[str, ...]:
    """What a document's keys are compared with: the text without signs, and the telephone numbers it may be."""
    numbers = numbers_of(text)
    return tuple(key for key in (compact(text), *map(compact, numbers.phones if numbers else ())) if key)


def tsquery_literal(kind: str, query: Query, *, parts: Sequence[str] = ()) -> str:
    """All pairs and words, each word also as a beginning; `parts` are added as beginnings. Without a kind: of any."""
    wanted = [*([_quoted(KIND_SIGN + kind)] if kind else ()), *map(_quoted, query.pairs)]
    wanted += [f"{_quoted(start)}:*" for start in (*query.starts, *query.words, *parts)]
    return " & ".join(wanted)


def ranked_literal(query: Query) -> str:
    """Any of the words; empty when there is none."""
    return " | ".join(f"{_quoted(word)}" for word in query.ranked)


def numbers_of(text: str, *, region: str = "CN") -> Numbers | None:
    """The text as a number, or None when it holds no digit or is too long to be one."""
    kept = text.strip()
    key = compact(kept)
    if not _NUMBER.search(key) or len(key) > LONGEST_WORD:
        return None
    phone = phones.parse(kept, region)
    found = (phone.e164,) if phone.certain else phone.candidates
    return Numbers(kept, key, tuple(number for number in found if number.startswith("+")))


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
