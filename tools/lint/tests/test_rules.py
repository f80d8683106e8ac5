"""The rules about single lines and files."""

import pytest

from tools.lint import addresses, clock, colours, constraints, names, orm, size, words
from tools.lint.tests.conftest import Find, RuleModule

ROOM = "src/zhike/record/cases/"


@pytest.mark.parametrize(
    ("rules", "name", "text", "found"),
    [
        (orm, "pages.py", "rows = Case.objects.all()\n", ["no-objects"]),
        (orm, "api/cases.py", "rows = Case.objects.all()\n", ["no-objects"]),
        (orm, "queries.py", "rows = Case.objects.all()\n", []),
        (orm, "tests/test_pages.py", "rows = Case.objects.all()\n", []),
        (orm, "models.py", "class Case(models.Model):\n    class Meta:\n        ordering = ['x']\n", ["no-ordering"]),
        (orm, "models.py", "class Case(models.Model):\n    def save(self):\n        pass\n", ["no-save"]),
        (orm, "models.py", "class Cases(QuerySet):\n    def delete(self):\n        pass\n", []),
        (orm, "models.py", "x = models.ForeignKey('a.B', related_name='cases')\n", ["related-name"]),
        (orm, "models.py", "x = models.ForeignKey('a.B', models.PROTECT)\n", ["related-name"]),
        (orm, "models.py", "x = models.ForeignKey('a.B', models.PROTECT, related_name='+')\n", []),
        (orm, "models.py", "x = models.DateTimeField(auto_now=True)\n", ["no-auto-now"]),
        (clock, "actions.py", "x = timezone.now()\n", ["no-clock"]),
        (clock, "models.py", "x = models.DateTimeField(default=timezone.now)\n", ["no-clock"]),
        (clock, "tasks.py", "x = datetime.now(tz=UTC)\n", ["no-clock"]),
        (clock, "tasks.py", "x = clock.now()\n", []),
        (clock, "rules.py", "x = clock.now()\n", ["clock-edge"]),
        (names, "signals.py", "", ["room-file"]),
        (names, "models/helpers.py", "", ["room-name"]),
        (names, "models/history.py", "", []),
        (size, "rules.py", "\n" * 600, []),
        (size, "rules.py", "\n" * 601, ["file-size"]),
        (size, "rules.py", "def f():\n" + "    x = 1\n" * 60, ["function-size"]),
        (size, "rules.py", "def f():\n" + "    x = 1\n" * 59, []),
        (size, "page.js", "export function f() {\n" + "  x();\n" * 59 + "}\n", ["function-size"]),
        (size, "page.js", "export function f() {\n" + "  x();\n" * 58 + "}\n", []),
        (size, "migrations/0001_first.py", "\n" * 601, []),
        (colours, "page.css", "a { color: #fff; }\n", ["no-colour"]),
        (colours, "page.css", "a { color: rgba(0, 0, 0, 50%); }\n", ["no-colour"]),
        (colours, "page.css", "#fade {\n  color: var(--zk-ink);\n}\n", []),
        (colours, "tokens.css", ":root { --zk-ink: #1b2430; }\n", []),
        (colours, "templates/a.html", '<i style="color:#1b2430"></i><a href="#add">{{ x }}</a>&#169;\n', ["no-colour"]),
        (colours, "templates/a.html", '<a href="#add">{{ x }}</a> &#1690;\n', []),
        (addresses, "rules.py", 'x = "https:' + '//maps.acme.io/tiles"\n', ["third-party-address"]),
        (addresses, "rules.py", 'x = ["https://example.com", "http://127.0.0.1:80/", f"https://{host}/"]\n', []),
        (addresses, "rules.py", 'x = "/home/' + 'wang/data"\n', ["machine-path"]),
        (addresses, "templates/a.html", '<svg xmlns="http://www.w3.org/2000/svg"></svg><a href="/home">x</a>', []),
        (words, "rules.py", "# TO" + "DO later\n", ["no-stub"]),
        (words, "rules.py", "todo = 1\n", []),
    ],
)
def test_rules__find_what_they_name(find: Find, rules: RuleModule, name: str, text: str, found: list[str]) -> None:
    assert [rule for rule, _line in find(rules, {f"{ROOM}{name}": text})] == found


def test_addresses__a_lock_file_names_no_packages_address(find: Find) -> None:
    lock = '{"resolved": "x"}\n{"funding": "https:' + '//opencollective.acme.io"}\n'

    assert find(addresses, {"package-lock.json": lock}) == [("registry-host", 1)]


def test_constraints__a_test_names_each(find: Find) -> None:
    model = (
        "class Case(models.Model):\n    class Meta:\n        constraints = [\n"
        "            models.CheckConstraint(condition=Q(), name='case_amount_positive'),\n"
        "            models.UniqueConstraint(fields=['a'], name='case_number_once'),\n        ]\n"
    )
    test = "def test_case__amount():\n    violate('case_amount_positive')\n"

    assert find(constraints, {f"{ROOM}models.py": model, f"{ROOM}tests/test_models.py": test}) == [
        ("constraint-tested", 5)
    ]
