"""What the company has agreed and promised: standards, agreements of larger customers, promises given in cases."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
from numpy.random import Generator

from zhike.demo.matters import DAY, HOUR, at_desk
from zhike.demo.world import World
from zhike.platform.actors import Actor
from zhike.record.agreements import actions
from zhike.record.agreements.types import (
    Bound,
    Measure,
    PastPromise,
    PromiseEntry,
    PromiseState,
    StandardEntry,
    StandardUnit,
)
from zhike.service.cases.types.past import PastCase

# Shares of customers with an agreement, of agreements that carry times of their own, of cases with a promise.
AGREED, FAST, PROMISED = 0.4, 0.35, 0.4
# What became of promises; the rest was broken.
KEPT, RENEGOTIATED, DONE_LATE = 0.83, 0.07, 0.6
SOURCE = "质量委员会2025年第4号决定"
# Object, measure, bound, number, unit, condition, clock.
STANDARDS = (
    ("客户来函来电", "首次回复用时", Bound.AT_MOST, "45", StandardUnit.MINUTES, "工作时间", Measure.FIRST_RESPONSE),
    ("客户投诉", "答复用时", Bound.AT_MOST, "12", StandardUnit.HOURS, "工作时间", Measure.SOLUTION),
    ("华东区域派送", "承诺日当天签收的票数占比", Bound.AT_LEAST, "97", StandardUnit.PERCENT, "16:00前下单", None),
    ("全国派送", "承诺日当天签收的票数占比", Bound.AT_LEAST, "94", StandardUnit.PERCENT, "", None),
    ("全部货物", "外包装破损票数", Bound.AT_MOST, "3", StandardUnit.PER_THOUSAND, "包装符合要求的货物", None),
    ("签收回单", "签收后返回用时", Bound.AT_MOST, "3", StandardUnit.DAYS, "", None),
    ("上门取件", "下单至到门用时", Bound.AT_MOST, "2", StandardUnit.HOURS, "市区，17:00前下单", None),
    ("月度对账单", "每月出账日", Bound.AT_MOST, "5", StandardUnit.DAYS, "自月初起算", None),
    ("异常通知", "发现异常至通知客户用时", Bound.AT_MOST, "30", StandardUnit.MINUTES, "", None),
    ("客户经理拜访", "每季度上门次数", Bound.AT_LEAST, "1", StandardUnit.TIMES, "", None),
)
SERVICES = (
    ("华东区域快递", "1.20", "千克", "2026华东价目表"),
    ("全国零担运输", "0.85", "千克", "2026零担价目表"),
    ("仓配一体", "3.50", "件", "2026仓配价目表"),
    ("签收回单返回", "2.00", "份", ""),
)
DELIVERABLES = "每月5日前提供对账单与时效报表；异常当日通知。"
WORDS = ("给您回电说明进度", "把处理结果告诉您", "安排专人送到", "发您对账说明", "查清后书面答复您")
NEXT = ("回电告知进度", "把派送结果告诉您", "核对照片后回复您")
REASONS = ("网点当天爆仓", "资料没有收齐", "干线晚点", "值班交接遗漏")


def make_standards(actor: Actor, now: datetime) -> list[str]:
    """Ten standards in force since last year; their numbers."""
    since = date(now.year - 1, 1, 1)
    return [
        actions.write_standard(
            actor=actor,
            entry=StandardEntry(
                object=about,
                measure=measure,
                bound=bound,
                number=Decimal(number),
                unit=unit,
                condition=condition,
                valid_from=since,
                source=SOURCE,
                clock=clock,
            ),
            now=now,
        )
        for about, measure, bound, number, unit, condition, clock in STANDARDS
    ]


def agreements_of(world: World, standards: Sequence[str], now: datetime, chance: Generator) -> pa.Table:
    """A line a service: agreements of companies, some ending soon, some ended last year."""
    lines: list[tuple[str, ...]] = []
    fields = (
        "external_id", "reference", "title", "staff", "valid_from", "valid_until", "review_on", "deliverables",
        "service", "price", "currency", "per", "tariff", "standards",
    )  # fmt: skip
    companies = [one for one in world.shippers if one.is_company]
    for at, one in enumerate(companies):
        if chance.random() > AGREED:
            continue
        since = now.date() - timedelta(days=int(chance.integers(20, 420)))
        until = since + timedelta(days=365)
        carried = [code for code in standards[2:] if chance.random() < AGREED]
        carried += list(standards[:2]) if chance.random() < FAST else []
        head = (
            f"HT{since:%Y}-{at + 1:04d}",
            one.reference,
            f"{since.year}年度物流服务协议",
            one.owner,
            since.isoformat(),
            until.isoformat(),
            (until - timedelta(days=45)).isoformat(),
            DELIVERABLES,
        )
        offered = [service for service in SERVICES if chance.random() < KEPT] or [SERVICES[0]]
        for service, price, per, tariff in offered:
            lines.append((*head, service, price, "CNY", per, tariff, " ".join(carried)))
    columns = list(zip(*lines, strict=True)) or [()] * len(fields)
    return pa.table(
        {name: pa.array(list(column), type=pa.string()) for name, column in zip(fields, columns, strict=True)}
    )


def promises_of(cases: Sequence[tuple[int, PastCase]], until: datetime, chance: Generator) -> list[PastPromise]:
    """Promises that owners gave in these cases, cut off at `until`: some of today are still to be kept."""
    found: list[PastPromise] = []
    for pk, case in cases:
        lies_open = case.steps[-1].at < until and not case.resolution and until - case.opened_at < DAY
        if chance.random() > (0.8 if lies_open else PROMISED):
            continue
        found.append(_today(pk, case, until, chance) if lies_open else _past(pk, case, until, chance))
    return [one for one in found if one.made_at < until]


def _entry(pk: int, case: PastCase, text: str, due_at: datetime) -> PromiseEntry:
    return PromiseEntry(
        customer_id=case.customer_id,
        contact_id=case.contact_id,
        staff_id=case.owners[-1].staff_id,
        text=text,
        due_at=due_at,
        about=("case", str(pk)),
    )


def _today(pk: int, case: PastCase, until: datetime, chance: Generator) -> PastPromise:
    """Given this morning, due in the next hours; one in five has just passed."""
    made_at = max(case.opened_at + HOUR / 4, until - 3 * HOUR)
    ahead = chance.random() > DONE_LATE / 3
    due_at = until + float(chance.uniform(0.5, 6)) * HOUR if ahead else until - HOUR / 6
    if made_at >= min(due_at, until):
        made_at = min(due_at, until) - HOUR / 6
    text = NEXT[int(chance.integers(len(NEXT)))]
    return PastPromise(entry=_entry(pk, case, text, due_at), made_at=made_at)


def _past(pk: int, case: PastCase, until: datetime, chance: Generator) -> PastPromise:
    made_at = at_desk(case.opened_at + HOUR, minute=30)
    due_at = at_desk(made_at + float(chance.uniform(2, 26)) * HOUR, minute=45)
    entry = _entry(pk, case, WORDS[int(chance.integers(len(WORDS)))], due_at)
    luck = chance.random()
    if due_at + 8 * HOUR > until:
        return PastPromise(entry=entry, made_at=made_at)
    if luck < KEPT:
        done = made_at + float(chance.uniform(0.3, 0.98)) * (due_at - made_at)
        return PastPromise(entry=entry, made_at=made_at, state=PromiseState.KEPT, done_at=done, settled_at=done)
    note = REASONS[int(chance.integers(len(REASONS)))]
    if luck < KEPT + RENEGOTIATED:
        told = due_at - HOUR
        later = _entry(pk, case, entry.text, due_at + 5 * HOUR)
        kept = PastPromise(
            entry=later,
            made_at=told,
            state=PromiseState.KEPT,
            done_at=due_at + 3 * HOUR,
            settled_at=due_at + 3 * HOUR,
        )
        return PastPromise(
            entry=entry, made_at=made_at, state=PromiseState.RENEGOTIATED, settled_at=told, note=note, then=kept
        )
    done_late = due_at + float(chance.uniform(0.5, 7)) * HOUR if chance.random() < DONE_LATE else None
    return PastPromise(
        entry=entry,
        made_at=made_at,
        state=PromiseState.BROKEN,
        done_at=done_late,
        settled_at=due_at + 8 * HOUR,
        note=note,
    )
