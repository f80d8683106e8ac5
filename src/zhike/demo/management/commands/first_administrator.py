"""`manage.py first_administrator`: whoever begins a company that is not the demonstration one."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zhike.platform import clock
from zhike.platform.actors import system_actor
from zhike.platform.errors import Invalid, ZhikeError
from zhike.record.organization import actions


class Command(BaseCommand):
    help = "Make the first administrator of an empty company; prints a password that must be changed at once"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, help="the person's name")
        parser.add_argument("--company", required=True, help="the company's name, where it is not there yet")
        parser.add_argument("--username", default="admin")
        parser.add_argument("--zone", default="Asia/Shanghai", help="the company's time zone")
        parser.add_argument("--language", default="zh-hans", choices=["zh-hans", "zh-hant", "en"])

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        try:
            opened = actions.make_first_administrator(
                actor=system_actor("organization.first_administrator"),
                company=options["company"],
                name=options["name"],
                username=options["username"],
                zone=options["zone"],
                language=options["language"],
                now=clock.now(),
            )
        except Invalid as refused:
            raise CommandError(_reasons(refused)) from refused
        except ZhikeError as refused:
            raise CommandError(f"{refused.text()} {refused.next_step}") from refused
        # To the terminal alone: nothing keeps it, and it is of no use once changed.
        self.stdout.write(f"User name: {opened.username}")
        self.stdout.write(f"Password:  {opened.initial_password}  (shown once, changed at the first sign-in)")


def _reasons(refused: Invalid) -> str:
    """Every field with what is wrong with it; nothing was made."""
    found = [f"{name}: {one.text()}" for name, errors in refused.fields.items() for one in errors]
    return "\n".join(["Nothing was made.", *(found or [refused.text()])])
