"""People of the company, what they can do, and the roles they hold."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from zhike.platform.db.xid import ChangedXidField
from zhike.record.organization.models.units import Unit
from zhike.record.organization.types import Duty, RoleReach


def _values(kinds: Iterable[str]) -> list[str]:
    return [str(k) for k in kinds]


class StaffSet(models.QuerySet["Staff"]):
    def active(self) -> Self:
        return self.filter(active=True)

    def couriers(self) -> Self:
        return self.filter(active=True, is_courier=True)


class Staff(models.Model):
    """A person who works for the company or a contractor; most couriers never sign in."""

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=40)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=120)
    # Sort keys: pinyin for simplified, strokes for traditional Chinese.
    name_pinyin = models.TextField(default="")
    name_strokes = models.TextField(default="")
    form_of_address = models.CharField(max_length=60, default="")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    rank = models.CharField(max_length=60, default="")
    # E.164, the one to call first.
    phones = ArrayField(models.CharField(max_length=24), default=list)
    email = models.EmailField(default="")
    duty = models.CharField(max_length=12, default=Duty.OFF_DUTY.value)
    is_courier = models.BooleanField(default=False)
    employed_from = models.DateField(null=True)
    employed_until = models.DateField(null=True)
    active = models.BooleanField(default=True)
    changed_xid = ChangedXidField()

    objects = StaffSet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["unit", "is_courier", "active"], name="staff_by_unit"),
            models.Index(fields=["name_pinyin", "id"], name="staff_by_pinyin"),
            models.Index(fields=["name_strokes", "id"], name="staff_by_strokes"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="staff_number_once"),
            models.CheckConstraint(condition=~Q(number=""), name="staff_number_given"),
            models.CheckConstraint(condition=~Q(name=""), name="staff_name_given"),
            models.CheckConstraint(condition=Q(duty__in=_values(Duty)), name="staff_duty_known"),
            models.CheckConstraint(
                condition=Q(employed_from__isnull=True)
                | Q(employed_until__isnull=True)
                | Q(employed_until__gte=F("employed_from")),
                name="staff_employment_right",
            ),
            models.CheckConstraint(
                condition=Q(active=True) | Q(duty=Duty.OFF_DUTY.value), name="staff_inactive_is_off_duty"
            ),
        ]

    @property
    def phone(self) -> str:
        return self.phones[0] if self.phones else ""


class Skill(models.Model):
    """Something that work can ask for: a language, dangerous goods, key accounts."""

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(max_length=40)
    labels = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code"], name="skill_code_once")]


class StaffSkill(models.Model):
    """What a person can do, from 1 (with help) to 5 (teaches it)."""

    id = models.BigAutoField(primary_key=True)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="+")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["staff", "skill"], name="staff_skill_once"),
            models.CheckConstraint(condition=Q(level__range=(1, 5)), name="staff_skill_level_known"),
        ]


class Role(models.Model):
    """A named set of rights."""

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(max_length=40)
    labels = models.JSONField(default=dict)
    rights = ArrayField(models.CharField(max_length=80), default=list)
    # Rights that existed when the role was last set: newer ones are still to be decided about.
    known_rights = ArrayField(models.CharField(max_length=80), default=list)
    # What is proposed when somebody is given the role.
    reach = models.CharField(max_length=8, default=RoleReach.SUBTREE.value)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="role_code_once"),
            models.CheckConstraint(condition=Q(reach__in=_values(RoleReach)), name="role_reach_known"),
        ]


class StaffRoleSet(models.QuerySet["StaffRole"]):
    def at(self, now: datetime) -> Self:
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=now), valid_from__lte=now)


class StaffRole(models.Model):
    """A role held by a person for a while; `unit` is the root of what it reaches (none: the person's own unit)."""

    id = models.BigAutoField(primary_key=True)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    reach = models.CharField(max_length=8)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)

    objects = StaffRoleSet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["staff", "valid_from"], name="staff_role_by_staff")]
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "role", "unit"],
                condition=Q(valid_until__isnull=True),
                nulls_distinct=False,
                name="staff_role_open_once",
            ),
            models.CheckConstraint(condition=Q(reach__in=_values(RoleReach)), name="staff_role_reach_known"),
            models.CheckConstraint(
                condition=Q(unit__isnull=True) | Q(reach=RoleReach.SUBTREE.value), name="staff_role_unit_for_subtree"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="staff_role_validity_right",
            ),
        ]
