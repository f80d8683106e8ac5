"""How models are declared and where rows are fetched."""

import ast
from collections.abc import Iterator
from typing import Final

from tools.findings import Finding
from tools.lint.tree import Source, Tree, called_name

RULES: Final = {
    "no-objects": "pages, api, tasks and subscriptions go through queries and actions, never through Model.objects",
    "no-ordering": "Meta.ordering sorts every query unseen; say order_by where it matters",
    "no-save": "save() and delete() of a model are not overridden; writes are actions",
    "no-auto-now": "the time is passed in; auto_now reads the clock behind the action's back",
    "related-name": 'a foreign key has related_name="+"; nothing reads upward through it',
}
_DOORS: Final = frozenset({"pages", "api", "tasks", "subscriptions", "forms", "schemas", "templatetags", "middleware"})
_KEYS: Final = frozenset({"ForeignKey", "OneToOneField", "ManyToManyField"})


def check(tree: Tree) -> Iterator[Finding]:
    for source in tree.python:
        if source.room is None or source.is_test:
            continue
        if source.part in _DOORS:
            yield from _objects(source)
        if source.part == "models":
            yield from _models(source)


def _objects(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.ast):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}:
            yield Finding(source.path, node.lineno, "no-objects", f"{ast.unparse(node)} in {source.part}")


def _models(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.ast):
        match node:
            case ast.ClassDef(name="Meta", body=body):
                for statement in body:
                    if isinstance(statement, ast.Assign) and _assigns(statement, "ordering"):
                        yield Finding(source.path, statement.lineno, "no-ordering", "Meta.ordering")
            case ast.ClassDef(body=body) if any("Model" in ast.unparse(base) for base in node.bases):
                for statement in body:
                    if isinstance(statement, ast.FunctionDef) and statement.name in {"save", "delete"}:
                        message = f"{node.name}.{statement.name}()"
                        yield Finding(source.path, statement.lineno, "no-save", message)
            case ast.Call() if called_name(node) in _KEYS:
                yield from _key(source, node)
            case ast.keyword(arg="auto_now" | "auto_now_add"):
                yield Finding(source.path, node.value.lineno, "no-auto-now", f"{node.arg} reads the clock")


def _key(source: Source, node: ast.Call) -> Iterator[Finding]:
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    name = given.get("related_name")
    if not (isinstance(name, ast.Constant) and name.value == "+"):
        yield Finding(source.path, node.lineno, "related-name", f'{called_name(node)} without related_name="+"')


def _assigns(statement: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in statement.targets)
