"""Each message by e-mail asks how many receipts its address had within the hour; built beside the running desk."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0009_words_once")]
    operations = [
        AddIndexConcurrently(
            "webauthor",
            models.Index(
                condition=models.Q(("email", ""), _negated=True), fields=["email"], name="case_author_by_email"
            ),
        ),
    ]
