"""The command line: ``fieldflow up | web | worker | sweep | migrate | demo | deploy | token | user | doctor``."""

import os
import signal
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click

from engine import demo as demo_data
from engine import valkey, wiring
from engine.access import SYSTEM, Role
from engine.clock import utc_now
from engine.errors import FieldflowError
from engine.outbox.service import LANES
from engine.people import service as people
from engine.process import bundles, deployment
from engine.settings import Settings
from engine.store import migrate as migrations
from engine.store.base import Base
from engine.wiring import Application
from web.cli_evidence import evidence, retention, verify
from web.supervisor import Part, Supervisor

DEMO_PASSWORD = "fieldflow-demo"  # noqa: S105 - printed on purpose, demo accounts only


@click.group()
def main() -> None:
    """Fieldflow (外勤流): field visits and support requests as processes."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--inline", is_flag=True, help="No job server: jobs run in a thread of the web server.")
@click.option(
    "--lan", is_flag=True, help="Let phones in the local network try it, over HTTPS with a certificate of our own."
)
@click.option("--demo/--no-demo", default=True, show_default=True, help="Fill an empty database with demo data.")
def up(host: str, port: int, *, inline: bool, lan: bool, demo: bool) -> None:
    """Start everything and keep it running; Ctrl-C stops it."""
    settings = Settings.from_environment()
    application = wiring.build(replace(settings, is_demo=demo))
    prepare(application, demo=demo)
    application.database.dispose()
    environment = {**os.environ, "FIELDFLOW_DATA": str(settings.data_folder), "PYTHONUNBUFFERED": "1"}
    url = _open_to_phones(settings, port, environment) if lan else f"http://{host}:{port}"
    health_url = f"{f'https://127.0.0.1:{port}' if lan else url}/healthz"
    host = "0.0.0.0" if lan else host  # noqa: S104 - what --lan is for
    environment.setdefault("FIELDFLOW_PUBLIC_URL", url)
    if demo:
        environment["FIELDFLOW_DEMO"] = "1"
    bind = ["--host", host, "--port", str(port)]
    server = None
    if inline:
        environment.pop("FIELDFLOW_REDIS_URL", None)
        parts = [Part("web", ["web", "--inline", *bind])]
    else:
        redis_url = settings.redis_url
        if redis_url is None:
            redis_url, server = valkey.start_or_adopt(settings.data_folder / "valkey")
        environment["FIELDFLOW_REDIS_URL"] = redis_url
        parts = [Part("web", ["web", *bind]), Part("sweep", ["sweep", "--loop"])]
        parts += [Part(f"worker {lane}", ["worker", "--lane", lane]) for lane in LANES]
    try:
        Supervisor(parts, environment).run(lambda: _welcome(url, demo=demo, is_lan=lan), health_url)
    finally:
        if server is not None:
            server.terminate()


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--inline", is_flag=True, help="Do the jobs and sweep in this process.")
def web(host: str, port: int, workers: int, *, inline: bool) -> None:
    """Serve the web application."""
    from web.app import create_app
    from web.server import Server, start_sweeping

    def make():  # type: ignore[no-untyped-def]  # the factory gunicorn calls after its fork
        application = wiring.build(Settings.from_environment())
        if inline:
            application.ring_thread()
            start_sweeping(lambda stop: application.worker.loop(stop, do_deliveries=True))
        elif application.settings.redis_url:
            application.ring_redis(application.settings.redis_url)
        return create_app(application)

    certificate = Settings.from_environment().tls_certificate
    Server(make, f"{host}:{port}", workers=1 if inline else workers, certificate=certificate).run()


@main.command()
@click.option("--lane", type=click.Choice(LANES), required=True, help="Which deliveries to do.")
def worker(lane: str) -> None:
    """Do deliveries of one lane, as RQ jobs."""
    from rq import Queue, SimpleWorker
    from rq.serializers import JSONSerializer

    from engine.doorbell import connect_worker

    application = wiring.application()
    if not application.settings.redis_url:
        raise click.ClickException("Set FIELDFLOW_REDIS_URL, or use: fieldflow up --inline")
    connection = connect_worker(application.settings.redis_url)
    application.ring_redis(application.settings.redis_url)
    queue = Queue(lane, connection=connection, serializer=JSONSerializer)
    SimpleWorker([queue], connection=connection, serializer=JSONSerializer, worker_ttl=30).work(
        logging_level="WARNING", with_scheduler=False
    )


@main.command()
@click.option("--loop", is_flag=True, help="Go on until stopped.")
def sweep(*, loop: bool) -> None:
    """Fire due timers and deadlines, and ring again for deliveries that nobody has done."""
    application = wiring.application()
    redis_url = application.settings.redis_url
    if redis_url:
        application.ring_redis(redis_url)
    if not loop:
        click.echo(application.worker.sweep(do_deliveries=not redis_url))
        return
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    application.worker.loop(stop, do_deliveries=not redis_url)


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema and deploy the processes that ship, if they are new."""
    prepare(wiring.application(), demo=False)
    click.echo("The database is up to date.")


@main.command()
@click.option("--days", default=demo_data.WORKING_DAYS, show_default=True, help="Working days of the story.")
@click.option("--seed", default=1, show_default=True)
def demo(days: int, seed: int) -> None:
    """Fill an empty database with a company, its people and their work."""
    application = wiring.application()
    prepare(application, demo=False)
    demo_data.fill(application, password=DEMO_PASSWORD, working_days=days, seed=seed, say=click.echo)


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--note", default="", help="What changed.")
def deploy(files: tuple[Path, ...], note: str) -> None:
    """Publish a process: its .bpmn, .dmn and form .json files."""
    application = wiring.application()
    try:
        with application.database.transaction() as session:
            _id, version = deployment.deploy(session, SYSTEM, bundles.read_sources(files), note=note, now=utc_now())
    except deployment.DeployRefusedError as error:
        for finding in error.findings:
            click.echo(f"{finding.element_id or '-'}: {finding.text('en')}", err=True)
        raise click.ClickException(str(error)) from error
    click.echo(f"version {version}")


@main.group()
def token() -> None:
    """Bearer tokens for the API."""


@token.command("create")
@click.argument("login")
@click.option("--name", default="cli", show_default=True, help="What the token is for.")
@click.option("--days", type=click.IntRange(min=1), help="How long it is valid; for ever if absent.")
def create_token(login: str, name: str, days: int | None) -> None:
    """Make a token for a person and print it once."""
    application = wiring.application()
    lifetime = timedelta(days=days) if days else None
    with _sentences(), application.database.transaction() as session:
        secret = people.create_token(session, login, name=name, now=utc_now(), lifetime=lifetime)
    click.echo(secret)


@main.group()
def user() -> None:
    """People who sign in."""


@user.command("add")
@click.argument("login")
@click.option("--name", required=True)
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]))
@click.option("--group", "groups", multiple=True)
@click.password_option()
def add_user(login: str, name: str, roles: tuple[str, ...], groups: tuple[str, ...], password: str) -> None:
    """Add a person."""
    application = wiring.application()
    with _sentences(), application.database.transaction() as session:
        people.add_user(
            session,
            login=login,
            name=name,
            password=password,
            roles=[Role(role) for role in roles],
            groups=groups,
            now=utc_now(),
        )
    click.echo(f"{login} can sign in.")


@user.command("password")
@click.argument("login")
@click.password_option()
def set_password(login: str, password: str) -> None:
    """Set a person's password."""
    application = wiring.application()
    with _sentences(), application.database.transaction() as session:
        people.change_password(session, login, password)
    click.echo("The password is set.")


@main.command()
def doctor() -> None:
    """Say what works and what does not."""
    from web.doctor import examine

    application = wiring.application()
    results = examine(application)
    for result in results:
        click.echo(f"{'ok  ' if result.is_well else 'BAD '} {result.what}: {result.finding}")
    if not all(result.is_well for result in results):
        raise SystemExit(1)


main.add_command(evidence)
main.add_command(retention)
main.add_command(verify)


def prepare(application: Application, *, demo: bool) -> None:
    """Migrate, deploy what ships where nobody has edited it, and fill an empty database with demo data."""
    application.settings.data_folder.mkdir(parents=True, exist_ok=True)
    unfinished = application.settings.data_folder / "demo.unfinished"
    if demo and unfinished.exists():
        _start_over(application)
    if not migrations.is_current(application.database):
        migrations.upgrade(application.database, Base.metadata)
    with application.database.transaction() as session:
        own = deployment.deploy_shipped(session, now=utc_now())
    for key in own:
        click.echo(f"The process {key} was edited here and stays; the one that ships has changed.")
    if demo and demo_data.is_empty(application):
        unfinished.touch()
        days = demo_data.WORKING_DAYS
        demo_data.fill(application, password=DEMO_PASSWORD, working_days=days, seed=1, say=click.echo)
        unfinished.unlink()


def _start_over(application: Application) -> None:
    """Throw away a demo company that was never completed: nobody could have worked with it yet."""
    path = application.database.file
    if path is None:
        raise click.ClickException("The demo data was not loaded to its end. Empty the database and start again.")
    application.database.dispose()
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)
    (application.settings.data_folder / "crm.jsonl").unlink(missing_ok=True)
    click.echo("Demo data: the last load was stopped; starting over.")


def _open_to_phones(settings: Settings, port: int, environment: dict[str, str]) -> str:
    """Make the certificate for this machine's address and return the address that phones open."""
    from web import lan

    address = lan.own_address()
    path = lan.certificate(settings.data_folder / "tls", address, now=utc_now())
    environment["FIELDFLOW_TLS_CERTIFICATE"] = str(path)
    return f"https://{address}:{port}"


def _welcome(url: str, *, demo: bool, is_lan: bool = False) -> None:
    click.echo(f"\nFieldflow 外勤流 is running: {url}")
    if is_lan:
        from web import lan

        click.echo(lan.code(url))
        click.echo(
            f"Scan it with a phone in this network. For use without a network, install {url}/authority.crt first."
        )
    click.echo(f"API description: {url}/api/openapi.json")
    if demo:
        accounts = "rep1 … rep8, manager1, manager2, ops1 … ops3, compliance1, admin, admin2"
        click.echo(f"Demo accounts, password {DEMO_PASSWORD}: {accounts}")
    click.echo("Ctrl-C stops it.\n")


class _sentences:  # noqa: N801 - reads as a word in a with statement
    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, FieldflowError):
            details = [str(each) for problems in getattr(error, "errors", {}).values() for each in problems]
            raise click.ClickException(" ".join([str(error), *details])) from error


if __name__ == "__main__":
    main()
