"""When one of these fails, SpiffWorkflow no longer has the fault, and its mend may go."""

import multiprocessing
from importlib.metadata import version

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.deep_merge import DeepMerge
from SpiffWorkflow.util.task import TaskState

from engine.bpmn import mends
from tests.unit.bpmn.build import bpmn, node
from tests.unit.bpmn.test_check import DANGLING


def stock(source: bytes, **data: object) -> BpmnWorkflow:
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(source))
    workflow = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
    workflow.task_tree.data.update(data)
    return workflow


def test_mends_are_for_the_installed_version() -> None:
    assert version("SpiffWorkflow") == mends.MENDED_VERSION, "run the tests below, then raise MENDED_VERSION"


def test_stock_keeps_every_finished_task() -> None:
    body = (
        node("exclusiveGateway", "y") + node("manualTask", "a") + node("exclusiveGateway", "x", attrs='default="f_x_y"')
    )
    workflow = stock(bpmn(body, "start y a x y\nx [n > 99] end"), n=0)
    sizes = []
    for _ in range(10):
        workflow.do_engine_steps()
        sizes.append(len(workflow.tasks))
        workflow.get_next_task(state=TaskState.READY, manual=True).run()
    assert sizes[-1] - sizes[0] >= 20


def test_stock_iterator_stops_at_depth_1000() -> None:
    body = (
        node("exclusiveGateway", "y") + node("manualTask", "a") + node("exclusiveGateway", "x", attrs='default="f_x_y"')
    )
    workflow = stock(bpmn(body, "start y a x y\nx [n > 99] end"), n=0)
    assert workflow.get_tasks_iterator().max_depth == 1000


def test_stock_predicts_tasks_that_nobody_reached() -> None:
    workflow = stock(bpmn(node("manualTask", "a") + node("manualTask", "b"), "start a b end"))
    workflow.do_engine_steps()
    assert any(task.task_spec.name == "b" for task in workflow.tasks.values())


def test_stock_merge_sets_back_what_another_branch_changed() -> None:
    changed, untouched = {"x": 2}, {"x": 1}
    assert DeepMerge.merge(changed, untouched) == {"x": 1}


def test_stock_shares_nested_data_between_branches() -> None:
    parent = {"x": {"deep": {"n": 1}}}
    child = DeepMerge.merge({}, parent)
    child["x"]["deep"]["n"] = 2
    assert parent["x"]["deep"]["n"] == 2


def test_stock_join_fires_early_in_the_second_turn() -> None:
    body = (
        node("exclusiveGateway", "y")
        + node("parallelGateway", "f")
        + node("manualTask", "a")
        + node("manualTask", "b")
        + node("parallelGateway", "j")
        + node("manualTask", "c")
        + node("exclusiveGateway", "x", attrs='default="f_x_y"')
    )
    workflow = stock(bpmn(body, "start y f a j c x y\nf b j\nx [n > 99] end"), n=0)

    def run(name: str) -> None:
        workflow.do_engine_steps()
        workflow.get_next_task(state=TaskState.READY, spec_name=name).run()
        workflow.do_engine_steps()

    for name in ("a", "b", "c", "b"):
        run(name)
    assert workflow.get_next_task(state=TaskState.READY, spec_name="c") is not None


def _parse(source: bytes) -> None:
    stock(source)


def test_stock_parser_hangs_on_a_dangling_data_object() -> None:
    child = multiprocessing.get_context("spawn").Process(target=_parse, args=(bpmn(DANGLING, "start sub end"),))
    child.start()
    child.join(3)
    hangs = child.is_alive()
    child.kill()
    child.join()
    assert hangs
