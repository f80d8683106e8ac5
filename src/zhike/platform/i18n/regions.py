"""Names of Chinese provinces by ISO 3166-2 code, since figures are split by them; abroad the country is named."""

import re

from babel import Locale
from django.utils.translation import get_language

# Code: simplified, traditional, English. Source: ISO 3166-2:CN, GB/T 2260.
PROVINCES: dict[str, tuple[str, str, str]] = {
    "CN-AH": ("安徽", "安徽", "Anhui"),
    "CN-BJ": ("北京", "北京", "Beijing"),
    "CN-CQ": ("重庆", "重慶", "Chongqing"),
    "CN-FJ": ("福建", "福建", "Fujian"),
    "CN-GD": ("广东", "廣東", "Guangdong"),
    "CN-GS": ("甘肃", "甘肅", "Gansu"),
    "CN-GX": ("广西", "廣西", "Guangxi"),
    "CN-GZ": ("贵州", "貴州", "Guizhou"),
    "CN-HA": ("河南", "河南", "Henan"),
    "CN-HB": ("湖北", "湖北", "Hubei"),
    "CN-HE": ("河北", "河北", "Hebei"),
    "CN-HI": ("海南", "海南", "Hainan"),
    "CN-HK": ("香港", "香港", "Hong Kong"),
    "CN-HL": ("黑龙江", "黑龍江", "Heilongjiang"),
    "CN-HN": ("湖南", "湖南", "Hunan"),
    "CN-JL": ("吉林", "吉林", "Jilin"),
    "CN-JS": ("江苏", "江蘇", "Jiangsu"),
    "CN-JX": ("江西", "江西", "Jiangxi"),
    "CN-LN": ("辽宁", "遼寧", "Liaoning"),
    "CN-MO": ("澳门", "澳門", "Macao"),
    "CN-NM": ("内蒙古", "內蒙古", "Inner Mongolia"),
    "CN-NX": ("宁夏", "寧夏", "Ningxia"),
    "CN-QH": ("青海", "青海", "Qinghai"),
    "CN-SC": ("四川", "四川", "Sichuan"),
    "CN-SD": ("山东", "山東", "Shandong"),
    "CN-SH": ("上海", "上海", "Shanghai"),
    "CN-SN": ("陕西", "陝西", "Shaanxi"),
    "CN-SX": ("山西", "山西", "Shanxi"),
    "CN-TJ": ("天津", "天津", "Tianjin"),
    "CN-TW": ("台湾", "臺灣", "Taiwan"),
    "CN-XJ": ("新疆", "新疆", "Xinjiang"),
    "CN-XZ": ("西藏", "西藏", "Tibet"),
    "CN-YN": ("云南", "雲南", "Yunnan"),
    "CN-ZJ": ("浙江", "浙江", "Zhejiang"),
}


ABROAD = re.compile(r"([A-Z]{2})-[A-Z0-9]{1,3}")
LOCALES = {"zh-hans": "zh_Hans", "zh-hant": "zh_Hant_TW"}


def place_name(code: str) -> str:
    """As `region_name`, without the code abroad: `广东`, `Japan`. For pages, where the city stands beside it."""
    return region_name(code).removesuffix(f" {code}")


def region_name(code: str) -> str:
    """The name in the reader's language: `广东`, `Japan JP-13`; what is no such code is given back as it is."""
    language = (get_language() or "en").lower()
    names = PROVINCES.get(code)
    if names is not None:
        return names[0] if language == "zh-hans" else names[1] if language == "zh-hant" else names[2]
    found = ABROAD.fullmatch(code)
    country = Locale.parse(LOCALES.get(language, "en")).territories.get(found[1]) if found else None
    return f"{country} {code}" if country else code
