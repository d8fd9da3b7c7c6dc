"""``fieldflow evidence export | verify`` and ``fieldflow retention run``."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import click

from engine import retention as retention_run
from engine import wiring
from engine.clock import utc_now
from engine.errors import FieldflowError
from engine.evidence import export, queries
from engine.people import queries as people
from engine.wiring import Application


@click.group()
def evidence() -> None:
    """Check events: export them, verify an export."""


@evidence.command("export")
@click.option("--user", "login", required=True, help="Whose check events.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export_chain(login: str, file: Path) -> None:
    """Write a person's check events, as anyone can verify them."""
    application = wiring.application()
    with application.database.reading() as session:
        user_id = next((person.id for person in people.people(session) if person.login == login), None)
        if user_id is None:
            raise click.ClickException(f"There is no user {login}.")
        chain = queries.chain(session, user_id)
    key = application.settings.secret_key()
    with file.open("wb") as target:
        target.writelines(export.lines(chain, key=key, now=utc_now()))
    click.echo(f"{len(chain.events)} events")


@evidence.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify_file(file: Path) -> None:
    """Verify an export and name the first broken event."""
    try:
        verdict = export.verify(file.read_bytes(), key=wiring.application().settings.secret_key())
    except FieldflowError as error:
        raise click.ClickException(str(error)) from error
    if verdict.broken is not None:
        what = f"event {verdict.broken}" if verdict.broken else "the header"
        raise click.ClickException(f"BROKEN: {what} is not as it was written.")
    origin = "" if verdict.is_ours else " The file was not written by this installation."
    click.echo(f"OK: {verdict.count} events are as they were written.{origin}")


@click.group()
def retention() -> None:
    """Data whose time is over."""


@retention.command("run")
@click.option("--dry-run", is_flag=True, help="Only say how much there is.")
def run_retention(*, dry_run: bool) -> None:
    """Delete what may be kept no longer, batch by batch, and say how much of each class."""
    application = wiring.application()
    kept, now = application.settings.kept_days, utc_now()
    if dry_run:
        with application.database.reading() as session:
            found = retention_run.due(session, kept, now=now)
    else:
        found = dict.fromkeys((each.name for each in retention_run.CLASSES), 0)
        deleted = _run_batch(application, kept, now)
        while any(deleted.values()):
            found = {name: found[name] + count for name, count in deleted.items()}
            deleted = _run_batch(application, kept, now)
    for name, count in found.items():
        click.echo(f"{name}: {count}")


def _run_batch(application: Application, kept: Mapping[str, int], now: datetime) -> dict[str, int]:
    return application.database.run(lambda session: retention_run.run_batch(session, kept, now=now))
