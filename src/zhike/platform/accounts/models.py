"""Who can sign in. What a person is at work (unit, roles) belongs to Staff, one-to-one above."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.crypto import salted_hmac


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """Create a user; without a password the account can sign in only through another provider."""
        user = self.model(username=username.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A sign-in. Names are kept in stored order in one field."""

    id = models.BigAutoField(primary_key=True)
    username = models.CharField(max_length=60)
    email = models.EmailField(default="", blank=True)
    name = models.CharField(max_length=120, default="", blank=True)
    language = models.CharField(max_length=8, default="zh-hans")
    keyboard_shortcuts = models.BooleanField(default=True)
    theme = models.CharField(max_length=8, default="auto")
    # Set with a password that somebody else has seen; nothing else can be done until it is changed.
    must_change_password = models.BooleanField(default=False)
    # Part of every session's seal: raising it ends all of them at once.
    session_epoch = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(db_default=Now())

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("username"), name="accounts_username_once"),
            models.UniqueConstraint(Lower("email"), condition=~models.Q(email=""), name="accounts_email_once"),
            models.CheckConstraint(condition=~models.Q(username=""), name="accounts_username_given"),
        ]

    def get_session_auth_hash(self) -> str:
        """The seal of this user's sessions: a new password or a raised epoch breaks every older one."""
        return self._seal()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._seal(secret)

    def _seal(self, secret: str | bytes | None = None) -> str:
        value = f"{self.password}:{self.session_epoch}"
        return salted_hmac("zhike.accounts.session", value, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        return self.name or self.username

    def get_short_name(self) -> str:
        return self.name or self.username
