"""What a browser would send for the forms of a page."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(slots=True)
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    # Those that take whatever is typed.
    typed: list[str] = field(default_factory=list)


class Forms(HTMLParser):
    """The forms of a page with what stands in them, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            method = "post" if "hx-post" in given else given.get("method", "get").lower()
            self.found.append(Form(given.get("hx-post") or given.get("action", ""), method))
        elif not self.found:
            return
        elif tag == "input" and given.get("name") and given.get("type") not in {"file", "submit"}:
            if given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                self.found[-1].fields[given["name"]] = given.get("value", "")
            if given.get("type", "text") not in {"checkbox", "radio", "hidden"}:
                self.found[-1].typed.append(given["name"])
        elif tag == "select" and given.get("name"):
            self._select = given["name"]
        elif tag == "option" and self._select and ("selected" in given or self._select not in self.found[-1].fields):
            self.found[-1].fields[self._select] = given.get("value", "")
        elif tag == "textarea" and given.get("name"):
            self._area = given["name"]
            self.found[-1].fields[self._area] = ""
            self.found[-1].typed.append(self._area)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[-1].fields[self._area] += data
