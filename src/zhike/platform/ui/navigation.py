"""The navigation: eleven jobs in a fixed order; rooms add their pages, what the actor may not use is absent."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform.actors import Actor, ActorKind


class Job(StrEnum):
    """In the order in which they stand."""

    TODAY = "today"
    SERVE = "serve"
    CUSTOMERS = "customers"
    GOODS = "goods"
    SETTLE = "settle"
    LISTEN = "listen"
    IMPROVE = "improve"
    FIGURES = "figures"
    GROW = "grow"
    TEAM = "team"
    SETTINGS = "settings"


JOB_LABELS: dict[Job, str | Promise] = {
    Job.TODAY: pgettext_lazy("navigation", "Today"),
    Job.SERVE: pgettext_lazy("navigation", "Serve"),
    Job.CUSTOMERS: pgettext_lazy("navigation", "Customers"),
    Job.GOODS: pgettext_lazy("navigation", "Goods"),
    Job.SETTLE: pgettext_lazy("navigation", "Settle"),
    Job.LISTEN: pgettext_lazy("navigation", "Listen"),
    Job.IMPROVE: pgettext_lazy("navigation", "Improve"),
    Job.FIGURES: pgettext_lazy("navigation", "Figures"),
    Job.GROW: pgettext_lazy("navigation", "Grow"),
    Job.TEAM: pgettext_lazy("navigation", "Team"),
    Job.SETTINGS: pgettext_lazy("navigation", "Settings"),
}
JOB_ICONS: dict[Job, str] = {
    Job.TODAY: "home",
    Job.SERVE: "headset",
    Job.CUSTOMERS: "users",
    Job.GOODS: "package",
    Job.SETTLE: "receipt-2",
    Job.LISTEN: "ear",
    Job.IMPROVE: "tools",
    Job.FIGURES: "chart-bar",
    Job.GROW: "trending-up",
    Job.TEAM: "users-group",
    Job.SETTINGS: "settings",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """One page in the navigation. `right` is the code of the right that opens it; empty: every staff member."""

    job: Job
    label: str | Promise
    url_name: str
    right: str = ""
    order: int = 100


@dataclass(frozen=True, slots=True)
class NavLink:
    label: str | Promise
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class NavJob:
    job: Job
    label: str | Promise
    icon: str
    url: str
    current: bool
    links: tuple[NavLink, ...]


_items: dict[tuple[Job, str], NavItem] = {}


def register(*items: NavItem) -> None:
    """Called by a room's `pages.py` at import; the same address under the same job replaces the earlier entry."""
    for item in items:
        _items[item.job, item.url_name] = item


def items() -> list[NavItem]:
    return sorted(_items.values(), key=lambda item: (list(Job).index(item.job), item.order, item.url_name))


def _address(item: NavItem) -> str | None:
    try:
        return reverse(item.url_name)
    except NoReverseMatch:
        return None


def _allowed(item: NavItem, actor: Actor) -> bool:
    return not item.right or actor.has(item.right)


def _current(path: str, urls: Sequence[str]) -> str:
    """The longest address that the path lies under; the root matches only itself."""
    under = [url for url in urls if path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))]
    return max(under, key=len, default="")


def menu(actor: Actor | None, path: str) -> list[NavJob]:
    """What this actor finds in the navigation, with the place of `path` marked."""
    if actor is None or actor.kind is not ActorKind.STAFF:
        return []
    found = [(item, url) for item in items() if _allowed(item, actor) and (url := _address(item)) is not None]
    here = _current(path, [url for _item, url in found])
    jobs = []
    for job in Job:
        links = tuple(NavLink(item.label, url, url == here) for item, url in found if item.job is job)
        if links:
            current = any(link.current for link in links)
            jobs.append(NavJob(job, JOB_LABELS[job], JOB_ICONS[job], links[0].url, current, links))
    return jobs


KEYS: tuple[tuple[str, str | Promise], ...] = (
    ("/", _("Search")),
    ("Ctrl K", _("Search with actions")),
    ("?", _("This map of keys")),
    ("g t", _("Go to Today")),
    ("g q", _("Go to the queue")),
    ("g c", _("Go to customers")),
    ("g s", _("Go to shipments")),
    ("g f", _("Go to figures")),
    ("j k", _("Next, previous")),
    ("Enter", _("Open")),
    ("x", _("Select")),
    ("r", _("Reply")),
    ("Alt A", _("Find an article for the reply")),
    ("Alt P", _("Put a phrase into the reply")),
    ("n", _("Write a note")),
    ("p", _("Give a promise")),
    ("t", _("Ask another unit for help")),
    ("a", _("Assign")),
    ("w", _("Put on hold")),
    ("c", _("Complete the card")),
    ("e", _("Close the case")),
    ("z", _("Undo")),
    ("F2", _("Take the call")),
    ("Ctrl Enter", _("Send")),
    ("Esc", _("Close a layer, keep the draft")),
)

_GO: dict[str, Job] = {
    "g t": Job.TODAY,
    "g q": Job.SERVE,
    "g c": Job.CUSTOMERS,
    "g s": Job.GOODS,
    "g f": Job.FIGURES,
}
_ON_PAGE = frozenset({"r", "n", "p", "t", "a", "w", "c", "e", "F2"})
# Keys that work in the reply box too, by the `data-key` that the page must have.
_WITH_ALT = {"Alt A": "alt-a", "Alt P": "alt-p"}


def keys_for(jobs: Collection[Job]) -> list[tuple[str, str | Promise, str]]:
    """The map of keys for whoever has these jobs: key, what it does, the `data-key` that the page must have."""
    return [
        (key, label, key if key in _ON_PAGE else _WITH_ALT.get(key, ""))
        for key, label in KEYS
        if key not in _GO or _GO[key] in jobs
    ]
