"""Values of the audit log as people read them: codes in words, ids by name with their page, times as elsewhere."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext, pgettext_lazy

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.audit.types import Entry
from zhike.platform.audit.words import (
    Keys,
    Manner,
    Names,
    Of,
    Plain,
    Room,
    Sentence,
    Span,
    Words,
    Zone,
    manner_of,
    naming_of,
    tell,
    tell_plainly,
)
from zhike.platform.authz import rights
from zhike.platform.bulk.types import targets
from zhike.platform.i18n.labels import pick
from zhike.platform.parameters.types import registered
from zhike.platform.ui import formats, render
from zhike.platform.ui.formats import Ink
from zhike.record.organization.pages._audit_words import (
    FIELD_WORDS,
    PLAIN,
    REASON_WORDS,
    RECORD_WORDS,
    ROOM_FIELD_WORDS,
    SUBJECT_WORDS,
    UNTOLD,
    VALUE_WORDS,
)

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_LANGUAGES: Final = frozenset({"zh-hans", "zh-hant", "en"})
# Kinds of records whose keys are dotted codes of a room.
_OF_ROOMS: Final = frozenset({"action", "list"})
# Past this many names of one line the rest is counted.
MOST_NAMES: Final = 12


_RIGHTS: Final = Keys(lambda: {code: one.label for code, one in rights().items()})
_TARGETS: Final = Keys(lambda: {code: one.label for code, one in targets().items()})
# Fields that mean the same in every room.
tell(
    "",
    owner=Of("staff"),
    owners=Of("staff"),
    assignee=Of("staff"),
    holder=Of("staff"),
    holders=Of("staff"),
    staff=Of("staff"),
    courier_staff=Of("staff"),
    head_id=Of("staff"),
    unit=Of("unit"),
    unit_id=Of("unit"),
    parent_id=Of("unit"),
    customer=Of("customer"),
    contact=Of("contact"),
    contacts=Of("contact"),
    role=Of("role"),
    case=Of("case"),
    category=Of("case_category"),
    calendar=Of("calendar"),
    calendar_id=Of("calendar"),
    photo=Of("file"),
    budget=Span(),
    right=_RIGHTS,
    rights=_RIGHTS,
    not_held_by_maker=_RIGHTS,
    target=_TARGETS,
    action=Room(),
    job=Room(),
    table=Room(),
    # A room of ours in words; what another system or a person named stands as it is.
    source=Keys(dict),
    zone=Zone(),
    language=VALUE_WORDS["language"],
    mode=VALUE_WORDS["mode"],
    password={"renewed": pgettext_lazy("password", "renewed")},
)
tell("bulk", steps=_TARGETS)
tell("files", purpose=Room())
# What people typed, numbers, counts, days and times, yes and no, and codes that people know by sight.
tell_plainly("", PLAIN)


@dataclass(frozen=True, slots=True)
class Telling:
    """What is needed to tell the values of some entries: names by kind of record, the reader's zone and now."""

    names: Mapping[str, Names]
    ink: Ink

    def changes(self, entry: Entry) -> list[tuple[str, SafeString, SafeString]]:
        """Each field with its old and new value; a value that was not there is empty."""
        found = []
        for field in dict.fromkeys([*entry.before, *entry.after]):
            if (entry.type, field) in UNTOLD:
                continue
            old, new = (self.value(entry.type, field, side.get(field)) for side in (entry.before, entry.after))
            if old or new:
                found.append((_field_word(entry.type, field), old, new))
        return found

    def reason(self, entry: Entry) -> str:
        """Why, in words; what a person wrote stands as it is."""
        return str(REASON_WORDS.get(entry.reason, entry.reason))

    def subject(self, entry: Entry) -> tuple[str, str, str]:
        """Kind in words, name or number, and the record's page."""
        kind, key = entry.subject
        name, url = self.names.get(kind, {}).get(key, (_key_in_words(kind, key), ""))
        return str(RECORD_WORDS.get(kind, kind)), name, url

    def value(self, event_type: str, field: str, value: Any) -> SafeString:  # noqa: ANN401 - whatever JSON holds
        manner = manner_of(event_type, field)
        if value is None or value in ([], {}, ""):
            return SafeString("")
        if isinstance(value, Mapping):
            return self._mapping(event_type, value, manner)
        if isinstance(value, list):
            shown = [self.value(event_type, field, one) for one in value[:MOST_NAMES]]
            if len(value) > MOST_NAMES:
                more = pgettext("items of a list", "and %(count)s more") % {
                    "count": formats.number(len(value) - MOST_NAMES)
                }
                shown.append(format_html("{}", more))
            return format_html_join(_comma(), "{}", ((one,) for one in shown))
        return self._one(field, value, manner)

    def _mapping(self, event_type: str, value: Mapping[str, Any], manner: Manner | None) -> SafeString:
        if set(value) <= _LANGUAGES:
            return format_html("{}", pick({str(k): str(v) for k, v in value.items()}))
        if isinstance(manner, Of):
            # By the id of what changed hands: whose they were, each once.
            held = dict.fromkeys(str(one) for one in _items(value))
            return format_html_join(_comma(), "{}", ((self._named(manner.kind, one),) for one in held))
        if isinstance(manner, Keys):
            words = manner.words()
            if not words:
                states = dict.fromkeys(self._inner(one, manner.inner) for one in value.values() if one)
                return format_html_join(_comma(), "{}", ((one,) for one in states))
            shown = [(str(words.get(key, key)), self._inner(one, manner.inner)) for key, one in value.items() if one]
            return format_html_join(_comma(), "{} {}", shown)
        parts = [
            (str(FIELD_WORDS.get(key, key)), self.value(event_type, key, inner) or "0")
            for key, inner in value.items()
            if inner not in (None, 0, [], {}, "") or isinstance(inner, bool)
        ]
        return format_html_join(_comma(), "{} {}", parts)

    def _inner(self, value: Any, words: Words) -> str:  # noqa: ANN401 - whatever JSON holds
        parts = value if isinstance(value, list) else [value]
        return _comma().join(_in_words(words, str(one)) for one in parts)

    def _one(self, field: str, value: Any, manner: Manner | None) -> SafeString:  # noqa: ANN401, C901, PLR0911 - one line a kind
        if isinstance(value, bool):
            return format_html("{}", pgettext("answer", "Yes") if value else pgettext("answer", "No"))
        if isinstance(manner, Of):
            return self._named(manner.kind, str(value))
        if isinstance(manner, Span) and isinstance(value, int | float):
            return format_html("{}", formats.duration(timedelta(seconds=value)))
        if isinstance(manner, Zone):
            return format_html("{}", formats.zone_words(str(value), self.ink.now))
        if isinstance(manner, Sentence):
            return format_html("{}", gettext(str(value)))
        text = str(value)
        if isinstance(manner, Mapping | Keys):
            words = manner.words() if isinstance(manner, Keys) else manner
            return format_html("{}", _in_words(words, text))
        if isinstance(manner, Room):
            return format_html("{}", _room(text))
        if isinstance(manner, Plain) and not isinstance(value, str):
            return format_html("{}", text)
        if _MOMENT.fullmatch(text):
            return _moment(text, self.ink)
        if _DAY.fullmatch(text):
            today = clock.local_date(self.ink.now, self.ink.zone)
            return format_html("{}", formats.day(date.fromisoformat(text), today))
        return format_html("{}", str(VALUE_WORDS.get(field, {}).get(text, text)))

    def _named(self, kind: str, key: str) -> SafeString:
        name, url = self.names.get(kind, {}).get(key, ("", ""))
        if not name:
            return format_html("{} {}", RECORD_WORDS.get(kind, ""), key)
        return format_html('<a href="{}">{}</a>', url, name) if url else format_html("{}", name)


def telling(actor: Actor, entries: Sequence[Entry], now: datetime) -> Telling:
    """One query a kind of record that these entries name."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if naming_of(entry.subject[0]) is not None:
            wanted[entry.subject[0]].add(entry.subject[1])
        for side in (entry.before, entry.after):
            for field, value in side.items():
                manner = manner_of(entry.type, field)
                if isinstance(manner, Of):
                    wanted[manner.kind] |= {str(one) for one in _items(value)}
    names = {
        kind: naming(actor=actor, keys=keys)
        for kind, keys in sorted(wanted.items())
        if keys and (naming := naming_of(kind))
    }
    return Telling(names, Ink(now, actor.zone))


def _items(value: Any) -> Iterable[Any]:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, list):
        return [one for one in value[:MOST_NAMES] if not isinstance(one, Mapping | list)]
    if isinstance(value, Mapping):
        return [one for one in value.values() if one is not None and not isinstance(one, Mapping | list | bool)]
    return () if value is None or isinstance(value, bool) else (value,)


def _field_word(event_type: str, field: str) -> str:
    room = event_type.partition(".")[0]
    own = ROOM_FIELD_WORDS.get((room, field))
    return str(own if own is not None else FIELD_WORDS.get(field, field))


def _key_in_words(kind: str, key: str) -> str:
    """What a record is called that nobody names: by words of its own, else by its number."""
    if (kind, key) in SUBJECT_WORDS:
        return str(SUBJECT_WORDS[kind, key])
    if kind == "parameter" and key in registered():
        return str(registered()[key].label)
    if _UUID.fullmatch(key):
        return ""  # tells nobody anything; the link beside it leads to everything about the record
    return _room(key) if kind in _OF_ROOMS or key in _rooms() else key


def _in_words(words: Mapping[Any, str | Promise], text: str) -> str:
    """A code in words; of several in one text each."""
    known = words.get(text)
    if known is not None:
        return str(known)
    if text in _rooms():
        return _room(text)  # a source, for example, may be a room of ours
    return " ".join(str(words.get(part, part)) for part in text.split(" "))


def _moment(text: str, ink: Ink) -> SafeString:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        return format_html("{}", text.replace("T", " "))
    return render.when(found, ink)


def _comma() -> str:
    return pgettext("between items of a list", ", ")


@cache
def _rooms() -> frozenset[str]:
    return frozenset(config.label for config in apps.get_app_configs() if config.name.startswith("zhike."))


def _room(text: str) -> str:
    """The room to which a dotted code belongs, in words."""
    found = next((apps.app_configs[part] for part in text.split(".") if part in apps.app_configs), None)
    return str(found.verbose_name) if found else gettext("Zhike itself")
