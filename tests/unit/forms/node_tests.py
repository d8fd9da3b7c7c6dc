"""Run the tests of browser modules."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def run_node_tests(name: str) -> None:
    """Fail with what Node says."""
    run_node("--test", str(HERE / name))


def run_node(*arguments: str, given: str = "") -> str:
    """Return what Node prints, fail with what it says; without a Node there is nothing to run it with.

    Args:
        given: goes to its standard input.
    """
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    # Python's own environment would ask node's child processes for coverage or colours.
    done = subprocess.run(
        [node, *arguments],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": os.environ["PATH"]},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
