"""The words of each point of each scale, as customers read them. The scales themselves are `zhike.methods.scales`."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import pgettext_lazy

from zhike.voice.surveys.types.words import Label

_VERY_GOOD: Final = pgettext_lazy("answer of a survey", "Very satisfied")
_GOOD: Final = pgettext_lazy("answer of a survey", "Satisfied")
_FAIR: Final = pgettext_lazy("answer of a survey", "Average")
_BAD: Final = pgettext_lazy("answer of a survey", "Dissatisfied")
_VERY_BAD: Final = pgettext_lazy("answer of a survey", "Very dissatisfied")
_LIKELY: Final = pgettext_lazy("answer of a survey", "Very likely")
_UNLIKELY: Final = pgettext_lazy("answer of a survey", "Not likely at all")
_MIDDLE: Final = pgettext_lazy("answer of a survey", "Neither")

# What a scale is called where a form is written.
SCALE_LABELS: Final[Mapping[str, Label]] = {
    "csat3": pgettext_lazy("scale", "Satisfaction, 3 levels"),
    "csat4": pgettext_lazy("scale", "Satisfaction, 4 levels"),
    "csat5": pgettext_lazy("scale", "Satisfaction, 5 levels"),
    "csat7": pgettext_lazy("scale", "Satisfaction, 7 levels"),
    "csat10": pgettext_lazy("scale", "Satisfaction, 1–10"),
    "csat10_top3": pgettext_lazy("scale", "Satisfaction, 1–10, the top three count"),
    "ivr0_9": pgettext_lazy("scale", "Satisfaction, one key 0–9"),
    "nps11": pgettext_lazy("scale", "Recommendation, 0–10"),
    "nps5": pgettext_lazy("scale", "Recommendation, 1–5"),
    "ces1": pgettext_lazy("scale", "Effort, 1–5 (1: very little)"),
    "ces2": pgettext_lazy("scale", "Agreement that it was easy, 1–7"),
    "yesno": pgettext_lazy("scale", "Yes or no"),
}
_ENDS: Final[Mapping[int, Label]] = {1: _VERY_BAD, 10: _VERY_GOOD}
# Points without a word show their number only.
POINT_LABELS: Final[Mapping[str, Mapping[int, Label]]] = {
    "csat3": {3: _VERY_GOOD, 2: _GOOD, 1: _BAD},
    "csat4": {4: _VERY_GOOD, 3: _GOOD, 2: _FAIR, 1: _BAD},
    "csat5": {5: _VERY_GOOD, 4: _GOOD, 3: _FAIR, 2: _BAD, 1: _VERY_BAD},
    "csat7": {
        7: _VERY_GOOD,
        6: _GOOD,
        5: pgettext_lazy("answer of a survey", "Rather satisfied"),
        4: _FAIR,
        3: pgettext_lazy("answer of a survey", "Rather dissatisfied"),
        2: _BAD,
        1: _VERY_BAD,
    },
    "csat10": _ENDS,
    "csat10_top3": _ENDS,
    "ivr0_9": {0: _VERY_BAD, 9: _VERY_GOOD},
    "nps11": {0: _UNLIKELY, 10: _LIKELY},
    "nps5": {
        5: _LIKELY,
        4: pgettext_lazy("answer of a survey", "Likely"),
        3: pgettext_lazy("answer of a survey", "Perhaps"),
        2: pgettext_lazy("answer of a survey", "Not likely"),
        1: _UNLIKELY,
    },
    "ces1": {
        1: pgettext_lazy("answer of a survey", "Very little effort"),
        2: pgettext_lazy("answer of a survey", "Little effort"),
        3: _MIDDLE,
        4: pgettext_lazy("answer of a survey", "Much effort"),
        5: pgettext_lazy("answer of a survey", "Very much effort"),
    },
    "ces2": {
        7: pgettext_lazy("answer of a survey", "Agree fully"),
        6: pgettext_lazy("answer of a survey", "Agree"),
        5: pgettext_lazy("answer of a survey", "Rather agree"),
        4: _MIDDLE,
        3: pgettext_lazy("answer of a survey", "Rather disagree"),
        2: pgettext_lazy("answer of a survey", "Disagree"),
        1: pgettext_lazy("answer of a survey", "Do not agree at all"),
    },
    "yesno": {
        1: pgettext_lazy("answer of a survey", "Yes"),
        0: pgettext_lazy("answer of a survey", "No"),
    },
}
NOT_RELEVANT_LABEL: Final = pgettext_lazy("answer of a survey", "Not used / not relevant")
