"""`manage.py prepare`: bring schema, cache table and static files up to this version; run as zhike_owner."""

import fcntl
import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

from zhike.platform import clock
from zhike.platform.ops.upgrades import run_upgrades


class Command(BaseCommand):
    help = "Migrate, give roles the rights of new rooms, make the cache table, collect static files"

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 Django's signature
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        run_upgrades(clock.now())
        collect_static()


def collect_static() -> None:
    """Copy, hash and compress static files, unless the same ones have been already."""
    if settings.DEBUG:
        return
    root = Path(settings.STATIC_ROOT)
    stamp = root.with_name(f"{root.name}.stamp")
    with stamp.open("a+", encoding="utf-8") as kept:
        # Two starts at once on one folder: the second finds the work done.
        fcntl.flock(kept, fcntl.LOCK_EX)
        kept.seek(0)
        wanted = _state_of_sources()
        if root.exists() and kept.read() == wanted:
            return
        call_command("collectstatic", interactive=False, verbosity=0, clear=root.exists())
        kept.seek(0)
        kept.truncate()
        kept.write(wanted)


def _state_of_sources() -> str:
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            state = Path(storage.path(path)).stat()
            digest.update(f"{path} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()
