"""Reading campaigns, their recipients and what became of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from django.db.models import Count, Q, QuerySet

from zhike.platform import clock, parameters
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import NotFound
from zhike.record.customers.types import ChainRole
from zhike.voice.surveys.models import Campaign, CampaignForm, Recipient, Version
from zhike.voice.surveys.policies import VIEW, WAVES_A_YEAR, form_scope, scope
from zhike.voice.surveys.types import ASKED, Audience, CampaignState, Disposition, Trigger, VersionState
from zhike.voice.surveys.types.campaigns import (
    CampaignView,
    Chain,
    Counts,
    FormCounts,
    RoleCount,
    SegmentFilter,
    WaveYear,
)

_ASKED: Final = [str(one) for one in ASKED]
_SEVERAL: Final = 2


def campaign_rows(*, actor: Actor) -> QuerySet[Campaign]:
    """Campaigns, for lists that filter, sort and page by themselves."""
    return Campaign.objects.filter(form_scope(actor)).select_related("owner")


def get_campaign(*, actor: Actor, number: str) -> Campaign:
    """One campaign by its number; raises NotFound."""
    found = campaign_rows(actor=actor).filter(number=number).first()
    if found is None:
        raise NotFound
    return found


def recipient_rows(*, actor: Actor) -> QuerySet[Recipient]:
    """Recipients within reach, with whom and what they were asked about."""
    return Recipient.objects.filter(scope(actor)).select_related("customer", "contact", "campaign", "version")


def get_recipient(*, actor: Actor, recipient_id: int) -> Recipient:
    """One recipient within reach; raises NotFound."""
    found = recipient_rows(actor=actor).filter(pk=recipient_id).first()
    if found is None:
        raise NotFound
    return found


def campaign(*, actor: Actor, number: str) -> CampaignView:
    """One campaign with its forms and counts. Three queries; raises NotFound."""
    return views(actor=actor, rows=[get_campaign(actor=actor, number=number)])[0]


# zhike: allow query-scope -- rows that were read through the actor's scope
def views(*, actor: Actor, rows: Sequence[Campaign]) -> list[CampaignView]:
    """These campaigns with forms and counts of the recipients within reach. Two queries, however many they are."""
    ids = [row.pk for row in rows]
    counts: dict[tuple[int, str], dict[Disposition, int]] = defaultdict(dict)
    found = Recipient.objects.filter(scope(actor), campaign_id__in=ids).order_by()
    for campaign_id, audience, code, n in found.values_list("campaign_id", "audience", "disposition").annotate(
        n=Count("pk")
    ):
        counts[campaign_id, audience][Disposition(code)] = n
    forms: dict[int, list[FormCounts]] = defaultdict(list)
    carried = CampaignForm.objects.filter(campaign_id__in=ids).select_related("version__questionnaire")
    for one in carried.order_by("pk"):
        forms[one.campaign_id].append(
            FormCounts(
                audience=Audience(one.audience),
                version_id=one.version_id,
                names=one.version.questionnaire.names,
                number=one.version.number,
                counts=Counts(by_disposition=counts.get((one.campaign_id, one.audience), {})),
            )
        )
    return [_view(row, forms[row.pk]) for row in rows]


def _view(row: Campaign, forms: Sequence[FormCounts]) -> CampaignView:
    same = (
        *("id", "number", "name", "kind", "wave", "share", "planned_on", "closes_on", "started_at", "closed_at"),
        *("reported_at", "acted_at", "checked_at", "stop_reason", "purpose", "method", "causes", "measures", "effect"),
        *("population", "recipients", "zone", "owner_id", "early"),
    )
    return CampaignView(
        **{name: getattr(row, name) for name in same},
        trigger=Trigger(row.trigger),
        state=CampaignState(row.state),
        segment=SegmentFilter.of(row.segment),
        channels=tuple(row.channels),
        owner=row.owner.name if row.owner else "",
        days_to_report=_days_to_report(row),
        forms=forms,
    )


def _days_to_report(row: Campaign) -> int | None:
    if row.closed_at is None or row.reported_at is None:
        return None
    return (clock.local_date(row.reported_at, row.zone) - clock.local_date(row.closed_at, row.zone)).days


def wave_year(*, actor: Actor, year: int) -> WaveYear:
    """The waves planned within one year, in order of their days (SURV-17)."""
    within = Q(planned_on__gte=date(year, 1, 1), planned_on__lt=date(year + 1, 1, 1), trigger=Trigger.WAVE.value)
    rows = campaign_rows(actor=actor).filter(within).exclude(state=CampaignState.STOPPED.value)
    return WaveYear(
        year=year,
        waves=views(actor=actor, rows=list(rows.order_by("planned_on", "pk"))),
        planned=parameters.value(WAVES_A_YEAR, at=clock.day_start(date(year, 12, 31), "UTC")),
    )


def chain(*, actor: Actor, campaign_id: int) -> Chain:
    """Who was heard in the decision chain: by role, and at how many customers two roles or more (SURV-16)."""
    rows = Recipient.objects.filter(scope(actor), campaign_id=campaign_id, contact__isnull=False).order_by()
    counts = rows.values_list("contact_role").annotate(
        sent=Count("pk", filter=Q(disposition__in=_ASKED)),
        answered=Count("pk", filter=Q(disposition=Disposition.ANSWERED.value)),
    )
    by_role = {role: RoleCount(role=role, sent=sent, answered=answered) for role, sent, answered in counts}
    order = ["", *(role.value for role in ChainRole)]
    answered = rows.filter(disposition=Disposition.ANSWERED.value, customer__isnull=False)
    heard = answered.values("customer_id").annotate(n=Count("contact_role", distinct=True)).values_list("n", flat=True)
    numbers = list(heard)
    return Chain(
        roles=[by_role[role] for role in order if role in by_role],
        customers=len(numbers),
        several_roles=sum(n >= _SEVERAL for n in numbers),
    )


def published_versions(*, actor: Actor) -> list[Version]:
    """What new campaigns may carry, newest form first."""
    rows = Version.objects.filter(form_scope(actor), state=VersionState.PUBLISHED.value)
    return list(rows.select_related("questionnaire").order_by("questionnaire__audience", "questionnaire_id", "-number"))


def audiences_of(*, actor: Actor, version_ids: Collection[int]) -> dict[int, Audience]:
    """For whom these forms are written, as far as they are published."""
    authorize(actor, VIEW)
    rows = Version.objects.filter(form_scope(actor), pk__in=set(version_ids), state=VersionState.PUBLISHED.value)
    return {pk: Audience(code) for pk, code in rows.values_list("pk", "questionnaire__audience")}


def reasons_of(*, actor: Actor, campaign_id: int) -> Mapping[tuple[Disposition, str], int]:
    """Why people were not asked or not reached, with counts."""
    rows = Recipient.objects.filter(scope(actor), campaign_id=campaign_id).exclude(reason="").order_by()
    found: Iterable[tuple[str, str, int]] = rows.values_list("disposition", "reason").annotate(n=Count("pk"))
    return {(Disposition(code), reason): n for code, reason, n in found}
