"""RQ over a real server: it only rings; the rows of the database say what is to be done."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from redis import Redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import select

from engine import valkey, wiring, worker
from engine.clock import SimulatedClock
from engine.doorbell import RqDoorbell, connect_worker
from engine.ids import new_id
from engine.outbox import service as outbox
from engine.outbox.service import CONNECTOR_LANE, USER_LANE
from engine.outbox.tables import Delivery, DeliveryState
from engine.process import topics, user_tasks
from engine.process.topics import DeliveryContext, Topic, TopicKind
from engine.visits import service as visits
from engine.wiring import Application
from tests.workflows.world import World

TOPIC = "rq.deliver"


class Receiver:
    """Takes deliveries and remembers their keys."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def __call__(self, context: DeliveryContext, _payload: Mapping[str, Any]) -> None:
        self.keys.append(context.key)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a job server of our own."""
    folder = tmp_path_factory.mktemp("valkey")
    url, process = valkey.start_or_adopt(folder)
    assert process is not None
    yield url
    end(process)


def end(process: "subprocess.Popen[bytes]") -> None:
    os.kill(process.pid, signal.SIGTERM)
    process.wait(10)


@pytest.fixture
def redis(server: str) -> Iterator["Redis[bytes]"]:
    with Redis.from_url(server) as connection:
        connection.flushall()
        yield connection


@pytest.fixture
def receiver(application: Application) -> Receiver:
    found = Receiver()
    topics.register(Topic(TOPIC, TopicKind.DELIVERY, ("测试", "Test"), handler=found))
    return found


@pytest.fixture
def ringing(
    application: Application, server: str, redis: "Redis[bytes]", monkeypatch: pytest.MonkeyPatch
) -> Application:
    """Return the application with its doorbell on the server, as jobs find it too."""
    application.ring_redis(server)
    monkeypatch.setattr(wiring, "application", lambda: application)
    return application


def emit(application: Application, count: int = 1, lane: str = CONNECTOR_LANE) -> list[UUID]:
    with application.database.transaction() as session:
        now = application.clock()
        return [outbox.emit(session, TOPIC, {"n": n}, key=str(new_id()), now=now, lane=lane) for n in range(count)]


def work(url: str, lane: str = CONNECTOR_LANE) -> None:
    """Let a worker do what the queue of a lane holds."""
    connection = connect_worker(url)
    queue = Queue(lane, connection=connection, serializer=JSONSerializer)
    runner = SimpleWorker([queue], connection=connection, serializer=JSONSerializer, worker_ttl=30)
    # The handlers of signals are the main thread's and stay the tests' own.
    runner._install_signal_handlers = lambda: None
    runner.work(burst=True, logging_level="WARNING")
    connection.close()


def states(application: Application, ids: list[UUID]) -> set[str]:
    with application.database.reading() as session:
        return {session.get_one(Delivery, delivery_id).state for delivery_id in ids}


def waiting(redis: "Redis[bytes]", lane: str = CONNECTOR_LANE) -> int:
    return Queue(lane, connection=redis, serializer=JSONSerializer).count


def test_a_worker_does_what_was_rung_for(ringing: Application, receiver: Receiver, server: str) -> None:
    ids = emit(ringing, 20)
    assert receiver.keys == []
    work(server)
    assert states(ringing, ids) == {DeliveryState.DONE}
    assert len(receiver.keys) == len(set(receiver.keys)) == 20


def test_each_lane_has_a_queue_of_its_own(ringing: Application, receiver: Receiver, server: str) -> None:
    slow, quick = emit(ringing, lane=CONNECTOR_LANE), emit(ringing, lane=USER_LANE)
    work(server, USER_LANE)
    assert (states(ringing, quick), states(ringing, slow)) == ({DeliveryState.DONE}, {DeliveryState.PENDING})
    work(server, CONNECTOR_LANE)
    assert states(ringing, slow) == {DeliveryState.DONE}


def test_ringing_twice_delivers_once(ringing: Application, receiver: Receiver, server: str) -> None:
    ids = emit(ringing)
    ringing.worker.sweep(do_deliveries=False)
    work(server)
    assert len(receiver.keys) == 1
    assert states(ringing, ids) == {DeliveryState.DONE}


def test_an_emptied_server_loses_nothing(
    ringing: Application, receiver: Receiver, server: str, redis: "Redis[bytes]"
) -> None:
    ids = emit(ringing, 30)
    redis.flushall()
    work(server)
    assert receiver.keys == []
    ringing.worker.sweep(do_deliveries=False)
    assert waiting(redis) == 30
    work(server)
    assert states(ringing, ids) == {DeliveryState.DONE}
    assert len(receiver.keys) == len(set(receiver.keys)) == 30


def test_a_rolled_back_transaction_rings_for_nothing(
    ringing: Application, receiver: Receiver, redis: "Redis[bytes]"
) -> None:
    with pytest.raises(ZeroDivisionError), ringing.database.transaction() as session:
        outbox.emit(session, TOPIC, {}, key=str(new_id()), now=ringing.clock())
        raise ZeroDivisionError
    assert waiting(redis) == 0


def test_jobs_carry_an_id_and_nothing_else(ringing: Application, receiver: Receiver, redis: "Redis[bytes]") -> None:
    [delivery_id] = emit(ringing)
    [job] = Queue(CONNECTOR_LANE, connection=redis, serializer=JSONSerializer).jobs
    assert (job.func_name, job.args, job.kwargs) == ("engine.worker.deliver_job", [str(delivery_id)], {})


def test_a_job_for_a_delivery_that_is_gone_does_nothing(ringing: Application, receiver: Receiver) -> None:
    worker.deliver_job(str(new_id()))
    assert receiver.keys == []


def test_without_a_server_people_work_on_and_the_sweeper_delivers(
    application: Application, clock: SimulatedClock, tmp_path: Path
) -> None:
    application.database.on_commit = RqDoorbell(f"unix://{tmp_path}/nobody.sock")
    world = World(application, clock)
    visit_id = application.database.run(lambda session: _plan(session, world))
    pending = [row.id for row in _deliveries(application) if row.state == DeliveryState.PENDING]
    assert pending
    application.worker.sweep(do_deliveries=False)
    assert states(application, pending) == {DeliveryState.DONE}
    rep = world.company.rep
    assert world.notices(rep)
    task = world.task(rep, "check_in")
    application.database.run(
        lambda session: user_tasks.complete_user_task(
            session, rep, task.id, {"method": "manual"}, submission_id=new_id(), now=clock()
        )
    )
    assert world.visit(visit_id).state == "checked_in"


def _plan(session: Any, world: World) -> UUID:
    start = world.clock() + timedelta(hours=1)
    return visits.plan_visit(
        session, world.company.manager, customer_id=world.company.customer_id, purpose_key="report",
        planned_start=start, rep_id=world.company.rep.user_id, now=world.clock(),
    )  # fmt: skip


def _deliveries(application: Application) -> list[Delivery]:
    with application.database.reading() as session:
        return list(session.scalars(select(Delivery)))


def test_a_server_that_comes_back_is_rung_again(
    application: Application, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.doorbell.QUIET_AFTER_FAILURE_S", 0.0)
    monkeypatch.setattr(wiring, "application", lambda: application)
    folder = tmp_path / "jobs"
    application.ring_redis(f"unix://{valkey.socket_path(folder)}")
    ids = emit(application)
    url, process = valkey.start_or_adopt(folder)
    assert process is not None
    try:
        application.worker.sweep(do_deliveries=False)
        assert receiver.keys == []
        work(url)
        assert states(application, ids) == {DeliveryState.DONE}
    finally:
        end(process)


# The server itself


def test_a_living_server_is_adopted(server: str) -> None:
    folder = Path(server.removeprefix("unix://")).parent
    assert valkey.start_or_adopt(folder) == (server, None)


def test_what_it_holds_outlives_it(tmp_path: Path) -> None:
    url, process = valkey.start_or_adopt(tmp_path)
    assert process is not None
    with Redis.from_url(url) as connection:
        connection.config_set("appendfsync", "always")
        connection.rpush("kept", "yes")
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    url, process = valkey.start_or_adopt(tmp_path)
    assert process is not None
    try:
        with Redis.from_url(url) as connection:
            assert connection.lrange("kept", 0, -1) == [b"yes"]
    finally:
        end(process)


def test_a_long_folder_gets_a_short_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("very-long-name-" * 8)
    path = valkey.socket_path(folder)
    assert len(str(path)) <= valkey.SOCKET_PATH_LIMIT
    url, process = valkey.start_or_adopt(folder)
    assert process is not None
    try:
        assert url == f"unix://{path}"
        assert valkey.start_or_adopt(folder) == (url, None)
    finally:
        end(process)
        path.unlink(missing_ok=True)


def test_the_socket_is_its_users_alone(server: str) -> None:
    assert Path(server.removeprefix("unix://")).stat().st_mode & 0o077 == 0
