"""Who is talked to after what they said, and why: the gravest reason stands (SURV-31, SURV-20, CASE-25)."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.utils.translation import gettext_lazy as _

from zhike.methods.scales import SCALES
from zhike.platform.errors import Conflict
from zhike.voice.surveys.types import CHANGED, REACHED, Disposition, FollowReason, FollowResult, Measure

# What is low, where a follow-up asks for more than the figures call dissatisfied: of long scales the lower half. All
# others take the bottom of the scale itself, whichever way it runs: csat3 1, csat4 1–2, csat5 1–2, nps11 0–6, nps5 1–2,
# ces1 4–5 (great effort), ces2 1–3 (“made it easy” denied), yesno 0.
LOWER_HALF: Final[Mapping[str, frozenset[int]]] = {
    "csat7": frozenset({1, 2, 3}),
    "csat10": frozenset({1, 2, 3, 4, 5}),
    "csat10_top3": frozenset({1, 2, 3, 4, 5}),
    "ivr0_9": frozenset({0, 1, 2, 3, 4}),
}
# Those whose answer speaks of the company as a whole, the first that is low is named.
WHOLE: Final = (Measure.OVERALL, Measure.EFFORT, Measure.RECOMMEND)
GRAVEST_FIRST: Final = (
    FollowReason.COMPLAINT,
    FollowReason.LOW_SCORE,
    FollowReason.STRONG_COMMENT,
    FollowReason.UNSCORED,
    FollowReason.REFUSAL,
)
_OF_OUTCOME: Final = {
    Disposition.COMPLAINT: FollowReason.COMPLAINT,
    Disposition.UNSCORED: FollowReason.UNSCORED,
    Disposition.REFUSED: FollowReason.REFUSAL,
}
# Whose answers count as said: before, a person may still change them.
_SAID: Final = frozenset({Disposition.ANSWERED, Disposition.UNSCORED, Disposition.COMPLAINT})


class FollowUpEnded(Conflict):
    code = "follow_up_ended"
    message = _("This follow-up has ended already.")
    kept = _("What was written first stands.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One answer as these rules read it; `section` groups what stood on one page."""

    section: int = 0
    scale: str = ""
    measure: str = ""
    value: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why somebody is followed up, with the score that says so where one does."""

    reason: FollowReason
    score: int | None = None
    scale: str = ""


def is_low(scale: str, value: int | None) -> bool:
    """Whether an answer asks for a follow-up; of an unknown scale none does."""
    if value is None:
        return False
    known = SCALES.get(scale)
    return value in (LOWER_HALF.get(scale) or (known.dissatisfied if known else frozenset()))


def is_strong(text: str, words: str) -> bool:
    """Whether a text says one of the strong words, separated by commas; Latin ones only as whole words."""
    found = _pattern(words)
    return bool(found and found.search(_folded(text)))


def grounds(disposition: str, *, score: int | None, scale: str, told: Sequence[Told], words: str) -> Grounds | None:
    """The gravest reason to follow somebody up, None where nothing asks for it.

    `score` on `scale` is what they said overall. A low answer makes a comment strong where words stand with it, on its
    own question or on its page.
    """
    outcome = Disposition(disposition)
    given = told if outcome in _SAID else ()
    low = _low_of_whole(score, scale, given) if outcome in _SAID else None
    found = {_OF_OUTCOME[outcome]} if outcome in _OF_OUTCOME else set()
    if low is not None:
        found.add(FollowReason.LOW_SCORE)
    if any(is_strong(one.text, words) for one in given) or _low_with_words(given):
        found.add(FollowReason.STRONG_COMMENT)
    reason = gravest(found)
    if reason is None:
        return None
    if low is not None and reason is FollowReason.LOW_SCORE:
        return Grounds(reason, *low)
    return Grounds(reason, score, scale if score is not None else "")


def gravest(reasons: Iterable[FollowReason]) -> FollowReason | None:
    return min(reasons, key=GRAVEST_FIRST.index, default=None)


def is_graver(new: FollowReason, old: FollowReason) -> bool:
    return GRAVEST_FIRST.index(new) < GRAVEST_FIRST.index(old)


def score_fits(scale: str, value: int) -> bool:
    """Whether a score can stand on the scale; where there was none, it is one to five as the desk asks it."""
    known = SCALES.get(scale or "csat5")
    return known is not None and value in known.levels


def reached(result: FollowResult) -> bool:
    return result in REACHED


def changed(result: FollowResult) -> bool:
    return result in CHANGED


def _low_of_whole(score: int | None, scale: str, told: Sequence[Told]) -> tuple[int, str] | None:
    if score is not None and is_low(scale, score):
        return score, scale
    for measure in WHOLE:
        for one in told:
            if one.measure == measure and one.value is not None and is_low(one.scale, one.value):
                return one.value, one.scale
    return None


def _low_with_words(told: Sequence[Told]) -> bool:
    with_words = {one.section for one in told if one.text.strip()}
    return any(is_low(one.scale, one.value) and (one.text.strip() or one.section in with_words) for one in told)


@lru_cache(maxsize=16)
def _pattern(words: str) -> re.Pattern[str] | None:
    parts = [_folded(one).strip() for one in words.replace("，", ",").replace("、", ",").split(",")]
    # Han characters are letters to \b: Latin words end where no Latin letter or digit follows.
    wanted = [
        rf"(?<![a-z0-9]){re.escape(one)}(?![a-z0-9])" if one.isascii() else re.escape(one) for one in parts if one
    ]
    return re.compile("|".join(wanted)) if wanted else None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
