"""Folding of texts for search, and sort keys for Chinese names."""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Final, cast
from unicodedata import normalize

import icu
from opencc import OpenCC
from pypinyin import Style, lazy_pinyin

# Blocks in which the converters know characters: Extension A, the unified block, compatibility forms, Extensions B-F.
_HAN_BLOCKS: Final = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x2FA20))
_HAN_RUN: Final = re.compile(r"[㐀-䶿一-鿿豈-\ufaff\U00020000-\U0002fa1f]+")
# Taiwan's and Hong Kong's forms after the common ones: 著 is 着 there, 衞 is 卫.
_CONVERTERS: Final = ("t2s", "tw2s", "hk2s")
_PERSON_NAME: Final = range(2, 5)

# Family names whose reading differs from the usual one of the same characters.
_SURNAMES: Final = {
    "单于": "chan2 yu2",
    "尉迟": "yu4 chi2",
    "万俟": "mo4 qi2",
    "长孙": "zhang3 sun1",
    "澹台": "tan2 tai2",
    "令狐": "ling2 hu2",
    "单": "shan4",
    "曾": "zeng1",
    "仇": "qiu2",
    "解": "xie4",
    "任": "ren2",
    "区": "ou1",
    "查": "zha1",
    "翟": "zhai2",
    "盖": "ge3",
    "华": "hua4",
    "朴": "piao2",
    "尉": "wei4",
    "缪": "miao4",
    "乐": "yue4",
    "黑": "he4",
    "秘": "bi4",
    "繁": "po2",
    "应": "ying1",
    "宁": "ning4",
    "召": "shao4",
    "员": "yun4",
    "种": "chong2",
    "覃": "qin2",
    "冼": "xian3",
}


@cache
def _simplified() -> dict[int, str]:
    """
    Character by character, never by phrase.

    A phrase rule (乾 alone, but 乾隆) would fold a word differently in a query and inside a longer text.
    """
    characters = [chr(point) for start, end in _HAN_BLOCKS for point in range(start, end)]
    folded = characters
    for name in _CONVERTERS:
        folded = OpenCC(name).convert("\n".join(folded)).split("\n")
    return {ord(before): after for before, after in zip(characters, folded, strict=True) if before != after}


def fold(text: str) -> str:
    """One form for both scripts, both widths and both cases: 客戶 and 客户, ＡＢＣ and abc."""
    return normalize("NFKC", normalize("NFKC", text).casefold()).translate(_simplified())


def fold_all(texts: Iterable[str]) -> list[str]:
    return [fold(text) for text in texts]


def is_han(text: str) -> bool:
    return _HAN_RUN.fullmatch(text) is not None


def pinyin_key(text: str) -> str:
    """
    Sort key by pinyin, then tone, then character, syllable after syllable; compare it in the C collation.

    Two to four Han characters count as a person's name: the family name takes its own reading (单 shan, 曾 zeng).
    """
    words: list[str] = []
    folded = fold(text)
    at = 0
    for run in _HAN_RUN.finditer(folded):
        words += folded[at : run.start()].split()
        words += (syllable + sign for syllable, sign in zip(_syllables(run[0], folded), run[0], strict=True))
        at = run.end()
    return " ".join([*words, *folded[at:].split()])


def pinyin_initials(text: str) -> str:
    """First letters of the syllables, other letters and digits as they are: 指派 is zp, 导出CSV is dccsv."""
    folded = fold(text)
    letters = _HAN_RUN.sub(lambda run: "".join(s[0] for s in _syllables(run[0], folded)), folded)
    return "".join(filter(str.isalnum, letters))


def stroke_key(text: str) -> str:
    """Sort key by number of strokes as lists are sorted in Taiwan, in hexadecimal digits; bound to ICU's version."""
    key: bytes = _stroke_collator().getSortKey(normalize("NFKC", text).strip())
    return key.hex()


@cache
def _stroke_collator() -> icu.Collator:
    return icu.Collator.createInstance(icu.Locale("zh_Hant@collation=stroke"))


def _syllables(han: str, whole: str) -> list[str]:
    # A character without a reading stands for itself; `errors` may return a list, which the library does not declare.
    errors = cast("Callable[[str], str]", list)
    syllables = lazy_pinyin(han, style=Style.TONE3, neutral_tone_with_five=True, errors=errors)
    if len(whole) in _PERSON_NAME and han == whole:
        for length in (2, 1):
            if len(han) > length and (reading := _SURNAMES.get(han[:length])):
                return [*reading.split(), *syllables[length:]]
    return syllables
