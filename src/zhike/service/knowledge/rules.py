"""Pure decisions about articles and wordings."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from difflib import SequenceMatcher

from django.utils.translation import gettext_lazy as _

from zhike.platform.errors import FieldError
from zhike.platform.i18n.folding import fold
from zhike.platform.i18n.labels import LANGUAGES
from zhike.platform.search.tokens import Query, body_words, rank_literal
from zhike.service.knowledge.types import (
    BINDING,
    MAX_PHRASE,
    MAX_TEXT,
    MAX_TITLE,
    MOST_FILES,
    ArticleEntry,
    ArticleKind,
    Finding,
    Freshness,
    PhraseEntry,
    PhraseKind,
    Piece,
    SecondPersonFor,
    Texts,
)

Avoided = Sequence[tuple[int, str, str]]
MOST_COMPARED = 6_000


def freshness(valid_from: date | None, valid_until: date | None, review_on: date, today: date) -> Freshness:
    """The last day of validity and the day of review still count as current."""
    if valid_until is not None and valid_until < today:
        return Freshness.EXPIRED
    if valid_from is not None and valid_from > today:
        return Freshness.NOT_YET
    return Freshness.REVIEW_DUE if review_on < today else Freshness.CURRENT


def needs_second_person(kind: ArticleKind, policy: SecondPersonFor) -> bool:
    return policy is SecondPersonFor.ALL or (policy is SecondPersonFor.RULES and kind in BINDING)


def kept_texts(texts: Texts) -> dict[str, str]:
    """The languages that have a text."""
    return {code: text for code in LANGUAGES if (text := str(texts.get(code, "")).strip())}


def entry_errors(entry: ArticleEntry) -> dict[str, list[FieldError]]:
    """What keeps an article from being kept; empty where nothing does."""
    found: dict[str, list[FieldError]] = {}
    if not kept_texts(entry.titles):
        found["titles"] = [FieldError("required", _("Give a title in at least one language."))]
    elif any(len(text) > MAX_TITLE for text in entry.titles.values()):
        found["titles"] = [FieldError("too_long", _("A title has at most 120 characters."))]
    if not (kept_texts(entry.answers) or kept_texts(entry.bodies)):
        found["answers"] = [
            FieldError("required", _("Write what the customer may be told, or what colleagues should know."))
        ]
    for name, texts in (("answers", entry.answers), ("bodies", entry.bodies)):
        if any(len(text) > MAX_TEXT for text in texts.values()):
            found[name] = [FieldError("too_long", _("A text has at most 20,000 characters."))]
    if entry.valid_from and entry.valid_until and entry.valid_until < entry.valid_from:
        found["valid_until"] = [FieldError("before_start", _("The last day lies before the first."))]
    if entry.for_customers and not kept_texts(entry.answers):
        found["for_customers"] = [
            FieldError("nothing", _("What customers may read themselves needs a text for customers."))
        ]
    if entry.for_customers and (entry.unit_id is not None or entry.roles):
        found.setdefault("for_customers", []).append(
            FieldError("limited", _("What only some colleagues may read cannot be open to customers."))
        )
    if len(entry.file_ids) > MOST_FILES:
        found["files"] = [FieldError("too_many", _("At most %(most)s files."), {"most": MOST_FILES})]
    return found


def phrase_errors(entry: PhraseEntry) -> dict[str, list[FieldError]]:
    found: dict[str, list[FieldError]] = {}
    if not kept_texts(entry.texts):
        found["texts"] = [FieldError("required", _("Write the phrase in at least one language."))]
    elif any(len(text) > MAX_PHRASE for text in entry.texts.values()):
        found["texts"] = [FieldError("too_long", _("A phrase has at most 1,000 characters."))]
    wordings = [one for some in entry.avoid.values() for one in some if one.strip()]
    if entry.kind is PhraseKind.WORDING and not wordings:
        found["avoid"] = [FieldError("required", _("Name the wording that this phrase replaces."))]
    if entry.kind is not PhraseKind.WORDING and wordings:
        found["avoid"] = [FieldError("unfit", _("Only better wordings replace another one."))]
    return found


def words_literal(titles: Texts, texts: Iterable[str]) -> str:
    """The text of a tsvector: words that rank, those of titles first, and pairs of Han that find."""
    body = list(texts)
    head = " ".join(titles.values())
    pairs = body_words([*titles.values(), *body])
    return " ".join([rank_literal(head, body), *sorted(_quoted(word) for word in pairs)])


def match_literal(query: Query) -> str:
    """All pairs and the beginnings of words of what somebody typed; empty where nothing can be looked for."""
    starts = dict.fromkeys((*query.starts, *query.words, *query.parts))
    return " & ".join([*map(_quoted, query.pairs), *(f"{_quoted(word)}:*" for word in starts)])


def any_literal(words: Iterable[str]) -> str:
    """Any of these words; single signs say too little."""
    return " | ".join(_quoted(word) for word in dict.fromkeys(words) if len(word) > 1)


def findings(text: str, avoided: Avoided) -> list[Finding]:
    """Negative wordings in `text`, in the order in which they stand; the longer one where two begin alike.

    `avoided`: id of the phrase, the wording to avoid, what to say instead. Both scripts and cases of letters are one.
    """
    folded = fold(text)
    # Folding keeps the length of Han and Latin; where it does not, places would lie.
    plain = folded if len(folded) == len(text) else text.lower()
    found: list[Finding] = []
    for phrase_id, wording, better in avoided:
        needle = fold(wording.strip())
        if not needle:
            continue
        pattern = rf"(?<![a-z0-9]){re.escape(needle)}(?![a-z0-9])" if needle.isascii() else re.escape(needle)
        found += [
            Finding(phrase_id=phrase_id, found=text[m.start() : m.end()], start=m.start(), better=better)
            for m in re.finditer(pattern, plain)
        ]
    found.sort(key=lambda one: (one.start, -len(one.found)))
    kept: list[Finding] = []
    for one in found:
        if not kept or one.start >= kept[-1].start + len(kept[-1].found):
            kept.append(one)
    return kept


def compare(before: str, after: str) -> list[Piece]:
    """What was taken away and added between two texts; sign by sign, for Chinese has no words to split by."""
    if before == after:
        return [Piece(after)] if after else []
    if len(before) + len(after) > MOST_COMPARED:
        return [piece for piece in (Piece(before, "del"), Piece(after, "ins")) if piece.text]
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(before[i1:i2]))
            continue
        if i2 > i1:
            pieces.append(Piece(before[i1:i2], "del"))
        if j2 > j1:
            pieces.append(Piece(after[j1:j2], "ins"))
    return pieces


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
