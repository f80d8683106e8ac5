"""Following calls, for rules about what a function does directly or through helpers of its room."""

import ast
from collections.abc import Callable, Iterator
from functools import cached_property

from tools.lint.tree import FunctionNode, Source, Tree

Found = tuple[Source, FunctionNode]


class Calls:
    """Functions of the whole tree by dotted name, and what each module calls by which name."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._imports: dict[str, dict[str, str]] = {}
        self._functions = {
            f"{source.module}.{node.name}": (source, node)
            for source in tree.python
            if source.module and not source.is_test
            for node in source.functions()
        }

    def reached(self, source: Source, function: FunctionNode) -> Iterator[Found]:
        """The function itself and every function of its room that it calls, directly or not."""
        seen: set[int] = set()
        waiting = [(source, function)]
        while waiting:
            where, node = waiting.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            yield where, node
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and (found := self.function(self.target(where, call.func))):
                    waiting += [found] if found[0].room == source.room else []

    def function(self, name: str) -> Found | None:
        return self._functions.get(name)

    def target(self, source: Source, function: ast.expr) -> str:
        """Dotted name of what is called, as far as imports tell, behind the re-exports of packages; '' if unknown."""
        match function:
            case ast.Name(id=name):
                return self._behind(self.imports(source).get(name, f"{source.module}.{name}"))
            case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                package = self.imports(source).get(name)
                return self._behind(f"{package}.{attribute}") if package else ""
            case _:
                return ""

    def imports(self, source: Source) -> dict[str, str]:
        if source.module not in self._imports:
            self._imports[source.module] = imported_names(source)
        return self._imports[source.module]

    @cached_property
    def from_outside(self) -> set[str]:
        """Dotted names that modules import from rooms which are not their own; tests do not count."""
        names: set[str] = set()
        for source in self.tree.python:
            if source.is_test or not source.module:
                continue
            own = source.room.package if source.room else source.module
            names |= {
                self._behind(name) for name in self.imports(source).values() if not f"{name}.".startswith(f"{own}.")
            }
        return names

    def public(self, part: str, *, single: Callable[[FunctionNode], bool]) -> Iterator[Found]:
        """
        Functions by which others enter `part` ("actions", "queries") of a room.

        In a single file those that `single` accepts; in a package those that its `__init__` exports. In both, whatever
        a module outside the room imports.
        """
        for source in self.tree.in_wings():
            if source.part != part or source.room is None:
                continue
            package = f"{source.room.package}.{part}"
            exported = self._exported(package)
            for node in source.functions():
                name = f"{source.module}.{node.name}"
                shown = single(node) if source.module == package else name in exported
                if name in self.from_outside or (shown and not node.name.startswith("_")):
                    yield source, node

    def _exported(self, package: str) -> set[str]:
        init = self.tree.by_module.get(package)
        return set(self.imports(init).values()) if init and init.path.name == "__init__.py" else set()

    def _behind(self, name: str) -> str:
        package, _dot, attribute = name.rpartition(".")
        init = self.tree.by_module.get(package)
        if init and init.path.name == "__init__.py" and name not in self._functions:
            return self.imports(init).get(attribute, name)
        return name


def imported_names(source: Source) -> dict[str, str]:
    """Name in the module → dotted name of what it stands for."""
    names: dict[str, str] = {}
    for node in ast.walk(source.ast):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.asname: alias.name for alias in node.names if alias.asname}
    return names
