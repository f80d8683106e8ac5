"""No addresses of third parties, of registries, or of one machine."""

import configparser
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from tools.findings import Finding
from tools.lint.tree import Source, Tree

RULES: Final = {
    "third-party-address": "what the product calls is configured; addresses in sources are ours or reserved examples",
    "registry-host": "no package registry is named in the repository",
    "machine-path": "no path of one machine",
}
_URL: Final = re.compile(r"\b(?:https?|ftp|wss?)://(?P<host>[^\s/:\"'<>)\]}`|,]+)")
# What is no name (an odd address in a test of refusals) belongs to nobody.
_NAME: Final = re.compile(r"\.[A-Za-z][A-Za-z0-9-]*$")
# Names reserved for documentation, loopback, and namespaces that are never fetched.
_OURS: Final = re.compile(
    r"(?:^|\.)(?:example|test|invalid|localhost)$|^example\.(?:com|org|net)$|\.example\.(?:com|org|net)$"
    r"|^127\.0\.0\.1$|^\[?::1\]?$|^0\.0\.0\.0$|^www\.w3\.org$|^json-schema\.org$|[{%$*]|^(?:host|address|…)$"
)
_REGISTRIES: Final = re.compile(r"\b(?:registry\.npmjs|registry\.yarnpkg|(?:files\.)?pythonhosted|pypi)\.(?:org|com)\b")
_PATH: Final = re.compile(r"(?<![\w.:/])/(?:root|home|Users)/[a-z]\w*")
# Lock files name funding pages and repositories; their packages come without addresses.
_LOCKS: Final = frozenset({"package-lock.json", "requirements.lock"})


def check(tree: Tree) -> Iterator[Finding]:
    machine = _machine(tree.root)
    for source in tree.sources:
        # This file has to spell what it looks for.
        if source.path.parent.name == "lint" and source.path.stem == "addresses":
            continue
        for number, line in enumerate(source.lines, 1):
            for rule, message in _line(source, line, machine):
                yield Finding(source.path, number, rule, message)


def _line(source: Source, line: str, machine: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    if found := _REGISTRIES.search(line) or _registry_hosts().search(line):
        yield "registry-host", f"{found[0]} is a registry"
    if found := machine.search(line) or _PATH.search(line):
        yield "machine-path", f"{found[0]} is a path of one machine"
    if source.path.name in _LOCKS:
        if '"resolved"' in line or re.search(r"https?://\S+\.(?:whl|tar\.gz|tgz)", line):
            yield "registry-host", "a lock file names no address of a package"
        return
    if source.path.suffix == ".md":
        return
    for url in _URL.finditer(line):
        if _NAME.search(url["host"]) and not _OURS.search(url["host"]):
            yield "third-party-address", f"{url[0]}: configure it"


def _machine(root: Path) -> re.Pattern[str]:
    places = [re.escape(str(root)), *([re.escape(f"{home}/")] if (home := Path.home()) != Path("/") else [])]
    return re.compile("|".join(rf"(?<![\w.]){place}" for place in places))


@cache
def _registry_hosts() -> re.Pattern[str]:
    """Hosts that this machine's own package clients are set to, so that none of them gets into a file."""
    settings = {"PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "NPM_CONFIG_REGISTRY"}
    texts = [value for name, value in os.environ.items() if name.upper() in settings]
    for path in (Path("/etc/pip.conf"), Path.home() / ".config/pip/pip.conf", Path.home() / ".pip/pip.conf"):
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            parser.read(path, "utf-8")
        except (OSError, configparser.Error):
            continue
        texts += [value for section in parser.sections() for _name, value in parser.items(section)]
    npmrc = Path.home() / ".npmrc"
    texts.append(npmrc.read_text("utf-8") if npmrc.is_file() else "")
    hosts = {host for text in texts for host in re.findall(r"https?://(?:[^@/\s]*@)?([\w.-]+)", text)}
    return re.compile("|".join(map(re.escape, sorted(hosts - {"localhost", "127.0.0.1"}))) or r"(?!)")
