"""Which repairs a second person must agree to. The rule, in one place:

A repair is risky if it leaves undone, or does twice, what has an effect outside of the process (a service task whose
topic writes or delivers, a message) or what somebody else decides (an approval); if it makes two tokens of one, ends a
branch or the whole instance; or if it leaves a token that waits for ever. Moving past plain steps, editing variables,
trying again, and letting an event happen that interrupts nothing are not.

An approval is a user task with the property ``approval`` = true, or whose id begins with approve, review, assess or
decide.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from engine.bpmn.elements import HUMAN_TASKS, Element
from engine.bpmn.step import Edit, Standing

APPROVALS = frozenset({"approve", "review", "assess", "decide"})


@dataclass(frozen=True)
class Risk:
    """Why a repair is risky.

    Args:
        code: ``skips_effect``, ``skips_approval``, ``repeats_effect``, ``second_token``, ``ends_branch``,
            ``ends_instance``, ``strands`` or ``gives_up``.
    """

    code: str
    element_id: str = ""


def has_effect_by(is_lookup: Callable[[str], bool]) -> Callable[[Element], bool]:
    """Return what tells whether an element acts outside of its process.

    Args:
        is_lookup: tells whether a topic only reads.
    """

    def has_effect(element: Element) -> bool:
        if element.kind == "serviceTask":
            return not is_lookup(element.properties.get("topic", ""))
        return element.kind == "sendTask" or (
            element.event.kind == "message" and element.kind in {"intermediateThrowEvent", "endEvent"}
        )

    return has_effect


def is_approval(element: Element) -> bool:
    """Tell whether somebody decides at an element about what others want."""
    by_name = element.id.partition("_")[0] in APPROVALS
    return element.kind in HUMAN_TASKS and (by_name or element.properties.get("approval") == "true")


@dataclass(frozen=True)
class Map:
    """The elements of a model, as far as risks look at them; ``done`` are the ids of those that have ever finished."""

    elements: Mapping[str, Element]
    has_effect: Callable[[Element], bool]
    done: Collection[str] = ()

    def inside(self, element_id: str) -> list[Element]:
        """Return an element with all that a sub-process or a called process of it holds."""
        found, todo = [], [element_id]
        while todo:
            element = self.elements.get(todo.pop())
            if element is not None:
                found.append(element)
                todo += [each.id for each in self.elements.values() if each.parent in {element.id, element.called}]
        return found

    def undone(self, element_ids: Collection[str]) -> list[Risk]:
        """Return the risks of leaving elements undone; of what a sub-process holds, only what it has not done yet."""
        found = []
        for element in (inner for element_id in element_ids for inner in self.inside(element_id)):
            if element.id in self.done and element.id not in element_ids:
                continue
            if self.has_effect(element):
                found.append(Risk("skips_effect", element.id))
            elif is_approval(element):
                found.append(Risk("skips_approval", element.id))
        return found

    def ended_by(self, element_id: str) -> list[str]:
        """Return what is left undone when an element is skipped: itself, or what it interrupts."""
        element = self.elements[element_id]
        if element.attached_to is None:
            return [element_id]
        return [element.attached_to] if element.interrupting else []

    def path(self, start: str, end: str) -> list[str] | None:
        """Return what lies between two elements on the shortest way, without both; None if there is no way."""
        before: dict[str, str] = {}
        todo = [start]
        while todo:
            name = todo.pop(0)
            for flow in self.elements[name].flows if name in self.elements else ():
                if flow.target in before or flow.target == start:
                    continue
                before[flow.target] = name
                if flow.target == end:
                    found: list[str] = []
                    while (end := before[end]) != start:
                        found.append(end)
                    return found[::-1]
                todo.append(flow.target)
        return None


def risks(
    shape: Map,
    edits: Iterable[Edit],
    before: Iterable[Standing],
    after: Iterable[Standing],
    *,
    ends: bool,
) -> tuple[Risk, ...]:
    """Return why a repair is risky; nothing if it is not.

    Args:
        before, after: the tokens.
        ends: the repair ends the instance by taking its last token away.
    """
    standing = {token.token: token for token in before}
    found: list[Risk] = []
    for edit in edits:
        token = standing.get(edit.token)
        if edit.act == "add":
            found.append(Risk("second_token", edit.to))
        elif token is None:
            continue
        elif edit.act == "skip":
            found += shape.undone(shape.ended_by(token.element_id))
        elif edit.act == "move":
            found += _of_move(shape, token.element_id, edit.to)
        elif edit.act == "cancel" and shape.elements[token.element_id].kind != "boundaryEvent":
            found += shape.undone([token.element_id])
            found += [] if ends else [Risk("ends_branch", token.element_id)]
    stranded_before = {token.token for token in standing.values() if token.is_stranded}
    found += [Risk("strands", t.element_id) for t in after if t.is_stranded and t.token not in stranded_before]
    found += [Risk("ends_instance")] if ends else []
    return tuple(dict.fromkeys(found))


def _of_move(shape: Map, start: str, end: str) -> list[Risk]:
    onward, back = shape.path(start, end), shape.path(end, start)
    is_back = back is not None and (onward is None or len(back) < len(onward))
    if not is_back:
        return shape.undone([start, *(onward or ())])
    again = [inner for element_id in (end, *(back or ())) for inner in shape.inside(element_id)]
    return [Risk("repeats_effect", each.id) for each in again if each.id in shape.done and shape.has_effect(each)]
