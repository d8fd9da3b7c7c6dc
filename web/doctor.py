"""``fieldflow doctor``: look at everything that an installation needs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from redis.exceptions import RedisError
from sqlalchemy import text

from engine import doorbell, valkey
from engine.feel.expressions import Scope, evaluate
from engine.outbox import service as outbox
from engine.process import queries as process
from engine.store import migrate
from engine.wiring import Application
from web import assets


@dataclass(frozen=True)
class Result:
    """One look."""

    what: str
    is_well: bool
    finding: str


def examine(application: Application) -> list[Result]:
    """Return a result for each thing that is needed."""
    looks: tuple[tuple[str, Callable[[Application], str]], ...] = (
        ("database", _database),
        ("schema", _schema),
        ("job server", _job_server),
        ("expressions", _expressions),
        ("front end", lambda _application: f"{len(assets.manifest())} files"),
        ("map", _map),
        ("deliveries", _deliveries),
        ("incidents", _incidents),
    )
    results = []
    for what, look in looks:
        try:
            results.append(Result(what, True, look(application)))
        except Exception as error:  # noqa: BLE001 - whatever is wrong is the finding
            results.append(Result(what, False, f"{type(error).__name__}: {error}"))
    return results


def _database(application: Application) -> str:
    with application.database.reading() as session:
        session.execute(text("SELECT 1"))
    return application.database.engine.dialect.name


def _schema(application: Application) -> str:
    if not migrate.is_current(application.database):
        raise RuntimeError("run fieldflow migrate")
    return "current"


def _job_server(application: Application) -> str:
    url = application.settings.redis_url
    if url is None:
        return f"embedded, {valkey.binary().name}"
    try:
        doorbell.connect(url).ping()
    except RedisError as error:
        raise RuntimeError("does not answer; user actions still work, deliveries are done by the sweeper") from error
    return "answers"


def _expressions(application: Application) -> str:
    evaluate("1 + 1", Scope(variables={}, types={}, now=application.clock(), time_zone="UTC"))
    return "FEEL works"


def _map(application: Application) -> str:
    settings = application.settings
    if settings.tile_problem:
        raise RuntimeError(settings.tile_problem)
    return f"tiles in {settings.tile_system}" if settings.tile_url else "sketches without tiles"


def _deliveries(application: Application) -> str:
    with application.database.reading() as session:
        late = outbox.due(session, now=application.clock() - timedelta(minutes=10))
    if late:
        raise RuntimeError(f"{len(late)} deliveries are more than ten minutes late: is a worker running?")
    return "none late"


def _incidents(application: Application) -> str:
    with application.database.reading() as session:
        count = len(process.open_incidents(session))
    return f"{count} open"
