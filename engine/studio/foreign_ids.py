"""Rules of the import assistant about ids, and about what is to run at all."""

from collections.abc import Iterator
from functools import partial

from engine.bpmn import documents, elements
from engine.bpmn.documents import Node
from engine.errors import FieldProblem
from engine.studio.foreign_tree import Step, fresh_id, label

RESERVED = ("Start", "End")
"""SpiffWorkflow gives these names to its own tasks."""
NEEDS_ID = (
    *sorted(elements.FLOW_NODES),
    *("sequenceFlow", "lane", "process", "participant", "dataObject", "dataObjectReference", "dataStoreReference"),
)
REFERENCES = ("sourceRef", "targetRef", "attachedToRef", "default", "bpmnElement", "processRef", "calledElement")


def missing_ids(root: Node) -> Iterator[Step]:
    """Give an id to what has none."""
    counts: dict[str, int] = {}
    for node in documents.descendants(root, *NEEDS_ID):
        if not node.get("id"):
            kind = documents.kind(node)
            counts[kind] = counts.get(kind, 0) + 1
            problem = FieldProblem("“{name}” has no id; it gets one.", code="no_id", name=label(node))
            yield Step(f"id:{kind}:{counts[kind]}", "", problem, partial(_give_id, root, node, kind))


def _give_id(root: Node, node: Node, kind: str) -> None:
    node.set("id", fresh_id(root, kind))


def reserved_ids(root: Node) -> Iterator[Step]:
    """Rename what would cut the process short."""
    for node in documents.descendants(root, *NEEDS_ID):
        if node.get("id") in RESERVED:
            problem = FieldProblem(
                "The id “{id}” is reserved; “{name}” gets another.",
                code="reserved_id",
                id=node.get("id"),
                name=label(node),
            )
            yield Step(f"reserved:{node.get('id')}", node.get("id"), problem, partial(_rename, root, node))


def _rename(root: Node, node: Node) -> None:
    old = node.get("id")
    new = fresh_id(root, old.lower())
    node.set("id", new)
    for each in root.iter():
        for name in REFERENCES:
            if each.get(name) == old:
                each.set(name, new)
        if documents.kind(each) in {"incoming", "outgoing", "flowNodeRef"} and (each.text or "").strip() == old:
            each.text = new


def executable(root: Node) -> Iterator[Step]:
    """Let a process run that is only a drawing, if the file has no other."""
    processes = list(documents.descendants(root, "process"))
    drawn = [process for process in processes if documents.children(process, *elements.FLOW_NODES)]
    if not drawn or any(process.get("isExecutable") == "true" for process in drawn):
        return
    for process in drawn[:1]:
        problem = FieldProblem(
            "“{name}” is marked as a drawing only; it is to run.", code="executable", name=label(process)
        )
        key = f"executable:{process.get('id')}"
        yield Step(key, process.get("id") or "", problem, partial(process.set, "isExecutable", "true"))
    for process in drawn[1:]:
        problem = FieldProblem(
            "“{name}” is the process of another pool; it is drawn, and does not run here.",
            code="other_pool",
            name=label(process),
        )
        key = f"drawing:{process.get('id')}"
        yield Step(key, process.get("id") or "", problem, partial(process.set, "isExecutable", "false"))
