"""Contract types for import-linter: the doors of rooms, and the few places of a third-party package."""

from collections.abc import Collection, Iterator
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

Broken = tuple[str, str, tuple[int, ...]]


class RoomsContract(Contract):
    """
    Rooms are the direct children of the given wings, and inside them whatever is an app of its own (connectors/mail).

    Options: `wings`; either `public` (modules that others may import) or `private` (modules that they may not);
    `exceptions`, lines such as `zhike.doors.api -> api` (that package may import the module `api` of any room).
    Tests may import any module of a lower room; nothing but tests may import tests.
    """

    type_name = "rooms"

    wings = fields.ListField(subfield=fields.StringField())
    public = fields.SetField(subfield=fields.StringField(), required=False)
    private = fields.SetField(subfield=fields.StringField(), required=False)
    exceptions = fields.SetField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 -- prescribed by the base class
        exceptions = {tuple(part.strip() for part in line.split("->")) for line in _names(self.exceptions)}
        broken: list[Broken] = []
        for wing in _names(self.wings):
            for room, modules in _rooms(graph, wing):
                for imported in sorted(modules):
                    part = imported.removeprefix(room).removeprefix(".").split(".")[0]
                    for importer in sorted(graph.find_modules_that_directly_import(imported)):
                        if _inside(importer, room) or self._allowed(part, importer, exceptions):
                            continue
                        broken.append(_broken(graph, importer, imported))
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        _render(check)

    def _allowed(self, part: str, importer: str, exceptions: set[tuple[str, ...]]) -> bool:
        if ".tests." in f"{importer}.":
            return True
        if part == "tests":
            return False
        if any(_inside(importer, package) and part == module for package, module in exceptions):
            return True
        public = _names(self.public)
        return part in public if public else part not in _names(self.private)


class OnlyInContract(Contract):
    """Third-party `packages` are imported by modules inside `importers` only, whether or not these exist yet."""

    type_name = "only_in"

    packages = fields.ListField(subfield=fields.StringField())
    importers = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 -- prescribed by the base class
        broken = [
            _broken(graph, importer, package)
            for package in _names(self.packages)
            if package in graph.modules
            for importer in sorted(graph.find_modules_that_directly_import(package))
            if not any(_inside(importer, allowed) for allowed in _names(self.importers))
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        _render(check)


def _rooms(graph: ImportGraph, wing: str) -> Iterator[tuple[str, set[str]]]:
    """Each room of a wing with its modules; a child with an app of its own stands apart from its parent."""
    for room in sorted(graph.find_children(wing)) if wing in graph.modules else ():
        modules = {room, *graph.find_descendants(room)}
        for child in sorted(graph.find_children(room)):
            if f"{child}.apps" in modules:
                own = {child, *graph.find_descendants(child)}
                modules -= own
                yield child, own
        yield room, modules


def _names(option: object) -> Collection[str]:
    """The value that import-linter has put in the place of a contract's field."""
    return cast("Collection[str] | None", option) or ()


def _broken(graph: ImportGraph, importer: str, imported: str) -> Broken:
    details = graph.get_import_details(importer=importer, imported=imported)
    return importer, imported, tuple(detail["line_number"] for detail in details)


def _render(check: ContractCheck) -> None:
    for importer, imported, lines in check.metadata["broken"]:
        where = ", ".join(f"l.{line}" for line in lines)
        output.print_error(f"- {importer} must not import {imported} ({where})", bold=False)
    output.new_line()


def _inside(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")
