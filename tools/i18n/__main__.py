"""`extract [app …]`, `check [app …]`, `compile`: the message catalogues of every app."""

import argparse
import sys

from tools.findings import ROOT, judge, report
from tools.i18n.catalogues import App, check, compile_catalogues, extract, gather


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools/messages.py", description=__doc__)
    parser.add_argument("task", choices=["extract", "check", "compile"])
    parser.add_argument("apps", nargs="*", help="labels of apps, all when none is named")
    arguments = parser.parse_args()
    if arguments.task == "compile":
        print(f"{compile_catalogues()} catalogues compiled")
        return 0
    apps = gather()
    if unknown := set(arguments.apps) - {app.folder.name for app in apps}:
        print(f"no such app: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    chosen = [app for app in apps if not arguments.apps or app.folder.name in arguments.apps]
    if arguments.task == "extract":
        return _extract(chosen, apps)
    folders = [app.folder for app in chosen]
    findings = [f for f in check(apps) if not arguments.apps or any(map(f.path.is_relative_to, folders))]
    status = report(judge(findings))
    print(f"messages: {sum(len(app.wanted()) for app in chosen)} in {len(chosen)} apps")
    return status


def _extract(chosen: list[App], apps: list[App]) -> int:
    for app in chosen:
        for path in extract(app, apps):
            print(f"written {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
