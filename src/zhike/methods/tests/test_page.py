"""The page that shows the methods at work says what they really give."""

import doctest
import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[4] / "docs" / "reference" / "methods.md"


def test_page__shows_what_its_examples_give() -> None:
    text = PAGE.read_text(encoding="utf-8")
    names: dict[str, object] = {}
    runner, said = doctest.DocTestRunner(), list[str]()
    for block in re.finditer(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        line = text[: block.start(1)].count("\n")
        example = doctest.DocTestParser().get_doctest(block[1], names, "methods.md", str(PAGE), line)
        runner.run(example, out=said.append, clear_globs=False)
        names = example.globs

    tried = runner.summarize(verbose=False)
    assert tried.attempted > 60
    assert not tried.failed, "".join(said)
