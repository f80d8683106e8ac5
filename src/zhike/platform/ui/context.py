"""What the shell needs on every page; each part is found only when a template asks for it."""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from zhike.platform import clock, live
from zhike.platform.actors import Actor, ActorKind
from zhike.platform.i18n.middleware import HTML_TAGS
from zhike.platform.ui import navigation, slots
from zhike.platform.ui.requests import actor_of

LANGUAGE_NAMES = (("zh-hans", "简体中文", "简"), ("zh-hant", "繁體中文", "繁"), ("en", "English", "En"))
THEMES = ("auto", "light", "dark")
THEME_COOKIE = "zhike_theme"
FOLD_COOKIE = "zhike_nav"


class Shell:
    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def actor(self) -> Actor | None:
        return actor_of(self._request)

    @cached_property
    def staff(self) -> bool:
        return self.actor is not None and self.actor.kind is ActorKind.STAFF

    @cached_property
    def now(self) -> datetime:
        return clock.now()

    @cached_property
    def zone(self) -> str:
        return self.actor.zone if self.actor else settings.TIME_ZONE

    @cached_property
    def language(self) -> str:
        return translation.get_language() or settings.LANGUAGE_CODE

    @cached_property
    def html_lang(self) -> str:
        return HTML_TAGS.get(self.language, "en")

    @cached_property
    def languages(self) -> list[dict[str, Any]]:
        return [
            {"code": code, "name": name, "short": short, "tag": HTML_TAGS[code], "current": code == self.language}
            for code, name, short in LANGUAGE_NAMES
        ]

    @cached_property
    def theme(self) -> str:
        user = getattr(self._request, "user", None)
        kept = self._request.COOKIES.get(THEME_COOKIE) or getattr(user, "theme", "auto")
        return kept if kept in THEMES else "auto"

    @cached_property
    def folded(self) -> bool:
        return self._request.COOKIES.get(FOLD_COOKIE) == "folded"

    @cached_property
    def path(self) -> str:
        return self._request.get_full_path()

    @cached_property
    def jobs(self) -> list[navigation.NavJob]:
        return navigation.menu(self.actor, self._request.path)

    @cached_property
    def in_hand(self) -> list[slots.InHand]:
        return slots.in_hand(self.actor) if self.actor and self.staff else []

    @cached_property
    def parts(self) -> dict[str, slots.ShellPart]:
        return slots.parts(self.actor) if self.actor and self.staff else {}

    @cached_property
    def live_url(self) -> str:
        """Where the page's script listens for changes; empty for whoever is not signed in."""
        key = getattr(self._request, "session", None) and self._request.session.session_key
        if not self.actor or not self.staff or not key:
            return ""
        reach = self.actor.reach
        topics = slots.live_topics(self.actor)
        signed = live.ticket(key, topics=topics, everything=reach.everything, intervals=reach.intervals)
        return live.address(self._request, signed)

    @cached_property
    def roles(self) -> list[tuple[str, Any]]:
        return slots.roles()

    @cached_property
    def keys(self) -> list[tuple[str, Any, str]]:
        """Keys with what they do, and the letter of the page that must be there; places this actor has."""
        return navigation.keys_for({job.job for job in self.jobs})

    @cached_property
    def keys_on(self) -> bool:
        user = getattr(self._request, "user", None)
        return bool(getattr(user, "keyboard_shortcuts", True))


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell` in every template."""
    return {"shell": Shell(request)}
