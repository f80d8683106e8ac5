"""Saved views of tables, and what each person remembers of a table's columns."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """A table's filters and order under a name. Owned by one actor; shared with a role when `role` is set."""

    id = models.BigAutoField(primary_key=True)
    table = models.CharField(max_length=80)
    owner = models.CharField(max_length=100)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, default="", blank=True)
    role = models.CharField(max_length=40, default="", blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["table", "owner", "name"],
                name="ui_view_name_once",
                violation_error_message=_("You have a view of this name already."),
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="ui_view_named"),
        ]
        indexes = [models.Index(fields=["table", "role"], name="ui_view_by_role")]


class TablePreference(models.Model):
    """The columns and the row height that one actor last chose for a table."""

    id = models.BigAutoField(primary_key=True)
    table = models.CharField(max_length=80)
    owner = models.CharField(max_length=100)
    columns = models.JSONField(default=list)
    compact = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "owner"], name="ui_preference_once")]


class Draft(models.Model):
    """What somebody has typed and not sent. It survives sign-out and stands in the strip of records in hand."""

    id = models.BigAutoField(primary_key=True)
    owner = models.CharField(max_length=100)
    key = models.CharField(max_length=120)
    label = models.CharField(max_length=120, default="", blank=True)
    # The label by language where it is the title of a page; `label` alone where it is a name or a number.
    labels = models.JSONField(default=dict, blank=True)
    url = models.CharField(max_length=500)
    content = models.JSONField(default=dict)
    # Whom the words are for and by which way they go, where they go to somebody: `key`, `name`, `how`, `by`.
    meant = models.JSONField(default=dict, blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="ui_draft_once"),
            models.CheckConstraint(condition=~models.Q(key=""), name="ui_draft_keyed"),
        ]
        indexes = [models.Index(fields=["owner", "-saved_at"], name="ui_draft_by_owner")]
