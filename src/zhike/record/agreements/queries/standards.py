"""Standards in force, their versions, and the list of vague words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet
from django.utils.translation import get_language, gettext, pgettext

from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound
from zhike.platform.i18n.labels import pick
from zhike.platform.ui import formats
from zhike.record.agreements.models import Standard, VagueWord
from zhike.record.agreements.policies import VIEW
from zhike.record.agreements.types import BOUND_LABELS, UNIT_LABELS, StandardUnit, Vague, VagueKind


def standard_rows(*, actor: Actor, day: date | None = None) -> QuerySet[Standard]:
    """Every version of every standard, or what holds on a day, for lists that filter, sort and page by themselves."""
    rows = Standard.objects.all() if day is None else Standard.objects.filter(on_day(day))
    return rows if actor.has(VIEW.code) else rows.none()


def on_day(day: date) -> Q:
    """The condition on versions that hold on this day."""
    return Q(valid_from__lte=day) & (Q(valid_until__isnull=True) | Q(valid_until__gte=day))


def standards_on(*, actor: Actor, day: date) -> list[Standard]:
    """Those that hold on this day, by number."""
    return list(standard_rows(actor=actor).filter(on_day(day)).order_by("code"))


def standard_versions(*, actor: Actor, code: str) -> list[Standard]:
    """Every version of one standard, the newest first; raises NotFound."""
    found = list(standard_rows(actor=actor).filter(code=code.strip().upper()).order_by("-version"))
    if not found:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Numbered:
    """Standards that hold, and those of them with a number and unit."""

    numbered: int
    standards: int


def numbered(*, actor: Actor, day: date) -> Numbered:
    """Share of standards with a number (AGRE-03). One query."""
    found = standard_rows(actor=actor).filter(on_day(day))
    counts = found.aggregate(n=Count("pk"), hits=Count("pk", filter=Q(number__isnull=False) & ~Q(unit="")))
    return Numbered(counts["hits"], counts["n"])


def vague_words(*, actor: Actor) -> list[VagueWord]:
    """The list as people maintain it."""
    rows = VagueWord.objects.order_by("kind", "word")
    return list(rows) if actor.has(VIEW.code) else []


def listed_words() -> list[Vague]:
    """The words that are refused."""
    rows = VagueWord.objects.filter(active=True).values_list("word", "kind")
    return [Vague(word, VagueKind(kind)) for word, kind in rows]


def spoken(row: Standard, name: str, language: str | None = None) -> str:
    """A text of a standard in the reader's language, else as it was first written or in the language nearest to it.

    The first text may stand in a language that the others lack: then it, not a translation, is what was agreed.
    """
    some, first = row.texts.get(name, {}), str(getattr(row, name))
    wanted = (language or get_language() or "").lower()
    if not some.get(wanted, "").strip() and first and first not in some.values():
        return first
    return pick(some, language) or first


def figure(row: Standard, number: Decimal | None = None) -> str:
    """`at most 30 minutes` in the reader's language; `number` is an agreement's own figure."""
    unit = spoken(row, "unit_text") if row.unit == StandardUnit.OTHER.value else str(UNIT_LABELS[row.unit])
    shown = formats.number(_plain(row.number if number is None else number))
    return gettext("%(bound)s %(number)s %(unit)s") % {"bound": BOUND_LABELS[row.bound], "number": shown, "unit": unit}


def sentence(row: Standard, number: Decimal | None = None) -> str:
    """The whole standard in one line."""
    said = pgettext("a standard", "%(object)s: %(measure)s %(figure)s") % {
        "object": spoken(row, "object"),
        "measure": spoken(row, "measure"),
        "figure": figure(row, number),
    }
    condition = spoken(row, "condition")
    if not condition:
        return said
    return pgettext("a standard with its condition", "%(standard)s (%(condition)s)") % {
        "standard": said,
        "condition": condition,
    }


def _plain(number: Decimal) -> Decimal:
    whole = number.to_integral_value()
    return whole if whole == number else number.normalize()


def codes_on(day: date) -> Mapping[str, int]:
    """Ids by number of the standards that hold on this day."""
    return dict(Standard.objects.filter(on_day(day)).values_list("code", "pk"))
