"""Tables of agreements."""

from zhike.record.agreements.models.agreements import (
    Agreement,
    AgreementItem,
    AgreementSet,
    AgreementStandard,
    AgreementVersion,
)
from zhike.record.agreements.models.promises import Promise, PromiseSet
from zhike.record.agreements.models.standards import Standard, VagueWord
from zhike.record.agreements.models.targets import ServiceTarget, TargetChange

__all__ = [
    "Agreement",
    "AgreementItem",
    "AgreementSet",
    "AgreementStandard",
    "AgreementVersion",
    "Promise",
    "PromiseSet",
    "ServiceTarget",
    "Standard",
    "TargetChange",
    "VagueWord",
]
