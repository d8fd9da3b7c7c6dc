"""Doorbells: tell workers that deliveries wait. Losing a ring loses nothing; the sweeper rings again."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from uuid import UUID

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

log = logging.getLogger(__name__)

QUIET_AFTER_FAILURE_S = 5.0
JOB_TIMEOUT_S = 55
Rings = Sequence[tuple[UUID, str]]


def connect(url: str) -> Redis:
    """Return a connection that gives up soon: no user action waits for Redis."""
    return Redis.from_url(url, socket_connect_timeout=0.3, socket_timeout=1.0)


def connect_worker(url: str) -> Redis:
    """Return a connection that may block for long: a worker waits for its queue."""
    return Redis.from_url(url)


class RqDoorbell:
    """Puts one RQ job for each delivery into the queue of its lane.

    Args:
        url: of Redis or Valkey. When it is down, rings are dropped for a few seconds without trying.
    """

    def __init__(self, url: str) -> None:
        self._redis = connect(url)
        self._queues: dict[str, Queue] = {}
        self._quiet_until = 0.0

    def __call__(self, rings: Rings) -> bool:
        """Ring; never raises for Redis' sake. False: nobody heard it."""
        if time.monotonic() < self._quiet_until:
            return False
        try:
            for delivery_id, lane in rings:
                self._queue(lane).enqueue_call(
                    "engine.worker.deliver_job",
                    args=(str(delivery_id),),
                    timeout=JOB_TIMEOUT_S,
                    result_ttl=0,
                    failure_ttl=3600,
                    job_id=None,
                )
        except (RedisError, OSError) as error:
            self._quiet_until = time.monotonic() + QUIET_AFTER_FAILURE_S
            log.warning("doorbell: Redis does not answer (%s); the sweeper will ring", type(error).__name__)
            return False
        return True

    def _queue(self, lane: str) -> Queue:
        if lane not in self._queues:
            self._queues[lane] = Queue(lane, connection=self._redis, serializer=JSONSerializer)
        return self._queues[lane]


class ThreadDoorbell:
    """Does the deliveries in one thread of this process: the embedded mode without Redis.

    Args:
        deliver: does one delivery by its id; logs its own failures.
    """

    def __init__(self, deliver: Callable[[UUID], object]) -> None:
        self._deliver = deliver
        self._waiting: queue.SimpleQueue[UUID | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def __call__(self, rings: Rings) -> bool:
        """Hand the deliveries to the thread, which starts with the first of them."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="deliveries", daemon=True)
            self._thread.start()
        for delivery_id, _lane in rings:
            self._waiting.put(delivery_id)
        return True

    def stop(self) -> None:
        """Do what waits and end the thread."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join(timeout=30)
            self._thread = None

    def _work(self) -> None:
        while (delivery_id := self._waiting.get()) is not None:
            self._deliver(delivery_id)
