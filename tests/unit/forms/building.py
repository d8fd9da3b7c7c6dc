"""Small definitions for the tests of forms, and a browser's view of a rendered page."""

from html.parser import HTMLParser
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from forms.definition import Choice, FormDefinition, parse

PAGE = Environment(loader=PackageLoader("forms"), autoescape=True, undefined=StrictUndefined)


def wording(text: str) -> dict[str, str]:
    return {"zh": f"{text}（中）", "en": text}


def component(type_: str, key: str = "a", **more: Any) -> dict[str, Any]:
    return {"type": type_, "key": key, "label": wording(key.upper()), **more}


def form_of(*components: dict[str, Any], **more: Any) -> FormDefinition:
    return parse({"key": "test_form", "title": wording("Test"), "components": list(components), **more})


CHOICES = {
    name: [Choice.of("c1", "甲 <b>One</b>"), Choice.of("c2", "Two")]
    for name in ("customers", "contacts", "products", "mine")
}


def page_of(view: Any, **more: Any) -> str:
    return str(PAGE.get_template("forms/form.html").module.form(view, "/post", **more))  # type: ignore[attr-defined]


def _is_posted(given: dict[str, str | None]) -> bool:
    kind = given.get("type")
    return "checked" in given if kind in {"checkbox", "radio"} else kind != "file"


class _Reader(HTMLParser):
    """Collects what a browser without scripts would post."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.posted: dict[str, list[str]] = {}
        self.template = 0
        self.select: str | None = None
        self.textarea: tuple[str, list[str]] | None = None

    def add(self, name: str | None, value: str) -> None:
        if name and not self.template:
            self.posted.setdefault(name, []).append(value)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "template":
            self.template += 1
        elif tag == "select":
            self.select = given.get("name")
        elif tag == "option" and "selected" in given:
            self.add(self.select, given.get("value") or "")
        elif tag == "textarea":
            self.textarea = (given.get("name") or "", [])
        elif tag == "input" and _is_posted(given):
            self.add(given.get("name"), given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self.template -= 1
        elif tag == "textarea" and self.textarea:
            name, parts = self.textarea
            # A browser drops the line feed after the tag and sends CR LF.
            self.add(name, "".join(parts).removeprefix("\n").replace("\n", "\r\n"))
            self.textarea = None

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.textarea[1].append(data)


def posted_by(html: str) -> dict[str, list[str]]:
    reader = _Reader()
    reader.feed(html)
    return reader.posted
