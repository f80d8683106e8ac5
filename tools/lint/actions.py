"""Every public action is decorated, takes keywords, an actor and the time, and authorizes and records."""

import ast
from collections.abc import Iterator
from typing import Final

from tools.findings import Finding
from tools.lint.calls import Calls
from tools.lint.tree import FunctionNode, Source, Tree, called_name

RULES: Final = {
    "action-signature": "a public action is decorated by @action and takes only keywords, actor and now among them",
    "action-authorizes": "an action calls authorize and audit.record, itself, through a helper or another action",
    "action-order": "an action authorizes before it writes",
}
_DUTIES: Final = frozenset({"authorize", "audit.record"})
_ROW_WRITES: Final = frozenset({"save", "delete"})
_SET_WRITES: Final = frozenset(
    {"create", "bulk_create", "bulk_update", "update", "delete", "get_or_create", "update_or_create"}
)


def check(tree: Tree) -> Iterator[Finding]:
    calls = Calls(tree)
    actions = {
        id(node): (source, node)
        for source in tree.python
        if source.room and not source.is_test
        for node in source.functions()
        if _is_action(node)
    }
    for source, node in calls.public("actions", single=lambda _node: True):
        if not _is_action(node):
            yield Finding(source.path, node.lineno, "action-signature", f"{node.name} is not decorated by @action")
        actions[id(node)] = (source, node)
    for source, node in actions.values():
        yield from _signature(source, node)
        yield from _duties(calls, source, node)
        yield from _order(source, node)


def _is_action(node: FunctionNode) -> bool:
    return any(isinstance(decorator, ast.Name) and decorator.id == "action" for decorator in node.decorator_list)


def _signature(source: Source, node: FunctionNode) -> Iterator[Finding]:
    arguments = node.args
    if arguments.args or arguments.posonlyargs or arguments.vararg or arguments.kwarg:
        yield Finding(source.path, node.lineno, "action-signature", f"{node.name} takes keywords only")
    required = {
        argument.arg: argument.annotation
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is None
    }
    for name, kind in (("actor", "Actor"), ("now", "datetime")):
        annotation = required.get(name)
        if not (isinstance(annotation, ast.Name) and annotation.id == kind):
            message = f"{node.name} takes {name}: {kind} without a default"
            yield Finding(source.path, node.lineno, "action-signature", message)


def _duties(calls: Calls, source: Source, node: FunctionNode) -> Iterator[Finding]:
    done: set[str] = set()
    for where, reached in calls.reached(source, node):
        for call in ast.walk(reached):
            if isinstance(call, ast.Call):
                done |= _done_by(calls, where, call)
    for duty in sorted(_DUTIES - done):
        yield Finding(source.path, node.lineno, "action-authorizes", f"{node.name} never calls {duty}")


def _done_by(calls: Calls, source: Source, call: ast.Call) -> frozenset[str]:
    target = calls.target(source, call.func)
    if called_name(call).startswith("authorize"):
        return frozenset({"authorize"})
    if target.startswith("zhike.platform.audit.") and called_name(call).startswith("record"):
        return frozenset({"audit.record"})
    # Another action, given our actor, authorizes and records by its own contract.
    other = calls.function(target)
    given = any(keyword.arg == "actor" for keyword in call.keywords)
    return _DUTIES if other and given and _is_action(other[1]) else frozenset()


def _order(source: Source, node: FunctionNode) -> Iterator[Finding]:
    writes, checks = [], []
    for call in ast.walk(node):
        if not isinstance(call, ast.Call):
            continue
        name = called_name(call)
        if name.startswith("authorize"):
            checks.append(call.lineno)
        elif isinstance(call.func, ast.Attribute) and _writes(name, call.func.value):
            writes.append(call.lineno)
    if writes and checks and min(writes) < min(checks):
        yield Finding(source.path, min(writes), "action-order", f"{node.name} writes before it authorizes")


def _writes(name: str, value: ast.expr) -> bool:
    """`row.save()` and `Row.objects.…update()`; a dictionary's update is none."""
    return (name in _ROW_WRITES and isinstance(value, ast.Name)) or (
        name in _SET_WRITES and ".objects" in ast.unparse(value)
    )
