"""Short ways to write a question down."""

from typing import Any

from zhike.voice.surveys.types import ItemEntry, ItemKind, Measure, Texts


def say(hans: str, hant: str, en: str) -> Texts:
    """One text in the three languages."""
    return {"zh-hans": hans, "zh-hant": hant, "en": en}


def rated(key: str, scale: str, texts: Texts, **more: Any) -> ItemEntry:
    return ItemEntry(key=key, kind=ItemKind.SCALE, scale=scale, texts=texts, **more)


def overall(scale: str, texts: Texts) -> ItemEntry:
    return rated("overall", scale, texts, measure=Measure.OVERALL)


def chosen(key: str, texts: Texts, *choices: Texts, several: bool = False, **more: Any) -> ItemEntry:
    kind = ItemKind.MULTIPLE if several else ItemKind.SINGLE
    return ItemEntry(key=key, kind=kind, texts=texts, choices=choices, **more)


def written(key: str, texts: Texts, **more: Any) -> ItemEntry:
    """A text is never asked for by force."""
    return ItemEntry(key=key, kind=ItemKind.TEXT, texts=texts, required=False, **more)


# Asked in the same words wherever effort is asked.
EFFORT = rated(
    "effort",
    "ces1",
    say(
        "为了办好这件事，您自己花了多少力气？",
        "為了辦好這件事，您自己花了多少力氣？",
        "How much effort did you personally need to get your request handled?",
    ),
    measure=Measure.EFFORT,
)
THANKS = say(
    "谢谢您。您说的每一句话，我们都会看。",
    "謝謝您。您說的每一句話，我們都會看。",
    "Thank you. We read every word of it.",
)
