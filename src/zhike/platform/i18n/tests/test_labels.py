import pytest
from django.utils import translation

from zhike.platform.i18n import labels

FULL = {"zh-hans": "破损", "zh-hant": "毀損", "en": "Damage"}


@pytest.mark.parametrize(
    ("given", "language", "text"),
    [
        (FULL, "zh-hans", "破损"),
        (FULL, "zh-hant", "毀損"),
        (FULL, "en", "Damage"),
        (FULL, "de", "Damage"),
        ({"zh-hans": "破损", "en": "Damage"}, "zh-hant", "破损"),
        ({"zh-hant": "毀損", "en": "Damage"}, "zh-hans", "毀損"),
        ({"zh-hant": "毀損"}, "en", "毀損"),
        ({"en": " ", "zh-hans": "破损"}, "en", "破损"),
        ({}, "en", ""),
    ],
)
def test_pick__takes_the_nearest_language_that_has_a_text(given: dict[str, str], language: str, text: str) -> None:
    assert labels.pick(given, language) == text


def test_pick__follows_the_active_language() -> None:
    with translation.override("zh-hant"):
        assert labels.pick(FULL) == "毀損"


def test_missing__names_the_languages_without_text() -> None:
    assert labels.missing({"en": "Damage", "zh-hant": " "}) == ("zh-hans", "zh-hant")
