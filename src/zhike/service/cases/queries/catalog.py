"""Categories and causes in the reader's language."""

from collections.abc import Collection, Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor
from zhike.platform.errors import Invalid, NotFound
from zhike.platform.i18n.labels import pick
from zhike.service.cases.models import Category, Cause
from zhike.service.cases.policies import VIEW


def category_rows(*, actor: Actor) -> QuerySet[Category]:
    """Every category, in the order in which people choose."""
    rows = Category.objects.order_by("order", "code")
    return rows if actor.has(VIEW.code) else rows.none()


def cause_rows(*, actor: Actor) -> QuerySet[Cause]:
    rows = Cause.objects.order_by("order", "code")
    return rows if actor.has(VIEW.code) else rows.none()


def category_labels(*, actor: Actor, active_only: bool = True) -> Mapping[str, str]:
    """Label by code."""
    rows = category_rows(actor=actor)
    return {row.code: pick(row.labels) or row.code for row in (rows.filter(active=True) if active_only else rows)}


def cause_labels(*, actor: Actor, active_only: bool = True) -> Mapping[str, str]:
    rows = cause_rows(actor=actor)
    return {row.code: pick(row.labels) or row.code for row in (rows.filter(active=True) if active_only else rows)}


def category_of(*, actor: Actor, code: str) -> Category:
    """An active category; raises NotFound."""
    found = category_rows(actor=actor).filter(code=code, active=True).first()
    if found is None:
        raise NotFound
    return found


def category_known(*, actor: Actor, code: str) -> Category:
    """A category, in use or not; raises Invalid on `category`."""
    found = category_rows(actor=actor).filter(code=code).first()
    if found is None:
        raise Invalid.of("category", "unknown", _("There is no category %(word)s."), word=code[:40])
    return found


# zhike: allow query-actor -- it reads no row, only the category given
def category_word(row: Category) -> str:
    return pick(row.labels) or row.code


# zhike: allow query-actor -- it reads no row, only the cause given
def cause_word(row: Cause) -> str:
    return pick(row.labels) or row.code


# zhike: allow query-actor -- words of the desk for the choices of a filter, no rows of customers
def category_options() -> list[tuple[str, str]]:
    return [(row.code, category_word(row)) for row in Category.objects.filter(active=True).order_by("order", "code")]


def categories_named(*, actor: Actor, keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Labels by code, for the audit log."""
    labels = category_labels(actor=actor, active_only=False)
    return {code: (labels[code], "") for code in keys if code in labels}


def causes_named(*, actor: Actor, keys: Collection[str]) -> dict[str, tuple[str, str]]:
    labels = cause_labels(actor=actor, active_only=False)
    return {code: (labels[code], "") for code in keys if code in labels}
