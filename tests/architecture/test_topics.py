"""What a topic declares is what its code reads and gives: the designer shows it to people who cannot read the code."""

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from engine import wiring
from engine.bpmn import documents
from engine.bpmn.settings import VARIABLE_TYPES
from engine.notifications import sending
from engine.process import bundles, topics
from engine.process.topics import Topic
from engine.safety import rules as safety_rules
from engine.safety import topics as safety_topics
from engine.settings import Settings
from engine.support import picking
from engine.visits import presence
from forms.context import names_in

ELSEWHERE = {"crm.write_visit": {"record"}, "notify.send": {"to", "template", "values", "business_key", "except"}}
"""Deliveries are functions that the composition root makes; the second is checked below as well."""
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", autouse=True)
def registered(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("topics")
    wiring.build(Settings.from_environment({"FIELDFLOW_DATA": str(folder)}))


def designed() -> Iterator[Topic]:
    """Yield the topics that a process may name."""
    yield from (topic for topic in topics.all_topics() if topic.name.split(".")[0] != "test" and not topic.is_internal)


def read_keys(function: Callable[..., Any], name: str) -> set[str]:
    """Return the keys that a function reads of the mapping it gets as ``name``, itself or by what it calls."""
    tree = ast.parse(inspect.getsource(function)).body[0]
    return set(_reads(tree, name, sys.modules[function.__module__]))


def _reads(tree: ast.AST, name: str, module: Any) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=owner), attr="get"), args=[ast.Constant(value=key), *_]
            ) if owner == name:
                yield str(key)
            case ast.Subscript(value=ast.Name(id=owner), slice=ast.Constant(value=key)) if owner == name:
                yield str(key)
            case ast.Call(func=called, args=arguments):
                for at, argument in enumerate(arguments):
                    yield from _passed_on(called, arguments, at, argument, name, module)


def _passed_on(
    called: ast.expr, arguments: list[ast.expr], at: int, argument: ast.expr, name: str, module: Any
) -> Iterator[str]:
    own: set[str] = set()
    if isinstance(argument, ast.Dict):  # {**parameters, "facts": facts}: its own entries are not the process's
        spread = [value for key, value in zip(argument.keys, argument.values, strict=True) if key is None]
        own = {str(key.value) for key in argument.keys if isinstance(key, ast.Constant)}
        argument = spread[0] if spread else argument
    if not (isinstance(argument, ast.Name) and argument.id == name):
        return
    target = getattr(module, called.id, None) if isinstance(called, ast.Name) else None
    if not inspect.isfunction(target):
        return
    tree = ast.parse(inspect.getsource(target)).body[0]
    assert isinstance(tree, ast.FunctionDef)
    names = [each.arg for each in tree.args.args]
    given = arguments[at + 1] if len(arguments) > at + 1 else None
    for key in _reads(tree, names[at], sys.modules[target.__module__]):
        yield from () if key in own else (key,)
    # _minutes(parameters, "resolve_minutes"): the key is an argument as well.
    is_keyed = any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "get"
        and isinstance(node.args[0], ast.Name)
        and node.args[0].id in names
        for node in ast.walk(tree)
    )
    if is_keyed and isinstance(given, ast.Constant):
        yield str(given.value)


def given_keys(function: Callable[..., Any]) -> set[str]:
    """Return the keys of the dictionaries that a function returns, as far as they are written there."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(inspect.getsource(function))):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Dict):
            found |= {str(key.value) for key in node.value.keys if isinstance(key, ast.Constant)}
    return found


def test_a_topic_declares_what_its_operation_reads() -> None:
    differing = {}
    for topic in designed():
        declared = {each.name for each in topic.takes}
        read = read_keys(topic.operation, "parameters") if topic.operation else ELSEWHERE[topic.name]
        if declared != read:
            differing[topic.name] = (declared - read, read - declared)
    assert not differing


def test_the_notice_declares_what_is_stored() -> None:
    assert read_keys(sending.store, "payload") == ELSEWHERE["notify.send"]


def test_a_topic_declares_what_its_operation_gives() -> None:
    silent = {
        topic.name: missing
        for topic in designed()
        if topic.operation and (missing := given_keys(topic.operation) - {each.name for each in topic.gives})
    }
    assert not silent


def test_what_forms_read_of_their_surroundings_is_declared_with_its_title() -> None:
    declared = [*topics.context_values(), *topics.prefill_values()]
    assert all(all(topics.choice_label(name)) for name in topics.choice_names())
    assert all(all(value.label) and value.type in VARIABLE_TYPES for value in declared)
    names = [value.name for value in declared]
    assert len(set(names)) == len(names)
    read = {name for path in bundles.FORMS.glob("*.json") for name in names_in(orjson.loads(path.read_bytes()))}
    assert read <= set(names)
    for module in (presence, picking):
        assert given_keys(module.form_context) == {value.name for value in module.GIVES}
    assert {value.name for value in safety_topics.PREFILL} == set(safety_rules.KNOWN)


def test_declared_types_are_types_of_variables() -> None:
    wrong = [(t.name, p.name) for t in designed() for p in (*t.takes, *t.gives) if p.type not in VARIABLE_TYPES]
    assert not wrong
    wordless = [t.name for t in designed() if not all((*t.about, *t.label))]
    assert not wordless


def test_every_lane_that_the_program_fills_is_declared() -> None:
    declared = {lane.key: lane for lane in topics.lanes()}
    filled = set()
    for path in sorted((ROOT / "engine").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "lanes" and isinstance(node.value, ast.Dict):
                filled |= {key.value for key in node.value.keys if isinstance(key, ast.Constant)}
    assert filled == declared.keys()


@pytest.mark.parametrize("process", bundles.factory_keys())
def test_the_lanes_that_ship_are_declared_for_their_process(process: str) -> None:
    known = {lane.key for lane in topics.lanes() if process in lane.processes}
    for source in bundles.factory_sources(process):
        if source.name.endswith(".bpmn"):
            drawn = documents.descendants(documents.parse(source.content), "lane")
            assert {documents.properties(lane).get("key") for lane in drawn} <= known


@pytest.mark.parametrize("process", bundles.factory_keys())
def test_the_processes_that_ship_give_their_topics_what_they_need(process: str) -> None:
    lacking = []
    for source in bundles.factory_sources(process):
        if not source.name.endswith(".bpmn"):
            continue
        for task in documents.descendants(documents.parse(source.content), "serviceTask"):
            given = documents.properties(task)
            topic = topics.served(given["topic"])
            lacking += [
                (task.get("id"), each.name)
                for each in topic.takes
                if each.is_required and f"param.{each.name}" not in given
            ]
    assert not lacking
