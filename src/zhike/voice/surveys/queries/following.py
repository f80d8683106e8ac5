"""Reading follow-ups: whom to speak to next, what they said, and how well the loop closes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse

from zhike.methods.scales import SCALES
from zhike.platform import parameters
from zhike.platform.actors import Actor
from zhike.platform.db.ids import ids_of
from zhike.platform.errors import NotFound
from zhike.platform.i18n.labels import pick
from zhike.service.cases import queries as cases
from zhike.voice.surveys.models import Answer, Comment, FollowUp, Item, Recipient
from zhike.voice.surveys.policies import STRONG_WORDS, VIEW, follow_scope, scope
from zhike.voice.surveys.rules.following import is_low, is_strong
from zhike.voice.surveys.types import CHANGED, REACHED, CommentDeed, FollowResult, ItemKind, Spoken

# What somebody must still do; what was taken over as history is nobody's.
TO_DO = Q(result=FollowResult.OPEN.value, owner__isnull=False)
_WITH = ("recipient__campaign", "recipient__customer", "recipient__contact", "recipient__shipment", "case", "owner")


@dataclass(frozen=True, slots=True)
class Loop:
    """How the loop closes (SURV-31). `due`: ended, or past their time; each count is of those before it."""

    opened: int
    due: int
    in_time: int
    ended: int
    reached: int
    changed: int


@dataclass(frozen=True, slots=True)
class Heard:
    """Comments, and those of them with which something was done (SURV-08)."""

    comments: int
    done: int
    made_cases: int


def follow_rows(*, actor: Actor) -> QuerySet[FollowUp]:
    """Follow-ups within reach and one's own, with what lists show."""
    return FollowUp.objects.filter(follow_scope(actor)).select_related(*_WITH)


def get_follow_up(*, actor: Actor, follow_up_id: int) -> FollowUp:
    """One follow-up with what its page shows first; raises NotFound."""
    rows = follow_rows(actor=actor).select_related("done_by", "owner__unit", "recipient__case", "recipient__version")
    found = rows.filter(pk=follow_up_id).first()
    if found is None:
        raise NotFound
    return found


def to_do_rows(*, actor: Actor) -> QuerySet[FollowUp]:
    """What is still to be done within reach, the nearest time first."""
    return follow_rows(actor=actor).filter(TO_DO).order_by("due_at", "pk")


def my_count(*, actor: Actor) -> int:
    """How many somebody has still to do. One query."""
    if actor.staff_id is None:
        return 0
    return FollowUp.objects.filter(TO_DO, owner_id=actor.staff_id).count()


def spoken_of(*, actor: Actor, recipient: Recipient, now: datetime) -> list[Spoken]:
    """What somebody said, question by question, in the reader's language. One query.

    `recipient` has been loaded within the actor's reach.
    """
    if not actor.has(VIEW.code):
        return []
    words = parameters.value(STRONG_WORDS, at=now)
    rows = Answer.objects.filter(recipient=recipient).select_related("item").order_by("item__order", "pk")
    return [
        Spoken(
            question=pick(row.item.texts) or row.item.key,
            said=_said(row),
            low=is_low(row.item.scale, row.value),
            strong=is_strong(row.text, words),
            is_text=bool(row.text),
            redacted=row.redacted_at is not None,
        )
        for row in rows
    ]


def _said(row: Answer) -> str:
    """The score with its scale, the chosen words, a number, or the text; empty where the question did not apply."""
    if row.value is not None and row.item.kind == ItemKind.SCALE.value:
        known = SCALES.get(row.item.scale)
        said = f"{row.value} / {known.max}" if known else str(row.value)
    elif row.value is not None:
        said = _choice(row.item, row.value)
    elif row.choices:
        said = " · ".join(_choice(row.item, one) for one in row.choices)
    else:
        said = f"{row.amount.normalize():f}" if row.amount is not None else ""
    return " ".join(part for part in (said, row.text) if part)


def _choice(item: Item, number: int) -> str:
    """The words of a choice; they are numbered from one."""
    if 1 <= number <= len(item.choices):
        return pick(item.choices[number - 1]) or str(number)
    return str(number)


def comment_rows(*, actor: Actor) -> QuerySet[Comment]:
    """Comments within reach with what lists show; emptied ones say nothing any more."""
    rows = Comment.objects.filter(scope(actor), answer__redacted_at__isnull=True)
    return rows.select_related(
        "answer__item",
        "recipient__campaign",
        "recipient__customer",
        "recipient__contact",
        "recipient__shipment",
        "case",
    )


def get_comment(*, actor: Actor, comment_id: int) -> Comment:
    """One comment with what its page shows; raises NotFound."""
    found = comment_rows(actor=actor).select_related("staff").filter(pk=comment_id).first()
    if found is None:
        raise NotFound
    return found


def loop_of(*, actor: Actor, since: datetime, until: datetime, now: datetime) -> Loop:
    """Of those followed up who spoke in this span: in time, reached, changed their opinion. One query."""
    ended = ~Q(result=FollowResult.OPEN.value)
    found = FollowUp.objects.filter(follow_scope(actor), opened_at__gte=since, opened_at__lt=until).aggregate(
        opened=Count("pk"),
        due=Count("pk", filter=ended | Q(due_at__lte=now)),
        in_time=Count("pk", filter=Q(done_at__lte=F("due_at"))),
        ended=Count("pk", filter=ended),
        reached=Count("pk", filter=Q(result__in=sorted(REACHED))),
        changed=Count("pk", filter=Q(result__in=sorted(CHANGED))),
    )
    return Loop(**found)


def heard_of(*, actor: Actor, since: datetime, until: datetime) -> Heard:
    """Comments written in this span, and those with action (SURV-08). One query."""
    rows = Comment.objects.filter(scope(actor), written_at__gte=since, written_at__lt=until)
    found = rows.aggregate(
        comments=Count("pk"),
        done=Count("pk", filter=~Q(deed="")),
        made_cases=Count("pk", filter=Q(deed=CommentDeed.CASE.value)),
    )
    return Heard(**found)


@dataclass(frozen=True, slots=True)
class Why:
    """Why a case exists, or what else is heard in it: a follow-up with its words, or comments alone."""

    follow_up: FollowUp | None
    recipient: Recipient
    words: Sequence[str]


def why_case(*, actor: Actor, case_id: int) -> list[Why]:
    """What people said in surveys that led to this case, for whoever sees the case. Two queries at most."""
    if not actor.has(VIEW.code):
        return []
    seen = cases.case_rows(actor=actor).filter(pk=case_id).values("pk")
    found = list(FollowUp.objects.filter(case_id__in=seen).select_related(*_WITH).order_by("opened_at", "pk"))
    comments = Comment.objects.filter(Q(case_id__in=seen) | Q(recipient_id__in=[row.recipient_id for row in found]))
    words: dict[int, list[str]] = {}
    people: dict[int, Recipient] = {row.recipient_id: row.recipient for row in found}
    for one in comments.select_related("answer", "recipient__campaign").order_by("pk"):
        people.setdefault(one.recipient_id, one.recipient)
        if one.answer.text:
            words.setdefault(one.recipient_id, []).append(one.answer.text)
    by_recipient = {row.recipient_id: row for row in found}
    return [Why(by_recipient.get(pk), row, words.get(pk, [])) for pk, row in people.items()]


def comments_named(*, actor: Actor, keys: Collection[str]) -> Mapping[str, tuple[str, str]]:
    """What the log calls comments, by their survey, and their pages."""
    rows = Comment.objects.filter(scope(actor), pk__in=ids_of(keys))
    found = rows.values_list("pk", "recipient__campaign__number")
    return {str(pk): (number, reverse("surveys:comment", args=[pk])) for pk, number in found}


def named(*, actor: Actor, keys: Collection[str]) -> Mapping[str, tuple[str, str]]:
    """What the log calls follow-ups, and their pages."""
    rows = FollowUp.objects.filter(follow_scope(actor), pk__in=ids_of(keys))
    found = rows.values_list("pk", "recipient__campaign__name", "recipient__campaign__number")
    return {str(pk): (f"{number} {name}", reverse("surveys:follow_up", args=[pk])) for pk, name, number in found}
