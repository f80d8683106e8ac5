"""`manage.py drain_outbox`: carry outbox events to their subscribers until stopped."""

from typing import Any

from django.core.management.base import BaseCommand

from zhike.platform.ops.drainer import drain_forever


class Command(BaseCommand):
    help = "Carry outbox events to their subscribers until stopped (SIGTERM or Ctrl-C)"

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 Django's signature
        drain_forever()
