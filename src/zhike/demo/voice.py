"""What customers said when asked: in four waves, after deliveries and after cases, as fits what happened to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from scipy.special import ndtr

from zhike.demo import voice_words as words
from zhike.demo.goods import Draw, waybills
from zhike.demo.matters import Keys, moment
from zhike.demo.truths import Truths
from zhike.methods.scales import SCALES
from zhike.service.cases.types import CaseState
from zhike.service.cases.types.past import PastCase
from zhike.voice.surveys.types import (
    CampaignState,
    CommentDeed,
    Disposition,
    FollowReason,
    FollowResult,
    FormView,
    ItemKind,
    ItemView,
    Measure,
    Trigger,
)
from zhike.voice.surveys.types.campaigns import MESSAGE_FAILED
from zhike.voice.surveys.types.past import PastAnswer, PastCampaign, PastFollowUp, PastRecipient

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONE = "Asia/Shanghai"
# Per 100,000 shipments: asked after a delivery, after a case, and in each of the four waves.
AFTER_DELIVERY, AFTER_CASE, A_WAVE = 26_000, 2_600, 2_700
WAVES = (335, 244, 152, 61)  # days ago
SENIORS = 31
# What becomes of those who are asked: answered, began, refused, not reached; the rest says nothing.
FATES = (0.30, 0.03, 0.012, 0.04)
WAVE_FATES = (0.41, 0.04, 0.015, 0.03)
# Quality of a level is drawn from the normal distribution and bent upwards, as scores of real services are.
BEND = 0.317
BAD, FAIR = -0.84, 0.0


class Asked(NamedTuple):
    """Somebody to be asked about something, and how they feel: a latent value, about 0 when all went well."""

    customer_id: int
    contact_id: int
    at: datetime
    mood: float
    about: str
    shipment_id: int | None = None
    case_id: int | None = None
    staff_id: int | None = None
    category: str = ""
    value_class: str = ""


@dataclass(frozen=True, slots=True)
class Staff:
    """Who follows up, and who runs the surveys."""

    agents: Sequence[int]
    quality: int


FORMS = ("relationship", "senior", "delivery", "contact-5")


class Voice:
    """Draws campaigns with everybody who was asked. `now` ends the history; nothing lies after it."""

    def __init__(
        self, *, draw: Draw, keys: Keys, staff: Staff, truths: Truths | None, now: datetime, chance: Generator
    ) -> None:
        self.draw, self.keys, self.staff, self.truths, self.now, self.chance = draw, keys, staff, truths, now, chance
        self.scale = draw.n / 100_000

    def campaigns(self, forms: Mapping[str, FormView], cases: Sequence[tuple[int, PastCase]]) -> list[PastCampaign]:
        """`forms` by code: relationship, senior, delivery, contact-5."""
        return [
            self._standing(words.AFTER_DELIVERY, Trigger.DELIVERY, forms["delivery"], self._deliveries()),
            self._standing(words.AFTER_CASE, Trigger.CASE, forms["contact-5"], self._cases(cases)),
            *(self._wave(at, ago, forms) for at, ago in enumerate(WAVES)),
        ]

    def _deliveries(self) -> list[Asked]:
        draw, chance = self.draw, self.chance
        names = waybills(draw)
        home = ~draw.cancelled & ~draw.returned & (draw.delivered + np.timedelta64(2, "h") < draw.until)
        can = np.flatnonzero(home)
        rows = np.sort(chance.choice(can, size=min(len(can), int(AFTER_DELIVERY * self.scale)), replace=False))
        late = (draw.late_days > 0) & ~draw.lost
        mood = (
            chance.standard_normal(draw.n)
            + 0.08
            - 1.55 * late
            - 0.3 * np.maximum(draw.late_days - 1, 0)
            - 2.0 * draw.damaged
            - 2.4 * draw.lost
        )
        found = []
        for row in rows:
            reference = draw.world.shippers[draw.shipper[row]].reference
            customer_id = self.keys.customers[reference]
            about = "lost" if draw.lost[row] else "damaged" if draw.damaged[row] else "late" if late[row] else ""
            found.append(
                Asked(
                    customer_id,
                    self.keys.people[customer_id],
                    moment(draw.delivered[row]) + HOUR,
                    float(mood[row]),
                    about,
                    shipment_id=self.keys.shipments[str(names[row])],
                )
            )
        return found

    def _cases(self, cases: Sequence[tuple[int, PastCase]]) -> list[Asked]:
        """After cases that somebody brought: quick and solved pleases, hand-overs and delay do not."""
        closed = [
            (pk, one, one.steps[-1].at)
            for pk, one in cases
            if one.steps[-1].state is CaseState.CLOSED and one.said and one.customer_id in self.keys.people
        ]
        size = min(len(closed), int(AFTER_CASE * self.scale))
        found = []
        for at in np.sort(self.chance.choice(len(closed), size=size, replace=False)):
            pk, one, ended = closed[at]
            hours = (ended - one.opened_at) / HOUR
            mood = self.chance.standard_normal() + 0.35 - 0.012 * min(hours, 96) - 0.35 * (len(one.owners) - 1)
            found.append(
                Asked(
                    one.customer_id,
                    one.contact_id or self.keys.people[one.customer_id],
                    ended + HOUR,
                    float(mood - (0.9 if one.solved is False else 0.0)),
                    "bad" if one.solved is False else "",
                    case_id=pk,
                    shipment_id=one.shipment_id,
                    staff_id=one.owners[-1].staff_id,
                    category=one.category,
                )
            )
        return found

    def _standing(self, name: str, trigger: Trigger, form: FormView, asked: Sequence[Asked]) -> PastCampaign:
        """What goes on asking after each service."""
        begun = min((one.at for one in asked), default=self.now)
        return PastCampaign(
            name=name,
            trigger=trigger,
            state=CampaignState.RUNNING,
            forms={form.audience: form.code},
            planned_on=begun.date(),
            zone=ZONE,
            started_at=begun,
            owner_id=self.staff.quality,
            recipients=tuple(self._told(one, form, FATES) for one in asked if one.at < self.now),
        )

    def _wave(self, at: int, ago: int, forms: Mapping[str, FormView]) -> PastCampaign:
        world, chance = self.draw.world, self.chance
        day = self.now.date() - timedelta(days=ago)
        start = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
        order = np.argsort([-shipper.weight for shipper in world.shippers], kind="stable")
        seniors, others = order[: int(SENIORS)], order[int(SENIORS) :]
        size = min(len(others), int(A_WAVE * self.scale) + 1)
        chosen = [*seniors, *np.sort(chance.choice(others, size=size, replace=False))]
        experience = self._experience(start)
        recipients = []
        for rank, row in enumerate(chosen):
            shipper = world.shippers[row]
            customer_id = self.keys.customers[shipper.reference]
            falls = (
                self.truths is not None and at == len(WAVES) - 1 and shipper.industry == self.truths.falling.industry
            )
            mood = (
                0.8 * chance.standard_normal()
                + experience[row]
                - (self.truths.falling.by if falls and self.truths else 0.0)
            )
            asked = Asked(
                customer_id,
                self.keys.people[customer_id],
                start + timedelta(minutes=int(chance.integers(90))),
                float(mood),
                "",
                value_class="A" if rank < len(seniors) else "",
            )
            form = forms["senior"] if rank < len(seniors) else forms["relationship"]
            recipients.append(self._told(asked, form, WAVE_FATES, until=start + 21 * DAY))
        quarter = (day.month - 1) // 3 + 1
        return PastCampaign(
            name=words.WAVE_NAMES.format(year=day.year, quarter=quarter),
            trigger=Trigger.WAVE,
            state=CampaignState.CHECKED if at < len(WAVES) - 1 else CampaignState.REPORTED,
            forms={forms["senior"].audience: "senior", forms["relationship"].audience: "relationship"},
            planned_on=day,
            closes_on=day + timedelta(days=21),
            zone=ZONE,
            started_at=start,
            closed_at=start + 21 * DAY,
            reported_at=start + 26 * DAY,
            acted_at=start + 33 * DAY if at < len(WAVES) - 1 else None,
            checked_at=start + 80 * DAY if at < len(WAVES) - 1 else None,
            wave=f"{day.year}Q{quarter}",
            purpose=words.PURPOSE,
            method=words.METHOD,
            causes=words.CAUSES,
            measures=words.MEASURES,
            effect=words.EFFECT if at < len(WAVES) - 1 else "",
            population=len(world.shippers),
            owner_id=self.staff.quality,
            recipients=tuple(recipients),
        )

    def _experience(self, until: datetime) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """By shipper: how the last quarter's goods went, as a mood around 0."""
        draw = self.draw
        end = np.datetime64(until.replace(tzinfo=None), "s")
        lately = (draw.delivered < end) & (draw.delivered > end - np.timedelta64(92, "D")) & ~draw.cancelled
        bad = 1.0 * (draw.late_days > 0) + 2.0 * draw.damaged + 3.0 * draw.lost
        count = np.bincount(draw.shipper[lately], minlength=len(draw.world.shippers))
        pain = np.bincount(draw.shipper[lately], weights=bad[lately], minlength=len(draw.world.shippers))
        return np.asarray(0.25 - 2.2 * np.minimum(pain / np.maximum(count, 1), 0.6))

    def _told(
        self, asked: Asked, form: FormView, fates: Sequence[float], *, until: datetime | None = None
    ) -> PastRecipient:
        """What became of one who was asked."""
        chance, draw = self.chance, float(self.chance.random())
        answered_at = asked.at + timedelta(hours=float(chance.gamma(1.3, 14)), minutes=2)
        open_until = min(until or asked.at + 30 * DAY, self.now)
        fate = self._fate(draw, asked.mood, fates)
        if fate not in {Disposition.UNREACHABLE, Disposition.SILENT} and answered_at >= open_until:
            fate = Disposition.SILENT
        if fate is Disposition.SILENT and self.now < asked.at + 14 * DAY and until is None:
            fate = Disposition.SENT
        is_said = fate in {Disposition.ANSWERED, Disposition.UNSCORED, Disposition.COMPLAINT, Disposition.PARTIAL}
        answers = self._answers(form, asked, fate) if is_said else ()
        submitted = answered_at if fate in {Disposition.ANSWERED, Disposition.UNSCORED, Disposition.COMPLAINT} else None
        return PastRecipient(
            contact_id=asked.contact_id,
            customer_id=asked.customer_id,
            audience=form.audience,
            disposition=fate,
            planned_at=asked.at,
            invited_at=asked.at,
            submitted_at=submitted,
            seconds=int(form.seconds * chance.uniform(0.5, 1.6)) if submitted else None,
            reason=MESSAGE_FAILED if fate is Disposition.UNREACHABLE else "",
            shipment_id=asked.shipment_id,
            case_id=asked.case_id,
            staff_id=asked.staff_id,
            category=asked.category,
            value_class=asked.value_class,
            answers=answers,
            follow=self._follow(fate, asked, answers, form, answered_at),
        )

    @staticmethod
    def _fate(draw: float, mood: float, fates: Sequence[float]) -> Disposition:
        answered, began, refused, unreached = np.cumsum(fates)
        if draw < answered:
            # The angriest write instead of scoring; it must not vanish from the result.
            if mood < -2.6:
                return Disposition.COMPLAINT
            return Disposition.ANSWERED
        if draw < began:
            return Disposition.PARTIAL
        if draw < refused:
            return Disposition.REFUSED
        return Disposition.UNREACHABLE if draw < unreached else Disposition.SILENT

    def _answers(self, form: FormView, asked: Asked, fate: Disposition) -> tuple[PastAnswer, ...]:
        moods = self._moods(form, asked.mood)
        found: dict[str, PastAnswer] = {}
        items = form.items[:3] if fate is Disposition.PARTIAL else form.items
        for item in items:
            if item.when_key and not self._is_asked(item, found):
                continue
            if fate is Disposition.COMPLAINT and item.kind is not ItemKind.TEXT:
                continue
            answer = self._answer(item, moods[item.key], asked, fate)
            if answer is not None:
                found[item.key] = answer
        return tuple(found.values())

    @staticmethod
    def _is_asked(item: ItemView, found: Mapping[str, PastAnswer]) -> bool:
        before = found.get(item.when_key)
        if before is None or before.skipped:
            return False
        given = set(before.choices) if before.choices else {before.value}
        return bool(given & set(item.when_values))

    def _moods(self, form: FormView, mood: float) -> dict[str, float]:
        """Of each item: what it asks about weighs on the whole as its driver does."""
        chance = self.chance
        drivers = sorted({item.driver for item in form.items if item.driver})
        if not drivers:
            return {item.key: mood + 0.35 * float(chance.standard_normal()) for item in form.items} | {
                item.key: mood for item in form.items if item.measure is Measure.OVERALL
            }
        weight = dict.fromkeys(drivers, 1.0)
        if self.truths is not None and self.truths.driver.code in weight:
            weight[self.truths.driver.code] = self.truths.driver.weight
        own = {driver: mood + 0.9 * float(chance.standard_normal()) for driver in drivers}
        total = sum(weight.values())
        whole = sum(weight[driver] * own[driver] for driver in drivers) / total + 0.25 * float(chance.standard_normal())
        return {
            item.key: own[item.driver] + 0.3 * float(chance.standard_normal())
            if item.driver
            else whole + (0.0 if item.measure is Measure.OVERALL else 0.4) * float(chance.standard_normal())
            for item in form.items
        }

    def _answer(self, item: ItemView, mood: float, asked: Asked, fate: Disposition) -> PastAnswer | None:
        chance = self.chance
        if item.kind is ItemKind.TEXT:
            return self._comment(item, mood, asked, fate)
        if item.na_allowed and chance.random() < 0.12:
            return PastAnswer(key=item.key, skipped=True)
        if item.kind is ItemKind.SCALE:
            return PastAnswer(key=item.key, value=level_of(item.scale, mood))
        if item.kind is ItemKind.SINGLE:
            return PastAnswer(key=item.key, value=int(chance.integers(len(item.choices))) + 1)
        if item.kind is ItemKind.MULTIPLE:
            picked = np.flatnonzero(chance.random(len(item.choices)) < 0.35) + 1
            return PastAnswer(key=item.key, choices=tuple(int(one) for one in picked)) if len(picked) else None
        return None

    def _comment(self, item: ItemView, mood: float, asked: Asked, fate: Disposition) -> PastAnswer | None:
        chance = self.chance
        level = "bad" if mood < BAD else "fair" if mood < FAIR else "good"
        is_angry = fate is Disposition.COMPLAINT
        if not is_angry and chance.random() > words.WRITES[level]:
            return None
        kind = "strong" if is_angry else (asked.about or level) if level == "bad" else level
        texts = words.COMMENTS[kind]
        deed = CommentDeed.NOTED if chance.random() < 0.8 and asked.at < self.now - 3 * DAY else None
        return PastAnswer(
            key=item.key, text=texts[int(chance.integers(len(texts)))], strong=is_angry or kind == "strong", deed=deed
        )

    def _follow(
        self, fate: Disposition, asked: Asked, answers: Sequence[PastAnswer], form: FormView, at: datetime
    ) -> PastFollowUp | None:
        """Who scored low, complained instead of scoring, or refused, was talked to within two working days, mostly."""
        reason = _reason(fate, answers, form)
        if reason is None:
            return None
        chance = self.chance
        due = working_days(at, 2)
        done = at + timedelta(hours=float(chance.gamma(2.2, 9)))
        staff = self.staff.agents[int(chance.integers(len(self.staff.agents)))]
        if done >= self.now:
            return PastFollowUp(reason=reason, opened_at=at, due_at=due, staff_id=asked.staff_id or staff)
        result = FollowResult(
            str(chance.choice(("solved", "explained", "unchanged", "unreached"), p=(0.34, 0.31, 0.2, 0.15)))
        )
        note = getattr(words, result.name)
        return PastFollowUp(
            reason=reason,
            opened_at=at,
            due_at=due,
            staff_id=asked.staff_id or staff,
            result=result,
            acted_at=at + (done - at) / 3 if result is FollowResult.UNREACHED else done,
            done_at=done,
            tries=3 if result is FollowResult.UNREACHED else 1,
            note=note,
        )


def _reason(fate: Disposition, answers: Sequence[PastAnswer], form: FormView) -> FollowReason | None:
    if fate is Disposition.COMPLAINT:
        return FollowReason.COMPLAINT
    if fate is Disposition.REFUSED:
        return FollowReason.REFUSAL
    overall = next((item for item in form.items if item.measure is Measure.OVERALL), None)
    if fate is not Disposition.ANSWERED or overall is None:
        return None
    value = next((one.value for one in answers if one.key == overall.key), None)
    return FollowReason.LOW_SCORE if value in SCALES[overall.scale].dissatisfied else None


def level_of(scale_id: str, mood: float) -> int:
    """The level that somebody of this mood ticks: half of those without trouble the best, four fifths the top two."""
    scale = SCALES[scale_id]
    levels = list(scale.levels) if scale.higher_is_better else list(reversed(scale.levels))
    return levels[min(len(levels) - 1, int(float(ndtr(mood)) ** BEND * len(levels)))]


def working_days(at: datetime, days: int) -> datetime:
    """The end of so many working days later, holidays apart."""
    day: date = at.date()
    while days:
        day += DAY
        days -= day.weekday() < 5
    return datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
