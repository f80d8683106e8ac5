"""Every public query takes an actor and lets it decide what is seen."""

import ast
from collections.abc import Iterator
from typing import Final

from tools.findings import Finding
from tools.lint.calls import Calls
from tools.lint.tree import FunctionNode, Source, Tree, called_name

RULES: Final = {
    "query-actor": "a public query takes keywords only, among them actor: Actor without a default",
    "query-scope": "a public query restricts what it reads by its actor",
}
# What in a body counts as restricting: a scope, a policy, a check of a right, or the actor's own identity.
_CALLS: Final = frozenset({"scoped", "scope", "is_allowed", "has", "authorize"})
_ENDINGS: Final = ("_scope",)
_BEGINNINGS: Final = ("can_", "authorize_", "scope_", "scoped_")
_OWN: Final = frozenset({"reach", "staff_id", "subject", "roles", "rights", "kind", "unit_id", "id"})


def check(tree: Tree) -> Iterator[Finding]:
    calls = Calls(tree)
    for source, node in calls.public("queries", single=_keywords_only):
        arguments = node.args
        actor = next(
            (
                argument
                for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
                if argument.arg == "actor" and default is None
            ),
            None,
        )
        annotated = actor is not None and isinstance(actor.annotation, ast.Name) and actor.annotation.id == "Actor"
        if not annotated or not _keywords_only(node):
            message = f"{node.name} takes keywords only and actor: Actor without a default"
            yield Finding(source.path, node.lineno, "query-actor", message)
        elif not _restricts(calls, source, node):
            yield Finding(source.path, node.lineno, "query-scope", f"{node.name} never restricts by its actor")


def _keywords_only(node: FunctionNode) -> bool:
    """With positional arguments it is a helper of its room, as long as nobody outside imports it."""
    return not (node.args.args or node.args.posonlyargs)


def _restricts(calls: Calls, source: Source, node: FunctionNode) -> bool:
    for where, reached in calls.reached(source, node):
        for part in ast.walk(reached):
            match part:
                case ast.Attribute(value=ast.Name(id="actor"), attr=name) if name in _OWN:
                    return True
                case ast.Call() if _scopes(called_name(part)) or _hands_on(calls, where, part):
                    return True
    return False


def _scopes(name: str) -> bool:
    return name in _CALLS or name.endswith(_ENDINGS) or name.startswith(_BEGINNINGS)


def _hands_on(calls: Calls, source: Source, call: ast.Call) -> bool:
    """Another room's query, or a provider (a method of something unknown here), given our actor, restricts itself."""
    given = any(keyword.arg == "actor" for keyword in call.keywords)
    target = calls.target(source, call.func)
    return given and (".queries." in f"{target}." or (not target and isinstance(call.func, ast.Attribute)))
