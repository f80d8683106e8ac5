"""Errors that people and programs see: a stable code, what happened, what was kept, what to do next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field; `message` may hold %(name)s placeholders filled from `params`."""

    code: str
    message: str | Promise
    params: Mapping[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        return str(self.message) % dict(self.params) if self.params else str(self.message)


class ZhikeError(Exception):
    """Base of every error with a meaning for the person or program that asked."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    message: str | Promise = _("This could not be done.")
    kept: str | Promise = _("Nothing was changed.")
    next_step: str | Promise = ""

    def __init__(
        self,
        message: str | Promise | None = None,
        *,
        kept: str | Promise | None = None,
        next_step: str | Promise | None = None,
        **params: Any,
    ) -> None:
        if message is not None:
            self.message = message
        if kept is not None:
            self.kept = kept
        if next_step is not None:
            self.next_step = next_step
        self.params = params
        super().__init__(self.code)

    def text(self) -> str:
        return str(self.message) % self.params if self.params else str(self.message)

    def __str__(self) -> str:
        return f"{self.code}: {self.text()}"


class Invalid(ZhikeError):
    """Input that breaks a rule; `fields` names each field ('' for the whole) with its errors."""

    code = "invalid"
    status = 422
    message = _("Some entries need correcting.")
    next_step = _("Correct the marked fields and send again.")

    def __init__(
        self,
        fields: Mapping[str, Sequence[FieldError]] | None = None,
        message: str | Promise | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(message, **kwargs)
        self.fields = {name: list(found) for name, found in (fields or {}).items()}

    @classmethod
    def of(cls, name: str, code: str, message: str | Promise, **params: Any) -> "Invalid":
        """The common case: one field, one error."""
        return cls({name: [FieldError(code, message, params)]})

    def __str__(self) -> str:
        found = "; ".join(f"{name}: {e.text()}" for name, errors in self.fields.items() for e in errors)
        return f"{self.code}: {found or self.text()}"


class NotFound(ZhikeError):
    """Absent, or outside what this actor may see: the two look the same from outside."""

    code = "not_found"
    status = 404
    message = _("This record does not exist, or it is not within your reach.")


class Forbidden(ZhikeError):
    """Visible, but not allowed; the denial is recorded."""

    code = "forbidden"
    status = 403
    message = _("You do not have the right to do this.")
    next_step = _("Ask your supervisor or an administrator.")

    def __init__(
        self,
        message: str | Promise | None = None,
        *,
        right: str = "",
        subject: tuple[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(message, **kwargs)
        self.right = right
        self.subject = subject


class Conflict(ZhikeError):
    """The record is not in a state that allows this, or somebody else changed it meanwhile."""

    code = "conflict"
    status = 409
    message = _("The record has changed meanwhile.")
    next_step = _("Look at the present state and try again.")


class RateLimited(ZhikeError):
    """Too many attempts in a short time."""

    code = "rate_limited"
    status = 429
    message = _("Too many attempts.")
    next_step = _("Please wait a few minutes and try again.")
