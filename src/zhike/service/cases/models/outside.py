"""What people outside send through our pages: who wrote, which words are theirs, which photos."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from zhike.service.cases.models.cases import Case
from zhike.service.cases.models.catalog import values
from zhike.service.cases.types.web import AnswerBy


class WebAuthor(models.Model):
    """Somebody who wrote about a case on the web; `ref` stands in their links, which open until `link_until`.

    `sees_all`: they opened the case, or showed the second key where nobody else had spoken. `is_known`: their address
    stands with the case's customer or with an earlier author, so whoever reads what is sent to it is that person.
    """

    id = models.BigAutoField(primary_key=True)
    ref = models.UUIDField(default=uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=120, default="")
    phone = models.CharField(max_length=24, default="")
    email = models.CharField(max_length=254, default="")
    answer_by = models.CharField(max_length=8)
    language = models.CharField(max_length=8)
    sees_all = models.BooleanField()
    is_known = models.BooleanField()
    # The form that was sent; a second sending of it finds this row.
    once = models.CharField(max_length=64)
    at = models.DateTimeField()
    link_until = models.DateTimeField()
    redacted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["case", "id"], name="case_author_by_case"),
            # By each message: how many receipts an address had within the hour; and who is to be forgotten.
            models.Index(fields=["phone"], condition=~Q(phone=""), name="case_author_by_phone"),
            models.Index(fields=["email"], condition=~Q(email=""), name="case_author_by_email"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["ref"], name="case_author_ref_once"),
            models.UniqueConstraint(fields=["once"], name="case_author_form_once"),
            models.CheckConstraint(condition=Q(answer_by__in=values(AnswerBy)), name="case_author_answer_known"),
            models.CheckConstraint(
                condition=Q(redacted_at__isnull=False) | ~Q(phone="", email=""), name="case_author_can_be_reached"
            ),
        ]


class WebWord(models.Model):
    """Which contacts of a case an author has made, each by one sending of a form (`once`); the first by their own."""

    id = models.BigAutoField(primary_key=True)
    author = models.ForeignKey(WebAuthor, on_delete=models.PROTECT, related_name="+")
    interaction = models.ForeignKey(
        "interactions.Interaction", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    once = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["interaction"], name="case_word_once"),
            models.UniqueConstraint(fields=["author", "once"], condition=~Q(once=""), name="case_word_form_once"),
        ]


class CasePhoto(models.Model):
    """A picture that a customer sent about a case; `file_id` is of the file store."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    author = models.ForeignKey(WebAuthor, on_delete=models.PROTECT, related_name="+")
    file_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="case_photo_by_case")]
        constraints = [models.UniqueConstraint(fields=["file_id"], name="case_photo_once")]


class KeptPhoto(models.Model):
    """Which picture came with which sending of a form (`once`): the same form sent twice finds the file kept first.

    `content` is the fingerprint of the picture and its name. Rows go after a few days; files stay with their case.
    """

    id = models.BigAutoField(primary_key=True)
    once = models.CharField(max_length=64)
    content = models.CharField(max_length=64)
    file_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="kept_photo_by_time")]
        constraints = [
            models.UniqueConstraint(fields=["once", "content"], name="kept_photo_once"),
            models.CheckConstraint(condition=~Q(once="") & ~Q(content=""), name="kept_photo_named"),
        ]


class CaseGoods(models.Model):
    """The shipments of a case about several: one disruption that hit many goods of one customer (SHIP-08)."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    shipment = models.ForeignKey("shipments.Shipment", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "shipment"], name="case_goods_once")]
