"""Names of Chinese provinces by ISO 3166-2 code, since figures are split by them; abroad the country is named."""

import re
from collections.abc import Mapping

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


# Where goods abroad mostly go; other regions are told by their country and the code within it.
REGIONS_ABROAD = {
    "AE-DU": ("迪拜", "杜拜", "Dubai"),
    "AU-NSW": ("新南威尔士", "新南威爾斯", "New South Wales"),
    "AU-VIC": ("维多利亚", "維多利亞", "Victoria"),
    "BR-RJ": ("里约热内卢", "里約熱內盧", "Rio de Janeiro"),
    "BR-SP": ("圣保罗", "聖保羅", "São Paulo"),
    "CA-BC": ("不列颠哥伦比亚", "卑詩", "British Columbia"),
    "CA-ON": ("安大略", "安大略", "Ontario"),
    "DE-BE": ("柏林", "柏林", "Berlin"),
    "DE-BY": ("巴伐利亚", "巴伐利亞", "Bavaria"),
    "DE-HE": ("黑森", "黑森", "Hesse"),
    "DE-HH": ("汉堡", "漢堡", "Hamburg"),
    "DE-NW": ("北莱茵-威斯特法伦", "北萊茵-西發利亞", "North Rhine-Westphalia"),
    "ES-CT": ("加泰罗尼亚", "加泰隆尼亞", "Catalonia"),
    "ES-MD": ("马德里", "馬德里", "Madrid"),
    "FR-IDF": ("法兰西岛", "法蘭西島", "Île-de-France"),
    "GB-ENG": ("英格兰", "英格蘭", "England"),
    "IN-DL": ("德里", "德里", "Delhi"),
    "IN-MH": ("马哈拉施特拉", "馬哈拉施特拉", "Maharashtra"),
    "JP-13": ("东京", "東京", "Tokyo"),
    "JP-14": ("神奈川", "神奈川", "Kanagawa"),
    "JP-23": ("爱知", "愛知", "Aichi"),
    "JP-27": ("大阪", "大阪", "Osaka"),
    "JP-40": ("福冈", "福岡", "Fukuoka"),
    "KR-11": ("首尔", "首爾", "Seoul"),
    "KR-26": ("釜山", "釜山", "Busan"),
    "NL-NH": ("北荷兰", "北荷蘭", "North Holland"),
    "NL-ZH": ("南荷兰", "南荷蘭", "South Holland"),
    "SG-01": ("中区", "中區", "Central"),
    "SG-02": ("东北区", "東北區", "North East"),
    "SG-03": ("西北区", "西北區", "North West"),
    "SG-04": ("东南区", "東南區", "South East"),
    "SG-05": ("西南区", "西南區", "South West"),
    "TH-10": ("曼谷", "曼谷", "Bangkok"),
    "US-CA": ("加利福尼亚", "加州", "California"),
    "US-FL": ("佛罗里达", "佛羅里達", "Florida"),
    "US-IL": ("伊利诺伊", "伊利諾", "Illinois"),
    "US-NJ": ("新泽西", "紐澤西", "New Jersey"),
    "US-NY": ("纽约", "紐約", "New York"),
    "US-TX": ("得克萨斯", "德州", "Texas"),
    "US-WA": ("华盛顿", "華盛頓", "Washington"),
    "VN-HN": ("河内", "河內", "Hanoi"),
    "VN-SG": ("胡志明市", "胡志明市", "Ho Chi Minh City"),
}


ABROAD = re.compile(r"([A-Z]{2})-[A-Z0-9]{1,3}")
ENGLISH = 2
LOCALES = {"zh-hans": "zh_Hans", "zh-hant": "zh_Hant_TW"}


def place_name(code: str) -> str:
    """As `region_name`, abroad the country alone: `广东`, `Japan`. For pages, where the city stands beside it."""
    return _in_language(PROVINCES, code) or _country(code) or code


def region_name(code: str) -> str:
    """The name in the reader's language: `广东`, `Japan, Tokyo`; what is no such code is given back as it is.

    Of a region abroad without a name here the code within its country is told, to keep it apart: `Japan, 45`.
    """
    if province := _in_language(PROVINCES, code):
        return province
    country = _country(code)
    if not country:
        return code
    within = _in_language(REGIONS_ABROAD, code) or code.partition("-")[2]
    return f"{country}, {within}" if _place() == ENGLISH else f"{country} {within}"


def _place() -> int:
    """Where the reader's language stands among the names."""
    return {"zh-hans": 0, "zh-hant": 1}.get((get_language() or "en").lower(), ENGLISH)


def _in_language(names: Mapping[str, tuple[str, str, str]], code: str) -> str:
    found = names.get(code)
    return found[_place()] if found else ""


def _country(code: str) -> str:
    found = ABROAD.fullmatch(code)
    locale = Locale.parse(LOCALES.get((get_language() or "en").lower(), "en"))
    return locale.territories.get(found[1], "") if found else ""
