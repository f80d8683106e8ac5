from pathlib import Path

from tools import assets

DIST = Path(__file__).resolve().parents[1] / "static/dist"


def test_icons__every_icon_named_in_code_exists_in_the_sprite() -> None:
    assets.build()
    sprite = (DIST / "icons.svg").read_text("utf-8")
    missing = [name for name in assets.used_icons() if f'id="{name}"' not in sprite]
    assert missing == []


def test_build__an_unchanged_tree_is_skipped() -> None:
    assets.build()
    before = (DIST / "desk.css").stat().st_mtime_ns
    assert assets.build() is False
    assert (DIST / "desk.css").stat().st_mtime_ns == before


def test_build__the_customers_style_sheet_is_small_and_needs_no_new_browser() -> None:
    assets.build()
    text = (DIST / "portal.css").read_text("utf-8")
    assert len(text) < 15_000
    assert "light-dark(" not in text
    assert "prefers-color-scheme" in text


def test_lock__names_no_registry() -> None:
    assert '"resolved"' not in (assets.ROOT / "package-lock.json").read_text("utf-8")
