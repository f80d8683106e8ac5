"""The sources as the rules see them: parsed once, with wing, room and part of the room."""

import ast
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

WINGS: Final = ("record", "service", "voice", "insight", "improve", "grow", "people", "doors")
_TEXT: Final = frozenset({".py", ".html", ".js", ".css", ".toml", ".sh", ".md", ".yml", ".yaml", ".json", ".txt", ""})

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Room:
    """`package` is the dotted name; the platform's packages are rooms whose wing is "platform"."""

    package: str
    wing: str
    name: str


@dataclass
class Source:
    path: Path
    module: str = ""
    room: Room | None = None
    # The file or folder of the room that this source is (in): "actions", "queries", "tests", …
    part: str = ""

    @cached_property
    def text(self) -> str:
        try:
            return self.path.read_text("utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            return ""

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def ast(self) -> ast.Module:
        """Empty where the file does not parse: ruff says so, and the other files are still checked."""
        try:
            return ast.parse(self.text if self.path.suffix == ".py" else "", str(self.path))
        except SyntaxError:
            return ast.Module([], [])

    @property
    def is_test(self) -> bool:
        return "tests" in self.path.parts or self.path.name.startswith("conftest")

    def functions(self) -> Iterator[FunctionNode]:
        """Functions at module level."""
        yield from (node for node in self.ast.body if isinstance(node, FunctionNode))


@dataclass
class Tree:
    root: Path
    sources: list[Source] = field(default_factory=list)

    @cached_property
    def python(self) -> list[Source]:
        return [source for source in self.sources if source.path.suffix == ".py" and "migrations" not in _parts(source)]

    @cached_property
    def by_module(self) -> dict[str, Source]:
        return {source.module: source for source in self.python if source.module}

    def in_wings(self) -> Iterator[Source]:
        """Python sources of rooms, without tests and without the platform."""
        for source in self.python:
            if source.room and source.room.wing != "platform" and not source.is_test:
                yield source


def read_tree(root: Path, paths: Iterable[Path] | None = None) -> Tree:
    """Every text file that git knows or would take in; the given files instead in tests."""
    tree = Tree(root)
    for path in sorted(set(_listed(root) if paths is None else paths)):
        if path.suffix in _TEXT and path.is_file():
            tree.sources.append(_source(root, path))
    return tree


def _listed(root: Path) -> list[Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    output = subprocess.run(command, cwd=root, capture_output=True, check=True, text=True).stdout
    return [root / name for name in output.split("\0") if name]


def _source(root: Path, path: Path) -> Source:
    match path.relative_to(root).with_suffix("").parts:
        case ("src", "zhike", "doors", "connectors", room, part, *rest) if _is_room(root, room):
            package = f"zhike.doors.connectors.{room}"
            module = ".".join([package, part, *rest]).removesuffix(".__init__")
            return Source(path, module, Room(package, "doors", room), part)
        case ("src", "zhike", wing, room, part, *rest) if wing in WINGS or wing == "platform":
            package = f"zhike.{wing}.{room}"
            module = ".".join([package, part, *rest]).removesuffix(".__init__")
            return Source(path, module, Room(package, wing, room), part)
        case ("src", "zhike", "demo", part, *rest):
            module = ".".join(["zhike.demo", part, *rest]).removesuffix(".__init__")
            return Source(path, module, Room("zhike.demo", "demo", "demo"), part)
        case ("src", *rest):
            return Source(path, ".".join(rest).removesuffix(".__init__"))
        case _:
            return Source(path)


def _is_room(root: Path, name: str) -> bool:
    """Whether a folder of the connectors is a room of its own: one that has tables and pages."""
    return (root / "src" / "zhike" / "doors" / "connectors" / name / "apps.py").exists()


def _parts(source: Source) -> tuple[str, ...]:
    return source.path.parts


def called_name(node: ast.AST) -> str:
    """`record` for `audit.record(…)`, `authorize` for `authorize(…)`, '' for anything else."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Call(func=ast.Name(id=name)):
            return name
        case _:
            return ""
