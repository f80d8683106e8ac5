"""Tables of campaigns: what is asked when, of whom, and what became of each recipient."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from zhike.platform.db.xid import ChangedXidField
from zhike.platform.outbox.types import Mode
from zhike.record.contacting.types import SurveyKind
from zhike.voice.surveys.models.questionnaires import Version, values_of
from zhike.voice.surveys.types import ASKED, Audience, CampaignState, Disposition, Trigger, Way


class Campaign(models.Model):
    """One round of asking (一次调查): a wave on a day, or what goes on asking after each service.

    `segment` narrows the audience (SegmentFilter as plain values); the recipients are frozen when it starts.
    `purpose` to `measures` are the words of its report. `share` of the eligible is asked, 0 < share ≤ 1.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    trigger = models.CharField(max_length=12)
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=12, default=CampaignState.PLANNED.value)
    wave = models.CharField(max_length=20, default="", blank=True)
    segment = models.JSONField(default=dict)
    channels = ArrayField(models.CharField(max_length=8), default=list)
    share = models.DecimalField(max_digits=4, decimal_places=3, default=1)
    planned_on = models.DateField()
    closes_on = models.DateField(null=True)
    started_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    acted_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    stop_reason = models.CharField(max_length=300, default="", blank=True)
    # The strong signal on which somebody closed it early (`types.stopping.Strong`).
    early = models.JSONField(null=True)
    purpose = models.TextField(default="", blank=True)
    method = models.TextField(default="", blank=True)
    causes = models.TextField(default="", blank=True)
    measures = models.TextField(default="", blank=True)
    effect = models.TextField(default="", blank=True)
    recipients = models.PositiveIntegerField(default=0)
    population = models.PositiveIntegerField(default=0)
    zone = models.CharField(max_length=64)
    owner = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    scope_unit_id = models.BigIntegerField()
    mode = models.CharField(max_length=8, default=Mode.LIVE.value)
    # Whence it was taken over: answers of the same one again belong to it.
    external_system = models.CharField(max_length=80, default="", blank=True)
    external_ref = models.CharField(max_length=120, default="", blank=True, db_collation="C")
    made_at = models.DateTimeField()
    changed_xid = ChangedXidField()

    class Meta:
        indexes = [
            models.Index(fields=["-planned_on", "-id"], name="campaign_by_plan"),
            # What closes today and what asks after each service: looked for by jobs.
            models.Index(
                fields=["trigger", "closes_on"],
                condition=Q(state=CampaignState.RUNNING.value),
                name="campaign_running",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="campaign_number_once"),
            models.UniqueConstraint(
                fields=["external_system", "external_ref"], condition=~Q(external_ref=""), name="campaign_external_once"
            ),
            models.CheckConstraint(condition=Q(trigger__in=values_of(Trigger)), name="campaign_trigger_known"),
            models.CheckConstraint(
                condition=Q(kind__in=[SurveyKind.TRANSACTION.value, SurveyKind.RELATIONSHIP.value]),
                name="campaign_kind_known",
            ),
            models.CheckConstraint(condition=Q(state__in=values_of(CampaignState)), name="campaign_state_known"),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=1), name="campaign_share_fits"),
            models.CheckConstraint(
                condition=Q(closes_on__isnull=True) | Q(closes_on__gte=F("planned_on")), name="campaign_span_right"
            ),
            models.CheckConstraint(
                condition=Q(state=CampaignState.PLANNED.value)
                | Q(state=CampaignState.STOPPED.value)
                | Q(started_at__isnull=False),
                name="campaign_running_says_since",
            ),
        ]


class CampaignForm(models.Model):
    """A form that a campaign carries, frozen by version: one for each audience."""

    id = models.BigAutoField(primary_key=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+", db_index=False)
    audience = models.CharField(max_length=12)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "audience"], name="campaign_form_once"),
            models.CheckConstraint(condition=Q(audience__in=values_of(Audience)), name="campaign_form_audience_known"),
        ]


class Recipient(models.Model):
    """Somebody of a campaign's audience, with what was known of them when they were asked, and what became of it.

    The columns from `value_class` to `category` are a snapshot: figures split by how it stood then (SURV-19, SURV-23).
    `ref` signs the link. `score` is the overall item's answer and `scale` its scale, kept for lists and follow-ups.
    """

    id = models.BigAutoField(primary_key=True)
    ref = models.UUIDField(default=uuid.uuid4)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+", db_index=False)
    audience = models.CharField(max_length=12)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, null=True, related_name="+")
    contact = models.ForeignKey("customers.Contact", on_delete=models.PROTECT, null=True, related_name="+")
    shipment = models.ForeignKey("shipments.Shipment", on_delete=models.PROTECT, null=True, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, related_name="+")
    interaction = models.ForeignKey("interactions.Interaction", on_delete=models.PROTECT, null=True, related_name="+")
    # Whom the answer speaks about: the agent of the contact, the owner of the case.
    staff = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    value_class = models.CharField(max_length=12, default="", blank=True)
    annual_value = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    industry = models.CharField(max_length=24, default="", blank=True)
    region = models.CharField(max_length=40, default="", blank=True)
    business_line = models.CharField(max_length=40, default="", blank=True)
    service_mode = models.CharField(max_length=40, default="", blank=True)
    outlet_id = models.BigIntegerField(null=True)
    category = models.CharField(max_length=40, default="", blank=True)
    contact_role = models.CharField(max_length=24, default="", blank=True)
    channel = models.CharField(max_length=12, default="", blank=True)
    duration = models.PositiveIntegerField(null=True)
    scope_unit_id = models.BigIntegerField()
    disposition = models.CharField(max_length=12, default=Disposition.PLANNED.value)
    reason = models.CharField(max_length=40, default="", blank=True)
    contact_log_id = models.BigIntegerField(null=True)
    reminder_log_id = models.BigIntegerField(null=True)
    language = models.CharField(max_length=10, default="", blank=True)
    zone = models.CharField(max_length=64)
    way = models.CharField(max_length=8, default="", blank=True)
    planned_at = models.DateTimeField()
    invited_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    seconds = models.PositiveIntegerField(null=True)
    section = models.PositiveSmallIntegerField(default=0)
    score = models.SmallIntegerField(null=True)
    scale = models.CharField(max_length=12, default="", blank=True)
    mode = models.CharField(max_length=8, default=Mode.LIVE.value)
    external_ref = models.CharField(max_length=160, default="", blank=True, db_collation="C")
    changed_xid = ChangedXidField()

    class Meta:
        indexes = [
            # Whoever is still to be asked or reminded, in the order of the job.
            models.Index(fields=["campaign", "disposition", "id"], name="recipient_by_fate"),
            models.Index(
                fields=["scope_unit_id", "-submitted_at", "-id"],
                condition=Q(submitted_at__isnull=False),
                name="recipient_by_answer",
            ),
            models.Index(fields=["contact_log_id"], condition=Q(contact_log_id__isnull=False), name="recipient_by_log"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["ref"], name="recipient_ref_once"),
            # The same person is asked once in a wave; after a service once per service.
            models.UniqueConstraint(
                fields=["campaign", "contact"],
                condition=Q(shipment__isnull=True, case__isnull=True, interaction__isnull=True, external_ref=""),
                name="recipient_once_a_wave",
            ),
            models.UniqueConstraint(
                fields=["campaign", "shipment"],
                condition=Q(shipment__isnull=False, case__isnull=True, interaction__isnull=True, external_ref=""),
                name="recipient_once_a_shipment",
            ),
            models.UniqueConstraint(
                fields=["campaign", "case"],
                condition=Q(case__isnull=False, external_ref=""),
                name="recipient_once_a_case",
            ),
            models.UniqueConstraint(
                fields=["campaign", "interaction"],
                condition=Q(interaction__isnull=False, external_ref=""),
                name="recipient_once_a_contact",
            ),
            models.UniqueConstraint(
                fields=["campaign", "external_ref"], condition=~Q(external_ref=""), name="recipient_external_once"
            ),
            models.CheckConstraint(condition=Q(disposition__in=values_of(Disposition)), name="recipient_fate_known"),
            models.CheckConstraint(condition=Q(way__in=values_of(Way)), name="recipient_way_known"),
            models.CheckConstraint(
                condition=~Q(disposition=Disposition.ANSWERED.value) | Q(submitted_at__isnull=False),
                name="recipient_answered_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(disposition__in=sorted(values_of(ASKED))) | Q(invited_at__isnull=False),
                name="recipient_asked_says_when",
            ),
        ]
