"""The form builder's changes to a definition."""

from .node_tests import run_node_tests


def test_the_builder_changes_what_it_should_and_nothing_else() -> None:
    run_node_tests("builder.test.mjs")
