"""What is asked right after a contact or a delivery: one score and, whoever likes, why."""

from typing import Final

from zhike.voice.surveys.rules.builtin.parts import EFFORT, THANKS, overall, say, written
from zhike.voice.surveys.types import Audience, FormEntry, ItemEntry, SectionEntry, Stage, Texts

_CONTACT: Final = say(
    "您对我们这次的服务满意吗？",
    "您對我們這次的服務滿意嗎？",
    "How satisfied are you with how we served you this time?",
)
_WHY: Final = written(
    "why",
    say("哪里做得好，哪里还要改？", "哪裡做得好，哪裡還要改？", "What went well, and what should we do better?"),
)
_ABOUT_CONTACT: Final = say("这次联系", "這次聯絡", "This contact")


def _moment(code: str, names: Texts, titles: Texts, items: tuple[ItemEntry, ...]) -> FormEntry:
    section = SectionEntry(key="moment", titles=titles, stage=Stage.AFTER, items=items)
    return FormEntry(code=code, audience=Audience.CONTACT, names=names, thanks=THANKS, sections=(section,))


CONTACT_5: Final = _moment(
    "contact-5",
    say("联系后短问卷（五级）", "聯絡後短問卷（五級）", "After a contact, 5 levels"),
    _ABOUT_CONTACT,
    (overall("csat5", _CONTACT), EFFORT, _WHY),
)
CONTACT_3: Final = _moment(
    "contact-3",
    say("联系后短问卷（三级）", "聯絡後短問卷（三級）", "After a contact, 3 levels"),
    _ABOUT_CONTACT,
    (overall("csat3", _CONTACT), _WHY),
)
CONTACT_9: Final = _moment(
    "contact-9",
    say("联系后短问卷（按键0–9）", "聯絡後短問卷（按鍵0–9）", "After a contact, one key 0–9"),
    _ABOUT_CONTACT,
    (overall("ivr0_9", _CONTACT), _WHY),
)
DELIVERY: Final = _moment(
    "delivery",
    say("签收后短问卷", "簽收後短問卷", "After a delivery"),
    say("这次送货", "這次送貨", "This delivery"),
    (
        overall(
            "csat5",
            say("您对这次送货满意吗？", "您對這次送貨滿意嗎？", "How satisfied are you with this delivery?"),
        ),
        _WHY,
    ),
)
