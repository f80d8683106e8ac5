"""What rooms above need to know of a sign-in."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Theme(StrEnum):
    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class SignIn(Protocol):
    """A signed-in user, as far as rooms above may look."""

    @property
    def pk(self) -> int: ...

    @property
    def language(self) -> str: ...


@dataclass(frozen=True, slots=True)
class OpenedAccount:
    """A new or renewed sign-in; the password is kept nowhere and can be shown only now."""

    user_id: int
    username: str
    initial_password: str


@dataclass(frozen=True, slots=True)
class Profile:
    user_id: int
    username: str
    name: str
    email: str
    language: str
    theme: Theme
    keyboard_shortcuts: bool
    must_change_password: bool
    is_active: bool
