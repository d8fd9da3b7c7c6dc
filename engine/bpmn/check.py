"""The deploy gate: everything that is wrong with a BPMN file, each with its element, before anything runs it.

First our own passes, which take time in proportion to the file. Then SpiffWorkflow's parser, in a child process that is
killed after five seconds: it follows references that our passes may not know of, and some have hung it. What it
accepted once it need not read again: the editor checks a diagram that is then published as it was checked.
"""

import hashlib
import logging
import os
import subprocess
import sys
from dataclasses import replace
from typing import Final

from engine.bpmn import documents, elements, settings, structure
from engine.bpmn.documents import DocumentError
from engine.bpmn.findings import Finding, finding
from engine.bpmn.settings import Known

__all__ = ["Finding", "Known", "check"]

PARSER_LIMIT_S = 5
REMEMBERED = 1000
ABOUT_IDS: Final = frozenset({"no_id", "id_twice", "reserved_id", "too_many_nodes"})
"""Findings whose sentences are about the id, not about what has it."""
_accepted: dict[bytes, None] = {}
"""Digests of files that the parser read without a fault, the oldest first."""
_log = logging.getLogger(__name__)


def check(source: bytes, known: Known) -> list[Finding]:
    """Return what is wrong with a BPMN file; never raises on bad input, and returns within seconds."""
    try:
        root = documents.parse(source)
    except DocumentError as error:
        found = finding(error.code, reason=str(error))
        return [Finding(None, error.line, "error", error.code, found.params, found.template_en, found.template_zh)]
    try:
        return _check(root, source, known)
    except Exception as error:  # noqa: BLE001 - the boundary to arbitrary input
        # The input is arbitrary: a fault of a rule must not show a stack trace to an admin, nor let the file pass.
        _log.exception("a rule of the deploy gate failed")
        return [finding("unreadable", reason=type(error).__name__)]


def _check(root: documents.Node, source: bytes, known: Known) -> list[Finding]:
    diagram = structure.read(root)
    found = [*structure.ids(diagram), *structure.references(diagram)]
    if any(entry.code in {"no_id", "id_twice"} for entry in found):
        return found  # the other rules find elements by id
    found += structure.processes(diagram)
    if any(entry.code == "too_many_nodes" for entry in found):
        return found  # some rules compare each element with each
    for rule in structure.RULES:
        found += rule(diagram)
    found += settings.check(diagram, known)
    found = _named(found, root)
    if not any(entry.severity == "error" for entry in found):
        found += _parse(source)
    return found


def _named(found: list[Finding], root: documents.Node) -> list[Finding]:
    """Return findings that call elements by their names."""
    if not found:
        return found
    names = elements.names(root)
    return [each if each.code in ABOUT_IDS else replace(each, name=names.get(each.element_id or "")) for each in found]


def _parse(source: bytes) -> list[Finding]:
    digest = hashlib.sha256(source).digest()
    if digest in _accepted:
        return []
    found = _parse_in_child(source)
    if not found:
        _accepted[digest] = None
        for oldest in list(_accepted)[:-REMEMBERED]:
            _accepted.pop(oldest, None)
    return found


def _parse_in_child(source: bytes) -> list[Finding]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", "engine.bpmn.probe"]
    try:
        child = subprocess.run(  # noqa: S603 - our own module, the file goes to its standard input
            command, input=source, capture_output=True, timeout=PARSER_LIMIT_S, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        return [finding("parser_time", limit=PARSER_LIMIT_S)]
    if child.returncode == 0:
        return []
    lines = child.stdout.decode("utf-8", "replace").strip().splitlines()
    return [finding("parser", reason=lines[-1] if lines else f"exit {child.returncode}")]
