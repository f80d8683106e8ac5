import gettext
import os
from pathlib import Path

import pytest

from tools.i18n.catalogues import App, check, compile_catalogues, extract, gather

HEADER = (
    'msgid ""\nmsgstr ""\n"Language: {locale}\\n"\n"MIME-Version: 1.0\\n"\n'
    '"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
    '"Plural-Forms: nplurals=1; plural=0;\\n"\n'
)


def _tree(root: Path, **apps: str) -> list[App]:
    for name, source in apps.items():
        (root / name).mkdir(exist_ok=True)
        (root / name / "apps.py").touch()
        (root / name / "types.py").write_text(source, "utf-8")
    return gather(root, root / "rest")


def _translate(app: App, **texts: str) -> None:
    for locale, body in texts.items():
        path = app.catalogue(locale)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{HEADER.format(locale=locale)}\n{body}", "utf-8")


def _rules(apps: list[App]) -> list[str]:
    return sorted({finding.rule for finding in check(apps)})


def test_extract__adds_what_is_new_keeps_translations_and_drops_the_unused(tmp_path: Path) -> None:
    [app] = _tree(tmp_path, cases='_("Zebra crossing")\nngettext("%(n)s lorry", "%(n)s lorries", 2)\n')
    _translate(app, zh_Hans='msgid "Gone lorry"\nmsgstr "无"\n\nmsgid "Zebra crossing"\nmsgstr "斑马线"\n')

    changed = extract(app, [app])

    assert changed == [app.catalogue("zh_Hans"), app.catalogue("zh_Hant")]
    assert app.catalogue("zh_Hans").read_text("utf-8") == HEADER.format(locale="zh_Hans") + (
        '\nmsgid "%(n)s lorry"\nmsgid_plural "%(n)s lorries"\nmsgstr[0] ""\n\nmsgid "Zebra crossing"\nmsgstr "斑马线"\n'
    )
    assert extract(app, [app]) == []


def test_extract__does_not_ask_again_for_what_another_app_translates(tmp_path: Path) -> None:
    first, second = _tree(tmp_path, cases='_("Zebra crossing")\n', claims='_("Zebra crossing")\n')
    _translate(first, zh_Hans='msgid "Zebra crossing"\nmsgstr "斑马线"\n')

    assert extract(second, [first, second]) == [second.catalogue("zh_Hant")]
    assert not second.catalogue("zh_Hans").exists()


def test_gather__gives_modules_outside_apps_to_the_rest(tmp_path: Path) -> None:
    (tmp_path / "errors.py").write_text('_("Gone lorry")\n', "utf-8")

    apps = _tree(tmp_path, cases="")

    assert [(app.folder.name, len(app.messages)) for app in apps] == [("cases", 0), ("rest", 1)]


@pytest.mark.parametrize(
    ("hans", "hant", "rules"),
    [
        ("斑马线%(n)s", "斑馬線%(n)s", []),
        ("斑马线%(n)s", "", ["translation-missing"]),
        ("斑马线%(m)s", "斑馬線%(n)s", ["translation-placeholder"]),
        ("斑馬線%(n)s", "斑馬線%(n)s", ["translation-wording"]),
    ],
)
def test_check__judges_each_translation(tmp_path: Path, hans: str, hant: str, rules: list[str]) -> None:
    apps = _tree(tmp_path, cases='_("Zebra crossing %(n)s")\n')
    bodies = {"zh_Hans": hans, "zh_Hant": hant}
    _translate(
        apps[0], **{locale: f'msgid "Zebra crossing %(n)s"\nmsgstr "{text}"\n' for locale, text in bodies.items()}
    )

    assert _rules(apps) == rules


def test_check__fuzzy_and_unused_entries_do_not_count(tmp_path: Path) -> None:
    apps = _tree(tmp_path, cases='_("Zebra crossing")\n')
    _translate(
        apps[0],
        zh_Hans='#, fuzzy\nmsgid "Zebra crossing"\nmsgstr "斑马线"\n',
        zh_Hant='msgid "Zebra crossing"\nmsgstr "斑馬線"\n\nmsgid "Gone lorry"\nmsgstr "無"\n',
    )

    assert _rules(apps) == ["translation-missing", "translation-unused"]


def test_check__one_message_has_one_translation_unless_a_context_parts_them(tmp_path: Path) -> None:
    apps = _tree(tmp_path, cases='_("Zebra crossing")\n', claims='_("Zebra crossing")\n')
    for app, text in zip(apps, ("斑马线", "横道线"), strict=True):
        _translate(app, zh_Hans=f'msgid "Zebra crossing"\nmsgstr "{text}"\n')

    assert "translation-differs" in _rules(apps)


def test_check__django_translates_its_own(tmp_path: Path) -> None:
    assert _rules(_tree(tmp_path, cases='_("This field is required.")\n')) == []


def test_compile_catalogues__writes_what_gettext_reads_and_only_when_older(tmp_path: Path) -> None:
    apps = _tree(tmp_path, cases='_("Zebra crossing")\n')
    _translate(apps[0], zh_Hans='msgctxt "road"\nmsgid "Zebra crossing"\nmsgstr "斑马线"\n')
    compiled = apps[0].catalogue("zh_Hans").with_suffix(".mo")

    assert compile_catalogues(tmp_path) == 1
    with compiled.open("rb") as file:
        assert gettext.GNUTranslations(file).pgettext("road", "Zebra crossing") == "斑马线"
    assert compile_catalogues(tmp_path) == 0
    os.utime(apps[0].catalogue("zh_Hans"), (2**31, 2**31))
    assert compile_catalogues(tmp_path) == 1
