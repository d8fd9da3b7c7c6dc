"""BPMN files as lxml trees: a parser that opens nothing, fetches nothing and expands nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
MAX_BYTES = 2_000_000

Node = Any
"""An lxml element; its stubs are too loose to help here."""


class DocumentError(Exception):
    """The bytes are no BPMN file that may be read; ``code`` says why, ``line`` where."""

    def __init__(self, code: str, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.line = line


def parse(content: bytes) -> Node:
    """Return the root of a BPMN file.

    Raises:
        DocumentError: too large, a DOCTYPE, not well-formed, or not BPMN.
    """
    root = parse_any(content)
    if root.tag != f"{{{BPMN}}}definitions":
        raise DocumentError("not_bpmn", str(root.tag), root.sourceline)
    return root


def parse_any(content: bytes) -> Node:
    """Return the root of an XML file that comes from a person, whatever it holds.

    Raises:
        DocumentError: too large, a DOCTYPE, or not well-formed.
    """
    if len(content) > MAX_BYTES:
        raise DocumentError("too_large", f"{len(content)} bytes")
    # A DOCTYPE is refused before libxml2 sees it: entity definitions are where its bombs live. Other encodings than
    # UTF-8 could hide the word, hence the check of the parsed document as well.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise DocumentError("doctype", "DOCTYPE")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root: Node = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise DocumentError("not_xml", str(error), line) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise DocumentError("doctype", "DOCTYPE")
    return root


def kind(node: Node) -> str:
    """Return the BPMN name of an element (``userTask``), or "" for foreign elements."""
    tag = node.tag
    return tag[len(BPMN) + 2 :] if isinstance(tag, str) and tag.startswith(f"{{{BPMN}}}") else ""


def children(node: Node, *names: str) -> list[Node]:
    """Return the direct BPMN children, of these names if any are given."""
    return [child for child in node if (found := kind(child)) and (not names or found in names)]


def descendants(node: Node, *names: str) -> Iterator[Node]:
    """Yield BPMN elements of these names at any depth, in document order."""
    yield from node.iter(*(f"{{{BPMN}}}{name}" for name in names))


def text_of(node: Node, name: str) -> str | None:
    """Return the stripped text of the first such child, None if there is no child or no text."""
    for child in children(node, name):
        return (child.text or "").strip() or None
    return None


def properties(node: Node) -> Mapping[str, str]:
    """Return the ``spiffworkflow:property`` settings of an element."""
    found: dict[str, str] = {}
    for extension in children(node, "extensionElements"):
        for block in extension.findall(f"{{{SPIFF}}}properties"):
            for entry in block.findall(f"{{{SPIFF}}}property"):
                name = entry.get("name")
                if name:
                    found[name] = entry.get("value") or ""
    return found
