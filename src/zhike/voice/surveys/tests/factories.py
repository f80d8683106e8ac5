"""Small makers of forms, through the real actions."""

from typing import Any

from zhike.platform.actors import Actor
from zhike.record.organization.tests import factories as organization
from zhike.record.organization.tests.factories import NOW, SETUP
from zhike.voice.surveys import actions, queries
from zhike.voice.surveys.rules.builtin.parts import say
from zhike.voice.surveys.types import Audience, FormEntry, FormView, ItemEntry, ItemKind, SectionEntry

__all__ = ["NOW", "SETUP", "designer", "draft", "entry", "item", "published", "section"]


def designer(**changes: Any) -> Actor:
    """Somebody who writes and publishes forms."""
    return organization.actor(**{"roles": ("quality",), **changes})


def item(key: str = "overall", **changes: Any) -> ItemEntry:
    """A question on five levels unless something else is said."""
    kind = changes.get("kind", ItemKind.SCALE)
    values: dict[str, Any] = {
        "key": key,
        "kind": kind,
        "scale": "csat5" if kind is ItemKind.SCALE else "",
        "texts": say(f"{key}怎么样？", f"{key}怎麼樣？", f"How was {key}?"),
        "choices": (say("甲", "甲", "A"), say("乙", "乙", "B")) if kind in {ItemKind.SINGLE, ItemKind.MULTIPLE} else (),
        **changes,
    }
    return ItemEntry(**values)


def section(*items: ItemEntry, key: str = "all", **changes: Any) -> SectionEntry:
    values: dict[str, Any] = {"key": key, "titles": say("全部", "全部", "All"), "items": items, **changes}
    return SectionEntry(**values)


def entry(*items: ItemEntry, **changes: Any) -> FormEntry:
    values: dict[str, Any] = {
        "code": "short",
        "audience": Audience.CONTACT,
        "names": say("短问卷", "短問卷", "A short form"),
        "sections": (section(*(items or (item(),))),),
        **changes,
    }
    return FormEntry(**values)


def draft(*items: ItemEntry, by: Actor | None = None, **changes: Any) -> FormView:
    actor = by or designer()
    made = actions.save_form(actor=actor, entry=entry(*items, **changes), new=True, now=NOW)
    return queries.form(actor=actor, version_id=made)


def published(*items: ItemEntry, by: Actor | None = None, **changes: Any) -> FormView:
    actor = by or designer()
    found = draft(*items, by=actor, **changes)
    made = actions.publish_form(actor=actor, code=found.code, now=NOW)
    return queries.form(actor=actor, version_id=made)
