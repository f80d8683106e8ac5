"""How Chinese texts are written: script, regional words, punctuation."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from opencc import OpenCC

# Words of the mainland and what readers in Taiwan expect.
TAIWAN_TERMS: Final = {
    "信息": "資訊 or 訊息",
    "默認": "預設",
    "網點": "據點",
    "短信": "簡訊",
    "用戶": "使用者",
    "軟件": "軟體",
    "硬件": "硬體",
    "視頻": "影片",
    "網絡": "網路",
    "服務器": "伺服器",
    "打印": "列印",
    "登錄": "登入",
    "設置": "設定",
    "質量": "品質",
    "郵箱": "信箱",
    "鏈接": "連結",
    "屏幕": "螢幕",
    "搜索": "搜尋",
    "導入": "匯入",
    "導出": "匯出",
    "刷新": "重新整理",
    "加載": "載入",
    "賬": "帳",
    "界面": "介面",
    "字符": "字元",
    "菜單": "選單",
    "激活": "啟用",
    "創建": "建立",
    "實時": "即時",
    "隊列": "佇列",
    "緩存": "快取",
    "進程": "程序",
    "線程": "執行緒",
    "快遞小哥": "快遞員",
    "概率": "機率",
    "渠道": "管道",
    "郵編": "郵遞區號",
    "二維碼": "QR 碼",
    "周期": "週期",
    "文檔": "文件",
    "程序員": "程式設計師",
    "全屏": "全螢幕",
    "光標": "游標",
    "響應": "回應",
    "粘貼": "貼上",
}
_HAN: Final = r"[㐀-鿿豈-\ufaff]"
_HALF_WIDTH: Final = re.compile(
    rf"{_HAN}[,;:!?]|{_HAN}\.(?!\w)|{_HAN}\(|\({_HAN}|{_HAN}\)|{_HAN}\"|\"{_HAN}|{_HAN}'|'{_HAN}"
)
_SPACED: Final = re.compile(rf"{_HAN} +[A-Za-z0-9%]|[A-Za-z0-9)%] +{_HAN}")
_LOUD: Final = re.compile(r"[!！]|非常抱歉")
# Characters that both scripts use, although the converters would change them.
_FINE_IN_TAIWAN: Final = frozenset("台干游占布吃群床峰岩了周核准")
_FINE_ON_THE_MAINLAND: Final = frozenset("著乾藉瞭")


def wording_problems(text: str, locale: str) -> Iterator[str]:
    """What a reader of `locale` (zh_Hans or zh_Hant) would stumble over in a translated text."""
    yield from _script_problems(text, locale)
    if locale == "zh_Hant":
        for word, better in TAIWAN_TERMS.items():
            if word in text:
                yield f"in Taiwan {word} is {better}"
    if found := _HALF_WIDTH.search(text):
        yield f"half-width punctuation beside Han characters: {found[0]}"
    if found := _SPACED.search(text):
        yield f"a blank typed between Han and Latin: {found[0]!r}"
    if found := _LOUD.search(text):
        yield f"{found[0]} is not our tone"


def _script_problems(text: str, locale: str) -> Iterator[str]:
    for mine, other in zip(text, _other_script(text, locale), strict=False):
        if mine == other or not re.match(_HAN, mine):
            continue
        name, fine = ("simplified", _FINE_IN_TAIWAN) if locale == "zh_Hant" else ("traditional", _FINE_ON_THE_MAINLAND)
        if mine not in fine:
            yield f"{mine} is {name}, write {other}"


def _other_script(text: str, locale: str) -> str:
    """The text after conversion into the script of `locale`; characters that are already right stay."""
    converted: str = _converter("s2t" if locale == "zh_Hant" else "t2s").convert(text)
    return converted


@cache
def _converter(name: str) -> OpenCC:
    return OpenCC(name)
