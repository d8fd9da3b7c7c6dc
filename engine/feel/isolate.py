"""The V8 isolate that runs the FEEL bundle: one per process, made at the first use, with limits on time and memory.

An isolate must not cross a fork: its thread does not exist in the child, which would wait for ever. So a forked child
starts without one and makes its own. It is thrown away after it ran out of memory, since what is left of
its heap is unknown, and after a timeout, since the order to stop may reach it late and hit the next job.

Measured with mini-racer 0.14: making one takes 25 ms, the first in a process 110 ms; a call about 0.4 ms, most of it
two thread switches. A job is a pure function of its text, so the answers to small jobs are remembered: of the demo's
calls 60 in 100 ask what was asked before.
"""

import asyncio
import atexit
import ctypes
import json
import os
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from py_mini_racer import JSEvalException, JSOOMException, JSTimeoutException, MiniRacer

BUNDLE = Path(__file__).parent / "dist" / "feel.js"
MEMORY_LIMIT_BYTES = 64 * 1024 * 1024
TIMEOUT_S = 0.1
# A process that was starved of CPU for 100 ms must not report an endless loop: one longer attempt decides.
SECOND_TIMEOUT_S = 1.0
REMEMBERED_JOBS = 1_024
REMEMBERED_LENGTH = 4_000
"""Characters of a job with its answer: 1,024 of them are at most 4 MB."""


class BundleMissingError(RuntimeError):
    """The JavaScript bundle was never built."""


class IsolateTimeoutError(Exception):
    """The job ran longer than it may."""


class IsolateMemoryError(Exception):
    """The job needed more memory than it may."""


@cache
def _bundle() -> str:
    if not BUNDLE.exists():
        raise BundleMissingError(f"{BUNDLE} is missing: run 'make build' (it needs Node 20 or later).")
    return BUNDLE.read_text(encoding="utf-8")


class Isolate:
    """A V8 isolate with the FEEL bundle loaded; jobs of several threads queue up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._engine: MiniRacer | None = None
        self._answers: OrderedDict[str, str] = OrderedDict()

    def run(self, job: dict[str, Any]) -> dict[str, Any]:
        """Run one job of the bundle and return its answer.

        Args:
            job: JSON; see ``web/frontend/src/feel/index.js``.

        Raises:
            IsolateTimeoutError: it took longer than ``SECOND_TIMEOUT_S`` in a second attempt.
            IsolateMemoryError: it needed more than ``MEMORY_LIMIT_BYTES``.
            BundleMissingError: the front end was never built.
        """
        # ensure_ascii: U+2028 and lone surrogates are no trouble inside a JavaScript literal then.
        text = json.dumps(json.dumps(job, ensure_ascii=False, separators=(",", ":")))
        with self._lock:
            answer = self._answers.get(text)
            if answer is None:
                answer = self._asked(f"fieldflow.run({text})")
                self._remember(text, answer)
            else:
                self._answers.move_to_end(text)
        result: dict[str, Any] = json.loads(answer)
        return result

    def _remember(self, text: str, answer: str) -> None:
        if len(text) + len(answer) <= REMEMBERED_LENGTH:
            self._answers[text] = answer
            if len(self._answers) > REMEMBERED_JOBS:
                self._answers.popitem(last=False)

    def _asked(self, code: str) -> str:
        is_fresh = self._engine is None
        try:
            return self._attempt(code, TIMEOUT_S)
        except (IsolateTimeoutError, JSEvalException):
            # Stopping a job takes effect late: it can hit the one after it. So that one gets an isolate of its own.
            self._discard()
            try:
                return self._attempt(code, SECOND_TIMEOUT_S)
            except JSEvalException as error:
                raise IsolateTimeoutError from error
        except IsolateMemoryError:
            # What earlier jobs left behind counts too: only a fresh isolate tells whether this job is too large.
            if is_fresh:
                raise
            return self._attempt(code, SECOND_TIMEOUT_S)

    def _attempt(self, code: str, timeout_s: float) -> str:
        engine = self._ready()
        try:
            answer = engine.eval(code, timeout_sec=timeout_s)
        except JSTimeoutException as error:
            if engine.was_hard_memory_limit_reached():
                self._discard()
                raise IsolateMemoryError from error
            raise IsolateTimeoutError from error
        except JSOOMException as error:
            self._discard()
            raise IsolateMemoryError from error
        except JSEvalException:
            self._discard()
            raise
        if engine.was_hard_memory_limit_reached():
            self._discard()
            raise IsolateMemoryError
        return str(answer)

    def _ready(self) -> MiniRacer:
        if self._engine is None:
            engine = MiniRacer()
            engine.set_hard_memory_limit(MEMORY_LIMIT_BYTES)
            engine.eval(_bundle())
            self._engine = engine
        return self._engine

    def abandon(self) -> None:
        """Forget the isolate without closing it, which in a forked child would wait for a thread that is not there."""
        if self._engine is not None:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._engine))
            self._engine = None

    def _discard(self) -> None:
        engine, self._engine = self._engine, None
        if engine is None:
            return
        # The stopped job still reports back; closing before that makes mini-racer call into a closed event loop.
        with suppress(JSEvalException):
            engine.eval("0")
        engine.close()


_isolate = Isolate()


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Run one job in this process's isolate; see ``Isolate.run``."""
    if _has_event_loop():
        # mini-racer refuses to wait in a thread that runs an event loop.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(_isolate.run, job).result()
    return _isolate.run(job)


def _has_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _after_fork_in_child() -> None:
    # A new object, since the parent's lock may be held by a thread that does not exist here.
    global _isolate  # noqa: PLW0603
    _isolate.abandon()
    _isolate = Isolate()


def _at_exit() -> None:
    # Left to the interpreter's own clean-up, closing hangs at the exit of a forked child.
    _isolate.abandon()


os.register_at_fork(after_in_child=_after_fork_in_child)
atexit.register(_at_exit)
