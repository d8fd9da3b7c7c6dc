"""The limits of the isolate, shown with expressions that would hang or kill a process."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from py_mini_racer import JSEvalException

from engine.feel import isolate
from engine.feel.expressions import FeelError, Scope, evaluate

SCOPE = Scope(variables={}, types={}, now=datetime(2026, 3, 1, tzinfo=UTC), time_zone="Asia/Shanghai")
DOUBLING = "(for i in 1..{n} return if count(partial) = 0 then {seed} else {both})[-1]"
LONG_TEXT = DOUBLING.format(n=25, seed='"aaaaaaaa"', both="partial[-1] + partial[-1]")
LONG_LIST = DOUBLING.format(n=25, seed="[1, 2, 3, 4]", both="concatenate(partial[-1], partial[-1])")
ENDLESS = 'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a+)+$")'


# Which limit a growing value meets first, memory or time, depends on how fast the machine is.
@pytest.mark.parametrize(
    ("expression", "codes"),
    [
        (ENDLESS, {"timeout"}),
        ("for x in 1..100000000 return x", {"too_large"}),
        ("for x in 1..1000000, y in 1..1000000 return x", {"too_large"}),
        (f"upper case({LONG_TEXT})", {"memory", "too_large", "timeout"}),
        (LONG_TEXT, {"memory", "too_large", "timeout"}),
        (LONG_LIST, {"memory", "too_large", "timeout"}),
        (f'split({LONG_TEXT}, "")', {"memory", "too_large", "timeout"}),
        ("{f: function(x) f(x + 1), r: f(1)}.r", {"too_large", "unknown_name"}),
        ("(" * 3000 + "1" + ")" * 3000, {"too_large", "syntax"}),
        ("1 + " * 6000 + "1", {"too_large", "syntax"}),
        ("for x in 1..200000 return x", {"too_large"}),
    ],
)
def test_a_bomb_is_refused_and_the_process_goes_on(expression: str, codes: set[str]) -> None:
    started = time.perf_counter()
    with pytest.raises(FeelError) as caught:
        evaluate(expression, SCOPE)
    assert caught.value.code in codes
    # Generous, for a busy machine: the two attempts may take 1.1 s together.
    assert time.perf_counter() - started < 6
    assert evaluate("1 + 1", SCOPE) == 2


def test_threads_share_the_isolate() -> None:
    wrong: list[object] = []

    def work(number: int) -> None:
        for turn in range(25):
            result = evaluate(f"{number} * 1000 + {turn}", SCOPE)
            if result != number * 1000 + turn:
                wrong.append(result)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def _in_child(action: Callable[[], bool]) -> int:
    """Run in a forked child that is killed when it hangs; return its exit status."""
    pid = os.fork()
    if pid == 0:
        signal.alarm(20)
        ok = False
        try:
            ok = action()
        finally:
            os._exit(0 if ok else 3)
    return os.waitpid(pid, 0)[1]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_makes_its_own_isolate() -> None:
    assert evaluate("1 + 1", SCOPE) == 2
    assert _in_child(lambda: evaluate("2 + 2", SCOPE) == 4) == 0
    assert evaluate("3 + 3", SCOPE) == 6


EXITING = """
import os, signal, sys
from datetime import UTC, datetime
from engine.feel.expressions import Scope, evaluate
scope = Scope(variables={}, types={}, now=datetime(2026, 3, 1, tzinfo=UTC), time_zone="UTC")
evaluate("1 + 1", scope)
child = os.fork()
if child == 0:
    signal.alarm(20)
    assert evaluate("2 + 2", scope) == 4
    sys.exit(0)
sys.exit(os.waitpid(child, 0)[1] != 0)
"""


def test_parent_and_forked_child_exit_without_hanging() -> None:
    root = Path(isolate.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", EXITING], cwd=root, timeout=60, check=False)
    assert done.returncode == 0


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_fork_during_an_evaluation_does_not_hang_the_child() -> None:
    def wait_for_timeout() -> None:
        with suppress(FeelError):
            evaluate(ENDLESS, SCOPE)

    busy = threading.Thread(target=wait_for_timeout)
    busy.start()
    try:
        assert _in_child(lambda: evaluate("2 + 2", SCOPE) == 4) == 0
    finally:
        busy.join()


def test_a_missing_bundle_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(isolate, "BUNDLE", tmp_path / "feel.js")
    isolate._bundle.cache_clear()
    try:
        with pytest.raises(isolate.BundleMissingError, match="make build"):
            isolate.Isolate().run({})
    finally:
        isolate._bundle.cache_clear()


def test_an_answer_is_remembered_but_not_shared() -> None:
    scope = Scope(variables={"names": ["a"]}, types={}, now=SCOPE.now, time_zone="UTC")
    first = evaluate("concatenate(names, names)", scope)
    first.append("changed by the caller")
    assert evaluate("concatenate(names, names)", scope) == ["a", "a"]


def test_the_clock_is_no_memory() -> None:
    later = Scope(variables={}, types={}, now=datetime(2026, 3, 2, tzinfo=UTC), time_zone="UTC")
    assert evaluate('today() + @"P1D"', later) != evaluate('today() + @"P1D"', SCOPE)
    assert evaluate("now()", later) == "2026-03-02T00:00:00+00:00"


class Terminated:
    """An isolate that the order to stop an earlier job reaches during this one."""

    def eval(self, _code: str, timeout_sec: float | None = None) -> str:
        raise JSEvalException("terminated")

    def was_hard_memory_limit_reached(self) -> bool:
        return False

    def close(self) -> None:
        pass


def test_a_stop_that_comes_late_does_not_hit_the_next_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolate._isolate, "_engine", Terminated())
    assert evaluate("40 + 2.5", SCOPE) == 42.5
