import re
from itertools import combinations
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[1] / "frontend/css"
TOKEN = re.compile(r"--zk-([a-z0-9-]+):\s*light-dark\((#[0-9A-F]{6}), (#[0-9A-F]{6})\);")
HEX = re.compile(r"(?<![&\w])#[0-9a-fA-F]{3,8}\b(?![\w-])")
UI = CSS.parents[1]
TEXT = 4.5
MARK = 3.0
# Viénot, Brettel and Mollon 1999: what is left of linear RGB without one kind of cone.
BLINDNESS = {
    "protan": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, -0.0), (0.00401, -0.00401, 1.0)),
    "deutan": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, -0.0), (-0.02234, 0.02234, 1.0)),
    "tritan": ((1.01277, 0.13548, -0.14826), (-0.01243, 0.86812, 0.14431), (0.07589, 0.80500, 0.11911)),
}


def tokens() -> dict[str, tuple[str, str]]:
    return {name: (light, dark) for name, light, dark in TOKEN.findall((CSS / "tokens.css").read_text("utf-8"))}


def linear(colour: str) -> tuple[float, float, float]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return red, green, blue


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: tuple[float, float, float]) -> tuple[float, float, float]:
    matrix = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.9505, 1.0, 1.089)
    scaled = [sum(m * c for m, c in zip(row, rgb, strict=True)) / w for row, w in zip(matrix, white, strict=True)]
    x, y, z = (max(v, 0.0) ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in scaled)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def seen(colour: str, blindness: str) -> tuple[float, float, float]:
    rgb = linear(colour)
    red, green, blue = (sum(m * c for m, c in zip(row, rgb, strict=True)) for row in BLINDNESS[blindness])
    return lab((red, green, blue))


TEXTS = [
    (text, ground)
    for ground in ("canvas", "surface", "inside")
    for text in ("ink", "ink-2", "ink-3", "act", "ok", "pause", "better", "worse", "breach", "warn")
] + [("warn", "warn-tint"), ("breach-text", "breach"), ("surface", "act")]


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_tokens__text_has_contrast(text: str, ground: str, theme: int) -> None:
    found = tokens()
    assert contrast(found[text][theme], found[ground][theme]) >= TEXT


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("mark", ["edge", "series-1", "series-2", "series-3", "series-4"])
@pytest.mark.parametrize("ground", ["canvas", "surface"])
def test_tokens__edges_and_series_have_contrast(mark: str, ground: str, theme: int) -> None:
    found = tokens()
    assert contrast(found[mark][theme], found[ground][theme]) >= MARK


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("blindness", sorted(BLINDNESS))
def test_tokens__series_stay_apart_for_the_colour_blind(blindness: str, theme: int) -> None:
    found = tokens()
    for one, other in combinations(range(1, 5), 2):
        a, b = (seen(found[f"series-{n}"][theme], blindness) for n in (one, other))
        assert sum((p - q) ** 2 for p, q in zip(a, b, strict=True)) ** 0.5 >= 12, (one, other)


def test_tokens__no_other_file_of_the_interface_writes_a_colour() -> None:
    files = [path for pattern in ("*.css", "*.js", "*.html", "*.py") for path in UI.rglob(pattern)]
    wrong = [
        f"{path.name}: {found[0]}"
        for path in files
        if path.name != "tokens.css" and "dist" not in path.parts and "tests" not in path.parts
        for line in path.read_text("utf-8").splitlines()
        for found in HEX.finditer(line)
        if len(found[0]) in {4, 7, 9} and not re.search(r"""(href|url|=)["'(]?#|#zk-|"#""", line)
    ]
    assert wrong == []


def test_tokens__every_value_of_the_design_is_there() -> None:
    assert len(tokens()) == 21


def test_pages__carry_no_inline_script_or_style() -> None:
    for path in UI.rglob("templates/**/*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|hx-on|<script(?![^>]*\ssrc=)", text), path.name
