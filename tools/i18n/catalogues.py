"""Catalogues of the apps: what each must hold, how it is written, merged and compiled."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import polib

from tools.findings import ROOT, Finding
from tools.i18n.messages import READERS, Key, Message, source_findings
from tools.i18n.visible import visible_findings
from tools.i18n.wording import wording_problems

LOCALES: Final = ("zh_Hans", "zh_Hant")
SOURCES: Final = ROOT / "src" / "zhike"
# Modules outside every app (errors, settings) have their messages where the pages are composed.
REST: Final = SOURCES / "platform" / "ui"
_THIRD_PARTY: Final = ("django", "django.contrib.auth", "django.contrib.humanize", "allauth")
_HEADER: Final = {
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
_PLACEHOLDER: Final = re.compile(r"%\(\w+\)[#0\- +]*\d*(?:\.\d+)?[a-zA-Z]|\{\w+[^{}]*\}|%%|<[^<>]+>")


@dataclass(slots=True)
class App:
    """One app's sources; `messages` in the order of the files."""

    folder: Path
    files: list[Path] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def catalogue(self, locale: str) -> Path:
        return self.folder / "locale" / locale / "LC_MESSAGES" / "django.po"

    def wanted(self) -> Mapping[Key, Message]:
        """One message per key; a plural form anywhere makes it a plural message."""
        wanted: dict[Key, Message] = {}
        for message in self.messages:
            if message.key not in wanted or (message.plural and not wanted[message.key].plural):
                wanted[message.key] = message
        return wanted


def gather(sources: Path = SOURCES, rest: Path = REST) -> list[App]:
    apps = {found.parent: App(found.parent) for found in sources.rglob("apps.py")}
    for path in sorted(sources.rglob("*")):
        reader = READERS.get(path.suffix)
        parts = path.relative_to(sources).parts
        if reader is None or {"tests", "migrations", "node_modules", "locale"} & set(parts):
            continue
        if path.suffix != ".py" and "templates" not in parts:
            continue
        folder = next((parent for parent in path.parents if parent in apps), rest)
        app = apps.setdefault(folder, App(folder))
        messages, findings = reader(path)
        app.files.append(path)
        app.messages += messages
        app.findings += findings
        app.findings += (finding for message in messages for finding in source_findings(message))
        if path.suffix == ".html":
            app.findings += visible_findings(path)
    return sorted(apps.values(), key=lambda app: app.folder)


def extract(app: App, apps: Sequence[App]) -> list[Path]:
    """
    Bring the app's catalogues to the messages of its sources, keeping translations; the files that changed.

    A message that another app or Django translates already is not asked for again.
    """
    changed = []
    for locale in LOCALES:
        path = app.catalogue(locale)
        before = path.read_text("utf-8") if path.exists() else ""
        known = _entries(path)
        elsewhere = _third_party(locale) | {
            key
            for other in apps
            if other is not app
            for key, entry in _entries(other.catalogue(locale)).items()
            if _translation(entry) and not entry.fuzzy
        }
        wanted = [
            message
            for key, message in app.wanted().items()
            if key not in elsewhere or (key in known and _translation(known[key]))
        ]
        after = rendered(locale, wanted, known) if wanted else ""
        if after == before:
            continue
        if after:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(after, "utf-8")
        else:
            path.unlink()
        changed.append(path)
    return changed


def rendered(locale: str, wanted: Iterable[Message], known: Mapping[Key, polib.POEntry]) -> str:
    """Text of a catalogue: sorted, without places and dates, so that two people rarely touch one line."""
    catalogue = polib.POFile(wrapwidth=0)
    catalogue.metadata = {"Language": locale, **_HEADER}
    for message in sorted(wanted, key=lambda message: message.key):
        old = known.get(message.key)
        text = _translation(old) if old else ""
        catalogue.append(
            polib.POEntry(
                msgid=message.key.msgid,
                msgctxt=message.key.context or None,
                msgid_plural=message.plural,
                msgstr="" if message.plural else text,
                msgstr_plural={0: text} if message.plural else {},
                tcomment=old.tcomment if old else "",
                flags=[flag for flag in (old.flags if old else []) if flag == "fuzzy"],
            )
        )
    return str(catalogue).removeprefix("#\n").rstrip("\n") + "\n"


def compile_catalogues(sources: Path = SOURCES) -> int:
    """Write each .mo that is missing or older than its .po; their number. Safe when several processes do it at once."""
    written = 0
    for source in sorted(sources.rglob("locale/*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        draft = target.with_suffix(f".{os.getpid()}.draft")
        polib.pofile(str(source)).save_as_mofile(str(draft))
        draft.replace(target)
        written += 1
    return written


def check(apps: Sequence[App]) -> Iterator[Finding]:
    for app in apps:
        yield from app.findings
    for locale in LOCALES:
        translations: dict[Key, tuple[str, Path]] = {}
        known = {app.folder: _entries(app.catalogue(locale)) for app in apps}
        for app in apps:
            for key, entry in known[app.folder].items():
                yield from _entry_findings(app, locale, key, entry)
                text = _translation(entry)
                if not text or entry.fuzzy:
                    continue
                other, where = translations.setdefault(key, (text, app.folder))
                if other != text:
                    message = f"{key.msgid!r} is {text!r} here and {other!r} in {where.name}; give one a context"
                    yield _finding(app, locale, entry, "translation-differs", message)
        translated = translations.keys() | _third_party(locale)
        for app in apps:
            yield from _missing_findings(app, locale, known[app.folder], translated)


def _missing_findings(
    app: App, locale: str, known: Mapping[Key, polib.POEntry], translated: Iterable[Key]
) -> Iterator[Finding]:
    done = set(translated)
    wanted = app.wanted()
    for key, message in wanted.items():
        entry = known.get(key)
        if entry is None and key not in done:
            yield Finding(
                message.path, message.line, "translation-missing", f"{key.msgid!r} not extracted for {locale}"
            )
        elif entry is not None and (entry.fuzzy or not _translation(entry)) and key not in done:
            yield _finding(app, locale, entry, "translation-missing", f"{key.msgid!r} has no {locale} text")
        elif entry is not None and bool(message.plural) != bool(entry.msgid_plural):
            yield _finding(app, locale, entry, "translation-stale", f"{key.msgid!r}: run extract, its plural changed")
    for key, entry in known.items():
        if key not in wanted:
            yield _finding(app, locale, entry, "translation-unused", f"{key.msgid!r} is no longer used: run extract")


def _entry_findings(app: App, locale: str, key: Key, entry: polib.POEntry) -> Iterator[Finding]:
    text = _translation(entry)
    if not text:
        return
    wanted = set(_PLACEHOLDER.findall(entry.msgid_plural or key.msgid))
    if entry.msgid_plural:
        # The singular may say "one" where the plural counts.
        wanted |= set(_PLACEHOLDER.findall(key.msgid))
    if wanted != (found := set(_PLACEHOLDER.findall(text))):
        differing = ", ".join(sorted(wanted ^ found))
        yield _finding(app, locale, entry, "translation-placeholder", f"{key.msgid!r}: differs in {differing}")
    for problem in wording_problems(_PLACEHOLDER.sub(_mark, text), locale):
        yield _finding(app, locale, entry, "translation-wording", f"{text!r}: {problem}")


def _mark(found: re.Match[str]) -> str:
    """A placeholder counts as Latin text, a mark-up tag as nothing."""
    return "" if found[0].startswith("<") else "%"


def _entries(path: Path) -> dict[Key, polib.POEntry]:
    if not path.exists():
        return {}
    return {Key(entry.msgid, entry.msgctxt or ""): entry for entry in polib.pofile(str(path)) if not entry.obsolete}


@cache
def _third_party(locale: str) -> frozenset[Key]:
    keys: set[Key] = set()
    for package in _THIRD_PARTY:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            continue
        folder = Path(spec.origin).parent
        for base in (folder / "conf" / "locale", folder / "locale"):
            path = base / locale / "LC_MESSAGES" / "django.po"
            keys |= {key for key, entry in _entries(path).items() if _translation(entry) and not entry.fuzzy}
    return frozenset(keys)


def _translation(entry: polib.POEntry) -> str:
    text: str = entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr
    return text


def _finding(app: App, locale: str, entry: polib.POEntry, rule: str, message: str) -> Finding:
    return Finding(app.catalogue(locale), entry.linenum or 1, rule, message)
