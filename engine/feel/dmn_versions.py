"""DMN 1.2, 1.4 and 1.5 as 1.3, which the decision editor reads; what cannot be said in 1.3 is named, never dropped.

The versions differ in the names of their namespaces, in the boxed expressions that 1.4 added and in the type constraint
of 1.5 (OMG formal/2021-03-01, formal/2024-01-01, annexes of changes). Only those names are rewritten, in the text as it
stands: comments, spaces and the order of attributes stay.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from engine.errors import FieldProblem
from engine.feel.dmn_source import Reader, line_of, local_name, near_id, read_root

EDITED = "1.3"
_MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"
_VERSIONS = {"20180521": "1.2", "20191111": "1.3", "20211108": "1.4", "20230324": "1.5"}
_LATER = frozenset({"conditional", "filter", "for", "some", "every", "typeConstraint"})
_TO_1_3 = {
    "MODEL": _MODEL,
    "FEEL": "https://www.omg.org/spec/DMN/20191111/FEEL/",
    "DMNDI": "https://www.omg.org/spec/DMN/20191111/DMNDI/",
    # The drawing's own two kept their names in 1.3.
    "DC": "http://www.omg.org/spec/DMN/20180521/DC/",
    "DI": "http://www.omg.org/spec/DMN/20180521/DI/",
}
_NAME = rf"https?://www\.omg\.org/spec/DMN/(?:{'|'.join(_VERSIONS)})/(MODEL|FEEL|DMNDI|DC|DI)/?"
_WHOLE_NAME = re.compile(_NAME)
_ATTRIBUTE = re.compile(
    rf"""(\s(?:xmlns(?::[\w.-]+)?|expressionLanguage|typeLanguage)\s*=\s*)(["']){_NAME}\2""".encode()
)


@dataclass(frozen=True)
class Obstacle:
    """An element that DMN 1.3 does not have, and what holds it."""

    element_id: str | None
    line: int | None
    kind: str
    holder: str

    def problem(self) -> FieldProblem:
        """Return what stands in the way, as a sentence."""
        if self.kind == "text":
            return FieldProblem("A text in the file looks like the name of a version of DMN.", code="dmn_text")
        return FieldProblem(
            "“{name}” holds “{kind}” (line {line}), which came after DMN 1.3.",
            code="dmn_later",
            name=self.holder or self.element_id or "",
            kind=self.kind,
            line=self.line or 1,
        )


@dataclass(frozen=True)
class Edition:
    """A file as DMN 1.3.

    Args:
        version: the file's own, such as ``1.5``.
        content: the same in 1.3; the file as it is where there are obstacles.
    """

    version: str
    content: bytes
    obstacles: tuple[Obstacle, ...]

    @property
    def is_rewritten(self) -> bool:
        """Whether the content differs from the file."""
        return self.version != EDITED and not self.obstacles


def as_edited(source: bytes) -> Edition:
    """Return a decision file as the editor reads it.

    Raises:
        DecisionError: it is no DMN of a version that is read here.
    """
    root = read_root(source)
    namespace = etree.QName(root).namespace or ""
    version = next(name for date, name in _VERSIONS.items() if date in namespace)
    obstacles = tuple(_obstacles(Reader(namespace), root))
    if version == EDITED or obstacles:
        return Edition(version, source, obstacles)
    content = _ATTRIBUTE.sub(lambda found: found[1] + found[2] + _TO_1_3[found[3].decode()].encode() + found[2], source)
    # A text may say what looks like an attribute: then nothing is rewritten, and the file stays a text.
    if not _is_same(root, read_root(content)):
        return Edition(version, source, (Obstacle(None, None, "text", ""),))
    return Edition(version, content, ())


def _obstacles(reader: Reader, root: etree._Element) -> Iterator[Obstacle]:
    for element in root.iter(*(f"{{{reader.namespace}}}{name}" for name in sorted(_LATER))):
        holder = element.getparent()
        while holder is not None and not holder.get("name"):
            holder = holder.getparent()
        name = "" if holder is None else holder.get("name", "")
        yield Obstacle(near_id(element), line_of(element), local_name(element), name)


def _is_same(one: etree._Element, other: etree._Element) -> bool:
    """Whether two trees say the same, apart from the names of the version."""
    left, right = list(one.iter()), list(other.iter())
    return len(left) == len(right) and all(_said(a) == _said(b) for a, b in zip(left, right, strict=True))


def _said(element: etree._Element) -> tuple[object, ...]:
    attributes = {name: _neutral(str(value)) for name, value in element.attrib.items()}
    tag = etree.QName(element)
    return _neutral(tag.namespace or ""), tag.localname, attributes, element.text, element.tail, len(element)


def _neutral(name: str) -> str:
    found = _WHOLE_NAME.fullmatch(name)
    return _TO_1_3[found[1]] if found else name
