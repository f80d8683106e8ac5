"""The API's description as committed: `python tools/openapi.py` writes it, `--check` says what has changed."""

import argparse
import difflib
import json
import os
import sys
from pathlib import Path
from typing import Final

import django
from django.utils import translation

SNAPSHOT: Final = Path(__file__).resolve().parents[1] / "docs" / "reference" / "openapi.json"
PREFIX: Final = "/api/v1/"
SHOWN: Final = 60


def described() -> str:
    """The present description, in English and in a stable order."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
    django.setup()
    # Routers can be imported only once Django stands.
    from zhike.doors.api import pages, root  # noqa: PLC0415

    assert pages.urlpatterns, "the routers are mounted by the pages module"  # noqa: S101
    with translation.override("en"):
        schema = root.api.get_openapi_schema(path_prefix=PREFIX)
        return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"


def difference(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "committed", "present", lineterm="", n=2)
    return list(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail when the description has changed")
    arguments = parser.parse_args()
    after = described()
    if not arguments.check:
        SNAPSHOT.write_text(after, "utf-8")
        return 0
    changes = difference(SNAPSHOT.read_text("utf-8") if SNAPSHOT.exists() else "", after)
    for line in changes[:SHOWN]:
        print(line)
    if len(changes) > SHOWN:
        print(f"… and {len(changes) - SHOWN} more lines")
    return 1 if changes else 0


if __name__ == "__main__":
    sys.exit(main())
