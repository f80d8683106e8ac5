"""Rights: declared by rooms, given by roles, checked by actions."""

from dataclasses import dataclass, field

from django.utils.functional import Promise

from zhike.platform.actors import Actor
from zhike.platform.errors import Forbidden

_rights: dict[str, "Right"] = {}


@dataclass(frozen=True, slots=True)
class Right:
    """One thing that may be allowed, e.g. `customers.edit`; `default_roles` seed a new company's roles.

    `for_programs` says that whoever makes API keys may give it to one without holding it: exchanging the company's
    data. Deciding, approving, revealing, erasing and administering are not for programs.
    """

    code: str
    label: str | Promise = field(compare=False)
    default_roles: frozenset[str] = field(default=frozenset(), compare=False)
    for_programs: bool = field(default=False, compare=False)

    def __post_init__(self) -> None:
        known = _rights.setdefault(self.code, self)
        if known is not self and str(known.label) != str(self.label):
            message = f"right {self.code} is declared twice"
            raise ValueError(message)


def rights() -> dict[str, Right]:
    """Every declared right by code."""
    return dict(sorted(_rights.items()))


def is_allowed(actor: Actor, right: Right, *, unit_no: int | None = None) -> bool:
    """Whether the actor holds the right and, where a unit is named, reaches it."""
    return actor.has(right.code) and (unit_no is None or actor.reach.covers(unit_no))


def authorize(
    actor: Actor, right: Right, *, subject: tuple[str, int | str] | None = None, unit_no: int | None = None
) -> None:
    """Raise `Forbidden` unless allowed; the outermost action records the denial after its rollback."""
    if not is_allowed(actor, right, unit_no=unit_no):
        raise Forbidden(right=right.code, subject=(subject[0], str(subject[1])) if subject else None)
