"""The cases of the demonstration company follow from its goods and its talk, and are the same for the same number."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from django.utils import translation
from django.utils.html import strip_tags

from tests.harness import databases
from zhike.demo.build import build_company
from zhike.demo.desk import OWN, lying_on_desks
from zhike.demo.goods import Goods, build_goods, waybills
from zhike.demo.matters import Keys, Matter, matters_of, stories
from zhike.demo.talk import build_talk
from zhike.demo.truths import planted
from zhike.demo.world import SIZES, World, add_prospects, build_world
from zhike.platform.actors import system_actor
from zhike.platform.audit.queries import list_entries
from zhike.platform.calendars.models import Clock
from zhike.platform.outbox.models import OutboxEvent
from zhike.record.organization import queries as organization
from zhike.record.organization.pages._audit_values import telling
from zhike.record.organization.pages._audit_words import FIELD_WORDS
from zhike.service.cases import queries
from zhike.service.cases.models import Case, Remedy, Task
from zhike.service.cases.types import CaseKind, CaseState, Origin, RemedyState
from zhike.service.cases.types.past import PastCase

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
READER = system_actor("demo.reader")
HOUR = timedelta(hours=1)


def _told(seed: int, size: str = "small") -> tuple[World, Goods, list[Matter], list[PastCase], list[PastCase]]:
    measure = SIZES[size]
    chance, apart, own = (np.random.default_rng(n) for n in (seed, [seed, 1], [seed, 2]))
    world = build_world(measure, chance)
    goods = build_goods(world, measure, NOW, planted(NOW.date(), measure.outlets), chance)
    add_prospects(world, measure, apart)
    talk = build_talk(world, goods.draw, apart)
    matters = matters_of(goods.draw, talk.contacts, own)
    codes = ["CS", "WH", "ROAD", "FIN", *(outlet.code for outlet in world.outlets)]
    keys = Keys(
        customers={shipper.reference: at for at, shipper in enumerate(world.shippers, 1)},
        people={},
        shipments={str(name): at for at, name in enumerate(waybills(goods.draw), 1)},
        staff={person.number: at for at, person in enumerate(world.people, 1)},
        units={code: at for at, code in enumerate(codes, 1)},
    )
    told = stories(world, matters, keys, NOW, own)
    return world, goods, matters, told, lying_on_desks(goods.draw, keys, NOW, own)


def test_cases__are_the_same_for_the_same_number_and_others_for_another() -> None:
    first, again, other = _told(1), _told(1), _told(2)
    assert first[3:] == again[3:]
    assert first[3] != other[3]


def test_cases__complain_of_what_happened_to_the_goods() -> None:
    _world, goods, matters, _stories, _desk = _told(1, "medium")
    draw = goods.draw
    row_of = {waybill: row for row, waybill in enumerate(waybills(draw))}
    counts = Counter(one.category for one in matters)
    for one in matters:
        if not one.waybill:
            continue
        row = row_of[one.waybill]
        assert one.at > draw.ordered[row].astype(datetime).replace(tzinfo=UTC)
        if one.category == "late":
            assert draw.late_days[row] > 0
        if one.category == "damaged":
            assert draw.damaged[row]
        if one.category == "lost":
            assert draw.lost[row]
    assert counts["late"] > counts["damaged"] > counts["lost"] > 0
    assert {one.category for one in matters if one.origin is Origin.WATCH} == {"late"}


def test_cases__tell_their_story_forwards_and_end_with_history() -> None:
    *_drawn, told, desk = _told(1)
    for one in (*told, *desk):
        assert one.steps[0].at == one.opened_at
        assert all(a.at <= b.at for a, b in pairwise(one.steps))
        moments = [s.at for s in one.steps] + [s.at for s in one.said] + [o.since for o in one.owners]
        assert max(moments) <= NOW
        assert all(task.ended_at is None or task.asked_at <= task.ended_at <= NOW for task in one.tasks)
        if one.steps[-1].state is CaseState.CLOSED:
            assert one.coding is not None
            assert all(task.ended_at for task in one.tasks)


def test_desk__has_every_state_and_the_shares_of_the_ready_made_sign_ins() -> None:
    world, _goods, _matters, _told_stories, desk = _told(1)
    states = {one.steps[-1].state for one in desk}
    assert states == set(CaseState) - {CaseState.CLOSED, CaseState.FORCE_MAJEURE}
    assert len(desk) == 40
    agent = 1 + next(at for at, person in enumerate(world.people) if person.role == "agent")
    assert sum(one.owners[-1].staff_id == agent for one in desk) == len(OWN)
    assert {one.kind for one in desk} == {CaseKind.COMPLAINT, CaseKind.REQUEST, CaseKind.ENQUIRY}


CODE = re.compile(r"[a-z]{3,}")


@pytest.mark.timeout(300)
def test_company__has_living_desks_for_its_sign_ins_and_speaks_to_nobody(fresh_db: str) -> None:
    with databases.cloned(databases.empty_template()):
        build_company(size="small", now=NOW, say=lambda _line: None, with_lake=False)

        agent, outlet = (
            organization.actor_for_staff(organization.staff_rows(actor=READER).get(user__username=name).pk, now=NOW)
            for name in ("agent", "outlet")
        )
        assert agent is not None
        assert outlet is not None
        assert Case.objects.open().filter(owner_id=agent.staff_id).count() >= 12
        assert queries.my_task_rows(actor=outlet).count() >= 2
        assert queries.parked_rows(actor=READER).count() == 1
        assert queries.escalation_rows(actor=READER).filter(answered_at=None).count() == 3
        assert queries.escalation_rows(actor=READER).exclude(answered_at=None).count() >= 2
        assert queries.remedies_to_decide(actor=READER).count() == 3
        assert set(Remedy.objects.values_list("state", flat=True)) == set(RemedyState)
        assert queries.unlooked_rows(actor=READER, now=NOW).count() > 0
        assert Case.objects.open().filter(next_due_at__lt=NOW).count() > 0
        assert Task.objects.open().filter(due_at__lt=NOW).count() > 0
        # Clocks run for open cases only, and no work is opened by what is past.
        running = Clock.objects.filter(subject_kind="case", state="running").values("subject_id")
        assert Case.objects.closed().filter(pk__in=running).count() == 0
        assert set(OutboxEvent.objects.filter(type="cases.opened").values_list("mode", flat=True)) == {"backfill"}
        assert Case.objects.closed().filter(cause=None).count() == 0
        _assert_log_speaks_chinese()


# Written by people, or the same in every language: sign-ins, addresses, zones, what a telephone system calls things.
TYPED = frozenset({"username", "to", "source", "zone", "value", "code", "profile", "user", "folder", "host", "address"})


def _assert_log_speaks_chinese() -> None:
    """Every line of the log of a whole company, as an administrator reads it, without a code of a program."""
    raw: set[tuple[str, str, str]] = set()
    with translation.override("zh-hans"):
        entries = list_entries(actor=READER, limit=2_000)
        told = telling(READER, entries, NOW)
        for entry in entries:
            kind, name, _url = told.subject(entry)
            if CODE.search(f"{kind} {'' if entry.subject[0] in {'message', 'import'} else name}"):
                raw.add((entry.type, kind, name))
            for field in {*entry.before, *entry.after} - TYPED:
                values = [told.value(entry.type, field, side.get(field)) for side in (entry.before, entry.after)]
                words = strip_tags(f"{FIELD_WORDS.get(field, field)} {' '.join(values)}")
                if CODE.search(words):
                    raw.add((entry.type, field, words[:60]))
    assert len(entries) > 100
    assert sorted(raw) == []
