"""Invented content for the gallery: every component in every state."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from zhike.platform.ui.components import (
    Audience,
    Button,
    ChipFilter,
    Clash,
    Crumb,
    Empty,
    EmptyKind,
    Fact,
    JobProgress,
    Mark,
    Status,
    Tab,
    Tone,
)
from zhike.platform.ui.gallery.parts import ADDRESS, HOUR, LONG_NAME, MINUTE, SampleForm, clocks, people
from zhike.platform.ui.gallery.record import entries, figures


def content(now: datetime) -> dict[str, Any]:
    """Everything but the table and the plots, which the page builds for its request."""
    wrong = SampleForm({"name": "", "phone": "１３８ｘ", "channel": "fax", "amount": "12.345"})
    return {
        "title": LONG_NAME,
        "number": "CU-008812",
        "crumbs": [Crumb(_("Settings"), "#"), Crumb(_("Gallery"))],
        "primary": Button(label=_("Log contact"), url="#log", icon="plus", key="n"),
        "actions": [
            Button(label=_("Assign"), url="#assign", key="a"),
            Button(label=_("Close the case"), url="#close", disabled_because=_("The cause is not coded yet.")),
            Button(label=_("Erase"), url="#erase", danger=True),
        ],
        "clocks": clocks(now),
        "people": people(now),
        "statuses": [Status(str(tone), tone) for tone in Tone],
        "marks": [Mark(_("key customer")), Mark(_("watch out"), alert=True)],
        "moments": [now - MINUTE, now - 3 * HOUR, now - timedelta(days=40), now - timedelta(days=400)],
        "cards": figures(now),
        "entries": entries(now),
        "form": SampleForm(initial={"name": LONG_NAME}),
        "wrong": wrong,
        "clashes": [
            Clash(name="phone", label=_("Phone"), mine="138****5678", theirs="138****9999"),
            Clash(name="address", label=_("Address"), mine=ADDRESS, theirs=""),
        ],
        **states(),
    }


def states() -> dict[str, Any]:
    """Empty, running, failed: what does not depend on the time."""
    return {
        "facts": [
            Fact(label=_("Number"), value="CU-008812", copy="CU-008812"),
            Fact(label=_("Address"), value=ADDRESS),
            Fact(label=_("Tax number"), missing=_("missing")),
            Fact(label=_("Since"), value=date(2019, 5, 4)),
        ],
        "tabs": [
            Tab(label=_("All"), url="#", current=True, count=312),
            Tab(label=_("Outside"), url="#", count=9),
            Tab(label=_("Goods"), url="#"),
        ],
        "chips": [
            ChipFilter(label=_("Status"), value=_("late"), remove_url="#"),
            ChipFilter(label=_("Unit"), value=LONG_NAME, remove_url="#"),
        ],
        "empties": [
            Empty(
                kind=EmptyKind.NOTHING_YET,
                title=_("No shipments yet"),
                text=_("They come by import or through the interface."),
                button=Button(label=_("Import a file"), url="#import"),
            ),
            Empty(kind=EmptyKind.NO_MATCH, title=_("Nothing matches"), text=_("Remove a filter:")),
            Empty(kind=EmptyKind.NOTHING_DUE, title=_("Nothing is due"), text=_("The next item is due at 16:00.")),
        ],
        "jobs": [
            JobProgress(
                label=_("Import of orders.csv"), done=1240, total=3000, state="waiting", note=_("line 1,240 of 3,000")
            ),
            JobProgress(
                label=_("Import of orders.csv"),
                done=3000,
                total=3000,
                state="done",
                note=_("2,988 kept, 12 rejected"),
                result_url="#rejects",
                result_label=_("Rejected rows"),
            ),
            JobProgress(
                label=_("Import of orders.csv"),
                done=812,
                total=3000,
                state="failed",
                note=_("Stopped: the file ends in the middle of line 813. Nothing was changed."),
            ),
        ],
        "audiences": list(Audience),
    }
