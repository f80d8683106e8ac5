"""Write the search index anew from the tables."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from zhike.platform import clock
from zhike.platform.search import index
from zhike.platform.search.models import Document
from zhike.platform.search.types import sources


class Command(BaseCommand):
    help = "Write the search index anew, all of it or the kinds named."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kinds", nargs="*", help="kinds to write anew; all when none is named")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        for kind in options["kinds"] or [source.kind for source in sources()]:
            index.rebuild(kind, now=clock.now())
            self.stdout.write(f"{kind}: {Document.objects.filter(kind=kind).count()}")
