"""Everything of a BPMN file that means something, told so that two files can be compared."""

import re
from collections import Counter

from lxml import etree

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
REFERENCES_TO_FLOWS = {"incoming", "outgoing"}
"""Written anew from the sequence flows at each save."""

SAYS_NOTHING = {
    "cancelActivity": "true", "isInterrupting": "true", "isSequential": "false", "isForCompensation": "false",
    "isCollection": "false", "implementation": "##WebService", "behavior": "All", "gatewayDirection": "Unspecified",
    "processType": "None", "isClosed": "false", "instantiate": "false", "textFormat": "text/plain",
    "messageVisibleKind": "initiating",
}  # fmt: skip
"""What the standard says is so anyway."""

SAME = {"messagePath": "formalExpression", "dataPath": "formalExpression", "expression": "formalExpression"}
"""Names that the standard and bpmn-js give to the same child."""


def contents(xml: str | bytes) -> Counter[tuple[str, ...]]:
    """Return each element with its owner and text, and each of its attributes, how often it is there."""
    found: Counter[tuple[str, ...]] = Counter()
    root = etree.fromstring(xml.encode() if isinstance(xml, str) else xml)
    for each in root.iter("{*}*"):
        owner = next((up.get("id") for up in (each, *each.iterancestors()) if up.get("id")), "")
        text = (each.text or "").strip() if not len(each) else ""
        name = etree.QName(each)
        tag = f"{{{name.namespace}}}{SAME.get(name.localname, name.localname)}"
        found[tag, owner, text] += 1
        for key, value in each.attrib.items():
            if not key.startswith(XSI) and SAYS_NOTHING.get(key) != value:
                found[tag, owner, key, _number(value)] += 1
    return found


def _number(value: str) -> str:
    """Return a number as the shortest text for it: coordinates are written anew."""
    return f"{float(value):g}" if re.fullmatch(r"-?\d+\.\d+", value) else value


def lost(before: str | bytes, after: str | bytes) -> list[tuple[str, ...]]:
    """Return what a file has and another has not."""
    gone = contents(before) - contents(after)
    return [each for each in gone.elements() if etree.QName(each[0]).localname not in REFERENCES_TO_FLOWS]
