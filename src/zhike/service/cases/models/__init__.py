"""Tables of cases."""

from zhike.service.cases.models.answers import WaitingAnswer
from zhike.service.cases.models.cases import Case, CaseContact, CaseMove, CaseSet, OwnerSpell
from zhike.service.cases.models.catalog import Category, Cause
from zhike.service.cases.models.outside import CaseGoods, CasePhoto, KeptPhoto, WebAuthor, WebWord
from zhike.service.cases.models.tasks import Escalation, Remedy, Task, TaskSet
from zhike.service.cases.models.work import Follower, Look, Presence

__all__ = [
    "Case",
    "CaseContact",
    "CaseGoods",
    "CaseMove",
    "CasePhoto",
    "CaseSet",
    "Category",
    "Cause",
    "Escalation",
    "Follower",
    "KeptPhoto",
    "Look",
    "OwnerSpell",
    "Presence",
    "Remedy",
    "Task",
    "TaskSet",
    "WaitingAnswer",
    "WebAuthor",
    "WebWord",
]
