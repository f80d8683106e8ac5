"""Regions and time zones by their names, never by their codes."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from zhike.platform.i18n.regions import place_name, region_name
from zhike.platform.ui import formats

WINTER = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "hans", "hant", "english"),
    [
        ("CN-ZJ", "浙江", "浙江", "Zhejiang"),
        ("SG-01", "新加坡 中区", "新加坡 中區", "Singapore, Central"),
        ("JP-13", "日本 东京", "日本 東京", "Japan, Tokyo"),
        ("JP-45", "日本 45", "日本 45", "Japan, 45"),
        ("QQ-1", "QQ-1", "QQ-1", "QQ-1"),
        ("", "", "", ""),
    ],
)
def test_region__is_named_in_the_language_of_the_reader(code: str, hans: str, hant: str, english: str) -> None:
    for language, name in (("zh-hans", hans), ("zh-hant", hant), ("en", english)):
        with translation.override(language):
            assert region_name(code) == name
    with translation.override("en"):
        assert place_name("JP-13") == place_name("JP-45") == "Japan"
        assert place_name("CN-ZJ") == "Zhejiang"


@pytest.mark.parametrize(
    ("zone", "hans", "english"),
    [
        ("Asia/Shanghai", "中国时间 UTC+8", "China Time UTC+8"),
        ("America/New_York", "北美东部时间 UTC−5", "Eastern Time UTC−5"),
        ("UTC", "UTC+0", "UTC+0"),
        ("Etc/GMT+3", "UTC−3", "UTC−3"),
        ("no zone", "no zone", "no zone"),
    ],
)
def test_zone__is_named_with_its_offset(zone: str, hans: str, english: str) -> None:
    with translation.override("zh-hans"):
        assert formats.zone_words(zone, WINTER) == hans
    with translation.override("en"):
        assert formats.zone_words(zone, WINTER) == english
