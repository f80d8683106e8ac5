"""What is said in the demonstration company follows from its goods, and is the same for the same number."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa

from zhike.demo import words
from zhike.demo.goods import Goods, build_goods, waybills
from zhike.demo.talk import Talk, build_talk
from zhike.demo.truths import planted
from zhike.demo.world import GROUP_BELOW, GROUP_HEAD, SIZES, Size, World, add_prospects, build_world

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
END = NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
SMALL, MEDIUM = SIZES["small"], SIZES["medium"]


def _drawn(seed: int, size: Size = SMALL) -> tuple[World, Goods, Talk]:
    chance, apart = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    world = build_world(size, chance)
    goods = build_goods(world, size, NOW, planted(NOW.date(), size.outlets), chance)
    add_prospects(world, size, apart)
    return world, goods, build_talk(world, goods.draw, apart)


def test_talk__is_the_same_for_the_same_number_and_another_for_another() -> None:
    first, again, other = _drawn(1)[2], _drawn(1)[2], _drawn(2)[2]
    assert first.contacts.equals(again.contacts)
    assert first.enquiries.equals(again.enquiries)
    assert first.opened == again.opened
    assert not first.contacts.equals(other.contacts)


def test_talk__late_damaged_and_lost_parcels_bring_their_senders_calls_afterwards() -> None:
    world, goods, talk = _drawn(1, MEDIUM)
    draw = goods.draw
    row_of = {waybill: row for row, waybill in enumerate(waybills(draw))}
    asked = Counter[str]()
    for said in talk.contacts.to_pylist():
        named = re.match(r"运单(ZK\d+)：(.*)", said["body"])
        if named is None or said["direction"] != "in":
            continue
        row = row_of[named[1]]
        assert said["reference"] == world.shippers[draw.shipper[row]].reference
        assert np.datetime64(said["occurred_at"][:-1]) > draw.ordered[row]
        if named[2] in words.LATE_ASKED:
            assert draw.late_days[row] > 0
            assert said["occurred_at"][:10] == str(draw.promised_day[row] + 1)
            asked["late"] += 1
        elif named[2] in words.DAMAGE_ASKED:
            assert draw.damaged[row]
            asked["damaged"] += 1
        else:
            assert draw.lost[row]
            asked["lost"] += 1
    assert asked["late"] > asked["damaged"] > asked["lost"] > 0


def test_talk__nothing_is_said_or_asked_after_the_end_of_history() -> None:
    _world, _goods, talk = _drawn(1)
    for column in (talk.contacts["occurred_at"], talk.enquiries["asked_at"], talk.enquiries["closed_at"]):
        assert pa.compute.max(column).as_py() <= END


def test_talk__uses_every_channel_and_enquiries_end_in_every_way_with_their_reason() -> None:
    world, _goods, talk = _drawn(1)
    channels = Counter(talk.contacts["channel"].to_pylist())
    assert set(channels) == {"call", "wechat", "mail", "chat", "visit", "note"}
    enquiries = talk.enquiries.to_pylist()
    assert {row["state"] for row in enquiries} == {None, "open", "won", "lost"}
    assert {row["loss_reason"] is None for row in enquiries if row["state"] == "lost"} == {False}
    assert {row["loss_reason"] for row in enquiries if row["state"] != "lost"} == {None}
    prospects = {prospect.reference for prospect in world.prospects}
    assert {row["state"] for row in enquiries if row["reference"] in prospects} == {"open", "lost"}


def test_world__has_a_key_group_of_several_subsidiaries_with_a_branch_below_one() -> None:
    world = _drawn(1)[0]
    references = [shipper.reference for shipper in world.shippers]
    head = references[GROUP_HEAD]
    parents = {position: references.index(world.shippers[position].parent) for position in GROUP_BELOW}
    assert parents == GROUP_BELOW
    assert sum(shipper.parent == head for shipper in world.shippers) == 6
    assert world.shippers[GROUP_HEAD].parent == ""


def test_talk__enquiries_are_open_only_when_young_and_nothing_is_overdue_for_long() -> None:
    _world, _goods, talk = _drawn(1, MEDIUM)
    today = NOW.date()
    rows = [row for row in talk.enquiries.to_pylist() if row["next_contact_on"]]
    assert min(date.fromisoformat(row["next_contact_on"]) for row in rows) >= today - timedelta(days=4)
    still_open = [row for row in rows if row["state"] == "open"]
    assert still_open
    assert all(datetime.fromisoformat(row["asked_at"]) > NOW - timedelta(days=22) for row in still_open)
    assert all(date.fromisoformat(row["next_contact_on"]) <= today + timedelta(days=8) for row in still_open)
