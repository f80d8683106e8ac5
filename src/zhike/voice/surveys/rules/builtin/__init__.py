"""The forms that come with the product, in three languages. A company takes them in and changes them as it likes."""

from typing import Final

from zhike.voice.surveys.rules.builtin.moments import CONTACT_3, CONTACT_5, CONTACT_9, DELIVERY
from zhike.voice.surveys.rules.builtin.relationship import RELATIONSHIP
from zhike.voice.surveys.rules.builtin.waves import GENERAL, SENIOR
from zhike.voice.surveys.types import FormEntry

FORMS: Final[tuple[FormEntry, ...]] = (SENIOR, GENERAL, RELATIONSHIP, DELIVERY, CONTACT_5, CONTACT_3, CONTACT_9)

__all__ = ["CONTACT_3", "CONTACT_5", "CONTACT_9", "DELIVERY", "FORMS", "GENERAL", "RELATIONSHIP", "SENIOR"]
