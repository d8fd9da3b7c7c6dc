"""Whatever is missing in a diagram, comparing it and proposing changes to it never fails: a draft may hold anything."""

import random
from pathlib import Path

import pytest
from lxml import etree

from engine.bpmn.documents import DocumentError
from engine.process import bundles
from engine.studio import foreign
from engine.studio.compare import compare

DIAGRAMS = [
    (Path(__file__).parent / "camunda.bpmn").read_bytes(),
    *(source.content for source in bundles.factory_sources("day") if source.name.endswith(".bpmn")),
]
VALUES = ("", "x", "Start", "day", "ü")


def broken(content: bytes, chance: random.Random) -> bytes:
    """Return a diagram with elements and attributes taken out, changed and moved."""
    root = etree.fromstring(content)
    for _ in range(chance.randint(1, 8)):
        nodes = [node for node in root.iter() if isinstance(node.tag, str) and node is not root]
        if not nodes:
            break
        node, act = chance.choice(nodes), chance.random()
        parent = node.getparent()
        if act < 0.3 and parent is not None:
            parent.remove(node)
        elif act < 0.6 and node.attrib:
            del node.attrib[chance.choice(list(node.attrib))]
        elif act < 0.9 and node.attrib:
            node.set(chance.choice(list(node.attrib)), chance.choice(VALUES))
        else:
            node.text = chance.choice(("", "${a", "="))
    return etree.tostring(root)


@pytest.mark.parametrize("seed", range(10))
def test_nothing_that_is_missing_breaks_a_comparison_or_the_assistant(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(10):
        whole = chance.choice(DIAGRAMS)
        content = broken(whole, chance)
        try:
            proposed = foreign.propose(content)
        except DocumentError:
            continue
        assert all(str(mending.problem) for mending in proposed)
        keys = [mending.key for mending in proposed]
        mended = foreign.mend(content, keys)
        foreign.mend(content, [key for key in keys if chance.random() < 0.5])
        for other in (whole, mended):
            assert all(change.name.default for change in compare({"a.bpmn": other}, {"a.bpmn": content}))
