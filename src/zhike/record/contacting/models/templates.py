"""Templates with their versions, and the table of notices."""

from django.db import models
from django.db.models import Q

from zhike.record.contacting.models.consents import values
from zhike.record.contacting.types import (
    LANGUAGES,
    SENT_BY_US,
    ContactChannel,
    EventKind,
    Party,
    Purpose,
    TemplateState,
)


class Template(models.Model):
    """A text of the company. Its words are in its versions; purpose and channel never change."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=80)
    labels = models.JSONField(default=dict)
    purpose = models.CharField(max_length=16)
    channel = models.CharField(max_length=8)
    event = models.CharField(max_length=20, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="template_code_once"),
            models.CheckConstraint(condition=Q(code__regex=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$"), name="template_code_form"),
            models.CheckConstraint(condition=Q(purpose__in=values(Purpose)), name="template_purpose_known"),
            models.CheckConstraint(condition=Q(channel__in=values(SENT_BY_US)), name="template_channel_known"),
            models.CheckConstraint(condition=Q(event__in=["", *values(EventKind)]), name="template_event_known"),
        ]


class TemplateVersion(models.Model):
    """Texts by language: `{"zh-hans": {"subject": …, "body": …}, …}`. One is published, at most one is a draft."""

    id = models.BigAutoField(primary_key=True)
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10)
    texts = models.JSONField(default=dict)
    written_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "version"], name="template_version_once"),
            models.UniqueConstraint(fields=["template"], condition=Q(state="published"), name="template_one_published"),
            models.UniqueConstraint(fields=["template"], condition=Q(state="draft"), name="template_one_draft"),
            models.CheckConstraint(condition=Q(version__gte=1), name="template_version_counts"),
            models.CheckConstraint(condition=Q(state__in=values(TemplateState)), name="template_state_known"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(texts__has_keys=list(LANGUAGES), published_at__isnull=False),
                name="template_published_in_three",
            ),
        ]


class NoticeSetting(models.Model):
    """What the company has decided about one place of the notice table; absent means the default."""

    id = models.BigAutoField(primary_key=True)
    event = models.CharField(max_length=20)
    party = models.CharField(max_length=10)
    channel = models.CharField(max_length=8)
    on = models.BooleanField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "party", "channel"], name="notice_setting_once"),
            models.CheckConstraint(condition=Q(event__in=values(EventKind)), name="notice_event_known"),
            models.CheckConstraint(condition=Q(party__in=values(Party)), name="notice_party_known"),
            models.CheckConstraint(
                condition=Q(channel__in=[c.value for c in (ContactChannel.EMAIL, ContactChannel.SMS)]),
                name="notice_channel_known",
            ),
        ]
