"""What was said with customers and what they asked, drawn from the goods in columns: a late parcel brings calls."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.random import Generator
from numpy.typing import NDArray

from zhike.demo import words
from zhike.demo.goods import HOUR, Draw, waybills
from zhike.demo.world import Prospect, World

DAY = 24 * HOUR
# How many of a kind of event make the customer reach out, and how often we answer.
LATE_CALLS, DAMAGE_CALLS, LOSS_CALLS, ANSWERED = 0.35, 0.6, 0.9, 0.7
ORDINARY = 0.04
NEW_AFTER_DAYS, NEW_ASKED = 30, 0.6
# What was to be asked again and was not: no older than this.
OVERDUE_DAYS = 3
Objects = NDArray[Any]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Talk:
    """Tables ready to be imported, and since when which shippers are known (row of the world → instant)."""

    contacts: pa.Table
    enquiries: pa.Table
    opened: dict[int, str]


def build_talk(world: World, draw: Draw, chance: Generator) -> Talk:
    """Contacts, notes and enquiries of the year that `draw` drew; nothing lies after its end."""
    opened, asked = _first_enquiries(world, draw, chance)
    enquiries = pa.concat_tables([asked, _of_prospects(world, draw, chance), _of_customers(world, draw, chance)])
    parts = [*_troubles(world, draw, chance), _ordinary(world, draw, chance), *_visits(world, draw, chance)]
    contacts = pa.concat_tables(parts)
    numbered = contacts.append_column(
        "external_id", pa.array([f"demo-c{position + 1:07d}" for position in range(contacts.num_rows)])
    )
    return Talk(numbered, enquiries, opened)


def _texts(values: Any) -> pa.Array:  # noqa: ANN401 - moments, as in goods
    return pa.array(np.char.add(np.datetime_as_string(values.astype("datetime64[s]"), unit="s"), "Z"))


def _objects(values: list[str]) -> Objects:
    return np.array(values, dtype=object)


def _contacts(
    world: World,
    draw: Draw,
    shipper: Ints,
    at: Any,  # noqa: ANN401
    *,
    channel: Objects,
    direction: str | None,
    staff: Objects,
    body: Objects,
    note: Objects | None = None,
    topic: str | None = None,
    waybill: Objects | None = None,
) -> pa.Table:
    """Rows of one kind; what would lie after the end of history has not happened."""
    kept = at <= draw.until
    rows = shipper[kept]
    n = len(rows)
    return pa.table(
        {
            "reference": pa.array(_objects([s.reference for s in world.shippers])[rows], type=pa.string()),
            "person": pa.array(_objects([s.contact for s in world.shippers])[rows], type=pa.string()),
            "staff": pa.array(staff[kept], type=pa.string()),
            "channel": pa.array(channel[kept], type=pa.string()),
            "direction": pa.array([direction] * n, type=pa.string()),
            "occurred_at": _texts(at[kept]),
            "body": pa.array(body[kept], type=pa.string()),
            "note_kind": pa.array([None] * n if note is None else note[kept], type=pa.string()),
            # What it was about: cases are made of it.
            "topic": pa.array([topic] * n, type=pa.string()),
            "waybill": pa.array([None] * n if waybill is None else waybill[kept], type=pa.string()),
        }
    )


def _agents(world: World, chance: Generator, n: int) -> Objects:
    agents = _objects([person.number for person in world.people if person.role == "agent"])
    return agents[chance.integers(len(agents), size=n)]


def _troubles(world: World, draw: Draw, chance: Generator) -> list[pa.Table]:
    """Late, damaged and lost parcels make the sender reach out, in the morning after; most get an answer."""
    names = waybills(draw).astype(object)
    moves = ~draw.cancelled & ~draw.returned
    luck = chance.random(draw.n)
    morning = (draw.promised_day + 1).astype("datetime64[s]") + HOUR
    late = moves & ~draw.lost & (draw.late_days > 0) & (luck < LATE_CALLS)
    kinds = (
        ("late", late, morning, words.LATE_ASKED, words.LATE_TOLD),
        (
            "damaged",
            moves & ~draw.lost & draw.damaged & (luck < DAMAGE_CALLS),
            draw.delivered + 3 * HOUR,
            words.DAMAGE_ASKED,
            words.DAMAGE_TOLD,
        ),
        ("lost", moves & draw.lost & (luck < LOSS_CALLS), morning + DAY, words.LOSS_ASKED, words.LOSS_TOLD),
    )
    found = []
    for topic, where, since, asked, told in kinds:
        rows = np.flatnonzero(where)
        at = since[rows] + (chance.uniform(0, 7, len(rows)) * 3600).astype("timedelta64[s]")
        channel = chance.choice(_objects(["call", "wechat", "mail"]), size=len(rows), p=(0.65, 0.25, 0.1))
        staff = _agents(world, chance, len(rows))
        body = _objects(list(asked))[chance.integers(len(asked), size=len(rows))]
        found.append(
            _contacts(
                world,
                draw,
                draw.shipper[rows],
                at,
                channel=channel,
                direction="in",
                staff=staff,
                body="运单" + names[rows] + "：" + body,
                topic=topic,
                waybill=names[rows],
            )
        )
        back = chance.random(len(rows)) < ANSWERED
        answer = _objects(list(told))[chance.integers(len(told), size=len(rows))]
        found.append(
            _contacts(
                world,
                draw,
                draw.shipper[rows][back],
                at[back] + 2 * HOUR,
                channel=channel[back],
                direction="out",
                staff=staff[back],
                body=("运单" + names[rows] + "：" + answer)[back],
                topic=topic,
                waybill=names[rows][back],
            )
        )
    return found


def _ordinary(world: World, draw: Draw, chance: Generator) -> pa.Table:
    """What is asked on any day: pick-ups, invoices, prices."""
    rows = np.flatnonzero(chance.random(draw.n) < ORDINARY)
    n = len(rows)
    return _contacts(
        world,
        draw,
        draw.shipper[rows],
        draw.ordered[rows] - (chance.uniform(0.2, 3, n) * 3600).astype("timedelta64[s]"),
        channel=chance.choice(_objects(["call", "wechat", "mail", "chat"]), size=n, p=(0.4, 0.35, 0.15, 0.1)),
        direction="in",
        staff=_agents(world, chance, n),
        body=_objects(list(words.ORDINARY))[chance.integers(len(words.ORDINARY), size=n)],
        topic="ordinary",
    )


def _visits(world: World, draw: Draw, chance: Generator) -> list[pa.Table]:
    """Whoever is responsible sees the larger companies a few times a year, and notes what was said in passing."""
    large = np.flatnonzero([s.is_company and position < len(world.shippers) // 8
                            for position, s in enumerate(world.shippers)])  # fmt: skip
    rows = np.repeat(large, chance.integers(1, 5, size=len(large)))
    n = len(rows)
    days = np.busday_offset(
        draw.until.astype("datetime64[D]") - chance.integers(1, 360, size=n), 0, roll="backward"
    ).astype("datetime64[s]")
    at = days + (chance.uniform(1.5, 8, n) * 3600).astype("timedelta64[s]")
    owners = _objects([s.owner for s in world.shippers])[rows]
    body = _objects(list(words.VISITED))[chance.integers(len(words.VISITED), size=n)]
    visits = _contacts(world, draw, rows, at, channel=_objects(["visit"] * n), direction="out", staff=owners, body=body)
    said = chance.integers(len(words.NOTED), size=n)
    noted = chance.random(n) < 0.4
    kinds, texts = _objects([kind for kind, _text in words.NOTED]), _objects([text for _kind, text in words.NOTED])
    notes = _contacts(
        world,
        draw,
        rows[noted],
        at[noted] + HOUR,
        channel=_objects(["note"] * int(noted.sum())),
        direction=None,
        staff=owners[noted],
        body=texts[said][noted],
        note=kinds[said][noted],
    )
    return [visits, notes]


def _enquiries(reference: Objects, at: Any, **columns: Objects) -> pa.Table:  # noqa: ANN401
    n = len(reference)
    nothing = np.full(n, None)
    texts = {name: pa.array(columns.get(name, nothing), type=pa.string()) for name in ENQUIRY_COLUMNS}
    return pa.table({"reference": pa.array(reference, type=pa.string()), "asked_at": _texts(at), **texts})


ENQUIRY_COLUMNS = (
    "person", "staff", "channel", "subject", "opened_file", "state", "closed_at", "loss_reason", "next_contact_on",
)  # fmt: skip


def _asked(chance: Generator, n: int) -> dict[str, Objects]:
    return {
        "channel": chance.choice(_objects(["call", "web", "wechat", "visit"]), size=n, p=(0.5, 0.25, 0.2, 0.05)),
        "subject": _objects(list(words.ASKED))[chance.integers(len(words.ASKED), size=n)],
    }


def _first_enquiries(world: World, draw: Draw, chance: Generator) -> tuple[dict[int, str], pa.Table]:
    """Shippers whose first order lies well within the year had asked before it; the order itself makes the deal."""
    first = np.full(len(world.shippers), draw.until)
    sent = ~draw.cancelled & (draw.ordered <= draw.until)
    np.minimum.at(first, draw.shipper[sent], draw.ordered[sent])
    began = draw.dates[0].astype("datetime64[s]") + NEW_AFTER_DAYS * DAY
    new = np.flatnonzero((first > began) & (first < draw.until) & (chance.random(len(first)) < NEW_ASKED))
    at = first[new] - (chance.uniform(2, 25, len(new)) * 86400).astype("timedelta64[s]")
    texts = _texts(at).to_pylist()
    table = _enquiries(
        _objects([s.reference for s in world.shippers])[new],
        at,
        person=_objects([s.contact for s in world.shippers])[new],
        staff=_objects([s.owner for s in world.shippers])[new],
        opened_file=_objects(["true"] * len(new)),
        **_asked(chance, len(new)),
    )
    return dict(zip(new.tolist(), texts, strict=True)), table


def _fates(draw: Draw, at: Any, chance: Generator, *, won: float) -> dict[str, Objects]:  # noqa: ANN401
    """What became of enquiries: the young ones are open, most older ones lost with a reason, a share won."""
    n = len(at)
    closed = at + (chance.uniform(1, 21, n) * 86400).astype("timedelta64[s]")
    is_open = closed > draw.until
    is_won = ~is_open & (chance.random(n) < won)
    is_lost = ~is_open & ~is_won
    # Whoever was to be asked again has been, and said: after the next quarter. A few of the last days are left to do.
    first = closed + 60 * DAY
    quarters = np.ceil(np.maximum(0, (draw.until - OVERDUE_DAYS * DAY - first) / DAY) / 90).astype(np.int64)
    soon = draw.until + chance.integers(-1, 8, size=n) * DAY
    again = np.where(is_lost, first + quarters * 90 * DAY, np.maximum(soon, at + DAY)).astype("datetime64[D]")
    reasons = _objects([reason for reason, _share in words.LOST])
    drawn = chance.choice(reasons, size=n, p=[share for _reason, share in words.LOST])
    reason, ended, asked_again = drawn.copy(), _objects(_texts(closed).to_pylist()), _objects(_days(again))
    reason[~is_lost], ended[is_open], asked_again[is_won] = None, None, None
    return {
        "state": np.where(is_open, "open", np.where(is_won, "won", "lost")).astype(object),
        "closed_at": ended,
        "loss_reason": reason,
        "next_contact_on": asked_again,
    }


def _days(values: Any) -> list[str]:  # noqa: ANN401 - moments, as in goods
    return [str(day) for day in np.datetime_as_string(values)]


def _of_prospects(world: World, draw: Draw, chance: Generator) -> pa.Table:
    """Those who asked and have not sent anything: lost with a reason, or still open."""
    prospects = world.prospects
    at = draw.until - np.array([p.asked_hours_ago for p in prospects], dtype=np.int64) * HOUR
    return _enquiries(
        _objects([p.reference for p in prospects]),
        at,
        person=_objects([p.contact for p in prospects]),
        staff=_objects([p.owner for p in prospects]),
        opened_file=_objects(["true"] * len(prospects)),
        **_asked(chance, len(prospects)),
        **_fates(draw, at, chance, won=0.0),
    )


def _of_customers(world: World, draw: Draw, chance: Generator) -> pa.Table:
    """Customers ask about further services too, and order some."""
    rows = np.flatnonzero(chance.random(len(world.shippers)) < 0.03)
    at = draw.until - (chance.uniform(0.2, 330, len(rows)) * 86400).astype("timedelta64[s]")
    return _enquiries(
        _objects([s.reference for s in world.shippers])[rows],
        at,
        person=_objects([s.contact for s in world.shippers])[rows],
        staff=_objects([s.owner for s in world.shippers])[rows],
        **_asked(chance, len(rows)),
        **_fates(draw, at, chance, won=0.45),
    )


def prospect_since(draw: Draw, prospect: Prospect) -> str:
    """When the prospect's file was opened: with its enquiry."""
    return f"{np.datetime_as_string(draw.until - prospect.asked_hours_ago * HOUR, unit='s')}Z"
