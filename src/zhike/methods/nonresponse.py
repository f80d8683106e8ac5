"""Who was asked and what became of it: outcomes of an invitation and the rates made of them."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


class Disposition(IntEnum):
    """How one invitation ended, after AAPOR; numbers to be counted by.

    `COMPLAINED` is a refusal for every rate: a strong complaint and no score. It is counted by itself, since who is too
    angry to score must neither be averaged away nor wait.
    """

    COMPLETE = 0
    PARTIAL = 1
    REFUSED = 2
    COMPLAINED = 3
    NOT_CONTACTED = 4
    OTHER = 5  # eligible and reached, but unable: ill, no common language
    UNKNOWN_ADDRESS = 6  # AAPOR's UH: whether there is anybody at all
    UNKNOWN_OTHER = 7  # AAPOR's UO: somebody is there, but whether eligible
    INELIGIBLE = 8  # no customer any more: in no rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """How many invitations ended how. Counts ≥ 0, weighted or whole, scalars or arrays that broadcast.

    Raises ValueError for negative counts.
    """

    complete: ArrayLike = 0
    partial: ArrayLike = 0
    refused: ArrayLike = 0
    complained: ArrayLike = 0
    not_contacted: ArrayLike = 0
    other: ArrayLike = 0
    unknown_address: ArrayLike = 0
    unknown_other: ArrayLike = 0
    ineligible: ArrayLike = 0

    def __post_init__(self) -> None:
        if not np.all(self.counts() >= 0):
            message = "outcomes are counts >= 0"
            raise ValueError(message)

    @classmethod
    def of(cls, dispositions: ArrayLike, *, group: ArrayLike | None = None, groups: int | None = None) -> Self:
        """Count rows of `Disposition` numbers, (rows,); with group (rows,) of 0 … groups − 1 each count is (groups,).

        Raises ValueError for numbers that are no disposition and groups beyond their number.
        """
        codes = np.asarray(dispositions, dtype=np.int64)
        where = np.zeros_like(codes) if group is None else np.asarray(group, dtype=np.int64)
        if groups is None:
            groups = 1 if group is None else int(where.max(initial=-1)) + 1
        width = len(Disposition)
        if codes.ndim != 1 or where.shape != codes.shape:
            message = "dispositions and group are one-dimensional and of one length"
            raise ValueError(message)
        if np.any((codes < 0) | (codes >= width) | (where < 0) | (where >= groups)):
            message = "each row has a disposition and one group from 0 to groups - 1"
            raise ValueError(message)
        counts = np.bincount(where * width + codes, minlength=groups * width).astype(float).reshape(groups, width)
        columns = counts[0] if group is None else counts.T
        return cls(**{one.name.lower(): columns[one] for one in Disposition})

    def counts(self) -> Floats:
        """All counts as one array, (dispositions, …), in the order of `Disposition`."""
        return np.stack(
            np.broadcast_arrays(*(np.asarray(getattr(self, one.name.lower()), dtype=float) for one in Disposition))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Outcome rates by the names AAPOR gives them, shares 0 … 1 in the outcomes' shape; NaN where the base is empty.

    rr1 … rr6: response, 2, 4 and 6 with partial answers; coop1 … coop4: cooperation of those reached; ref1 … ref3:
    refusal; con1 … con3: contact. `complained`: strong complaints without a score, in the base of rr1. `eligible` is
    the e used for those of unknown eligibility in rr3, rr4, ref2 and con2. `asked`: all invitations but the ineligible.
    """

    rr1: Floats
    rr2: Floats
    rr3: Floats
    rr4: Floats
    rr5: Floats
    rr6: Floats
    coop1: Floats
    coop2: Floats
    coop3: Floats
    coop4: Floats
    ref1: Floats
    ref2: Floats
    ref3: Floats
    con1: Floats
    con2: Floats
    con3: Floats
    complained: Floats
    eligible: Floats
    asked: Floats


def eligibility(outcomes: Outcomes) -> Floats:
    """The e of those of unknown eligibility: as many of them as of those known are eligible; NaN where none is known.

    The proportional allocation of CASRO. Source: Smith 2009, A Revised Review of Methods to Estimate the Status of
    Cases with Unknown Eligibility; AAPOR 2016, Standard Definitions.
    """
    counts = outcomes.counts()
    known = counts[: Disposition.UNKNOWN_ADDRESS].sum(axis=0)
    return _share(known, known + counts[Disposition.INELIGIBLE])


def outcome_rates(outcomes: Outcomes, *, eligible: ArrayLike | None = None) -> Rates:
    """All rates of AAPOR's Standard Definitions, minimum (rr1) to maximum (rr6).

    eligible: the e of unknown cases, 0 … 1, by default `eligibility` (1 where nothing is known). Strong complaints
    count as refusals. Raises ValueError for another e. Source: AAPOR 2016, Standard Definitions, 9th edition; methods
    §1.8, golden value 7.
    """
    i, p, refusal, complaint, nc, o, uh, uo, _ = outcomes.counts()
    r = refusal + complaint
    found = eligibility(outcomes) if eligible is None else np.asarray(eligible, dtype=float)
    e = np.broadcast_to(np.where(np.isnan(found), 1.0, found), i.shape)
    if np.any((e < 0) | (e > 1)):
        message = "the eligible share of unknown cases lies between 0 and 1"
        raise ValueError(message)
    answered, reached, unknown = i + p, i + p + r + o, uh + uo
    known = reached + nc
    every, likely = known + unknown, known + e * unknown
    return Rates(
        rr1=_share(i, every),
        rr2=_share(answered, every),
        rr3=_share(i, likely),
        rr4=_share(answered, likely),
        rr5=_share(i, known),
        rr6=_share(answered, known),
        coop1=_share(i, reached),
        coop2=_share(answered, reached),
        coop3=_share(i, answered + r),
        coop4=_share(answered, answered + r),
        ref1=_share(r, every),
        ref2=_share(r, likely),
        ref3=_share(r, known),
        con1=_share(reached, every),
        con2=_share(reached, likely),
        con3=_share(reached, known),
        complained=_share(complaint, every),
        eligible=np.asarray(e),
        asked=np.asarray(every),
    )


def _share(part: Floats, whole: Floats) -> Floats:
    return np.asarray(part / np.where(whole > 0, whole, np.nan))
