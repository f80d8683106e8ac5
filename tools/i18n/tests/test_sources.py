from pathlib import Path

import pytest

from tools.i18n.messages import Key, python_messages, source_findings, template_messages
from tools.i18n.visible import visible_findings


def _write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_python_messages__reads_contexts_and_plurals(tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        "a.py",
        'x = _("One " "line")\n'
        'y = translation.pgettext("case", "Open")\n'
        'z = ngettext("%(n)s parcel", "%(n)s parcels", n)\n'
        "w = gettext(stored)\n",
    )

    messages, findings = python_messages(path)

    assert [(message.key, message.plural, message.line) for message in messages] == [
        (Key("One line"), "", 1),
        (Key("Open", "case"), "", 2),
        (Key("%(n)s parcel"), "%(n)s parcels", 3),
    ]
    assert findings == []


@pytest.mark.parametrize("argument", ['f"late by {n}"', '"late by " + n', '"late by %s" % n'])
def test_python_messages__a_message_is_one_literal(tmp_path: Path, argument: str) -> None:
    messages, findings = python_messages(_write(tmp_path, "a.py", f"x = gettext({argument})\n"))

    assert messages == []
    assert [finding.rule for finding in findings] == ["message-literal"]


@pytest.mark.parametrize(
    ("msgid", "rules"),
    [
        ("Late by %s", ["message-placeholder"]),
        ("Late by {}", ["message-placeholder"]),
        ("迟到", ["message-english"]),
        ("Late ", ["message-space"]),
        ("Late by %(days)s, 5%% done", []),
    ],
)
def test_source_findings__asks_for_named_placeholders_in_english(tmp_path: Path, msgid: str, rules: list[str]) -> None:
    [message], _ = python_messages(_write(tmp_path, "a.py", f"x = _({msgid!r})\n"))

    assert [finding.rule for finding in source_findings(message)] == rules


def test_template_messages__reads_tags_blocks_and_constants(tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        "a.html",
        '<p title="{% translate "Hi 5%" context "greeting" %}">\n'
        '{% blocktranslate trimmed count n=x %}\n  One "item"\n{% plural %}\n  {{ n }} items\n{% endblocktranslate %}\n'
        "{{ x|default:_(\"none (yet)\") }}{% button label=_('Save it') %}{# {% translate 'no' %} #}</p>",
    )

    messages, findings = template_messages(path)

    assert [(message.key, message.plural, message.line) for message in messages] == [
        (Key("Hi 5%%", "greeting"), "", 1),
        (Key('One "item"'), "%(n)s items", 3),
        (Key("none (yet)"), "", 7),
        (Key("Save it"), "", 7),
    ]
    assert findings == []


def test_template_messages__names_a_tag_inside_a_block(tmp_path: Path) -> None:
    path = _write(tmp_path, "a.html", "{% blocktranslate %}a {% if x %}{% endblocktranslate %}")

    assert [finding.rule for finding in template_messages(path)[1]] == ["message-template"]


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>Save</p>", ["text 'Save'"]),
        ("<p>{{ x }}\n\n 保存 </p>", ["text '保存'"]),
        ("<p>{{ n }} items</p>", ["text 'items'"]),
        ('<a title="Open">1</a>', ["attribute title 'Open'"]),
        ('<input placeholder="{{ x }} or name">', ["attribute placeholder 'or name'"]),
        ('<input type="submit" value="Go on">', ["attribute value 'Go on'"]),
        ('<input type="hidden" value="go">', []),
        ("<p>{% translate 'Save' %} · 12 &times;</p>", []),
        ("<p>{% blocktranslate %}Save it{% endblocktranslate %}</p>", []),
        ("<p>{% comment %}Save{% endcomment %}{# Save #}<!-- Save --></p>", []),
        ("<script>let a = 1</script><kbd>Ctrl</kbd><code>x</code>", []),
        ("{% block body_class %}wide{% block fold %} folded{% endblock %}{% endblock %}", []),
        ('<span class="wide{% if x %} open{% endif %}">Zhike</span>', []),
    ],
)
def test_visible_findings__names_words_outside_translate_tags(tmp_path: Path, html: str, found: list[str]) -> None:
    findings = list(visible_findings(_write(tmp_path, "a.html", html)))

    assert [finding.message for finding in findings] == [f"{words} is not translated" for words in found]


def test_visible_findings__reads_arguments_of_components_and_counts_lines(tmp_path: Path) -> None:
    path = _write(tmp_path, "a.html", '<p>\n{% card title="Risk" kind="plain" %}\n<b>why</b>{{ x|yesno:"yes,no" }}')

    assert [(finding.line, finding.rule) for finding in sorted(visible_findings(path))] == [
        (2, "visible-text"),
        (3, "visible-text"),
        (3, "visible-text"),
    ]
