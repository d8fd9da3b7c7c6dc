"""``fieldflow verify``, ``fieldflow evidence export | verify`` and ``fieldflow retention run``."""

from pathlib import Path

import click

from engine import wiring
from engine.access import Actor
from engine.audit import sealing
from engine.clock import utc_now
from engine.errors import FieldflowError
from engine.evidence import export, queries, verifying
from engine.people import queries as people
from engine.retention import classes
from engine.retention import service as retention_run
from engine.retention.queries import runs

COMMAND_LINE = Actor(user_id=None, name="fieldflow retention run", is_system=True)


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


@click.command()
def verify() -> None:
    """Verify the chains of check events, of looks at positions and of the audit, and name the first bad link."""
    application = wiring.application()
    with application.database.reading() as session:
        found = verifying.verify_all(session)
        audited = sealing.verify(session)
        names = people.names(session, {link.user_id for link in found.broken})
    for link in found.broken:
        who = names.get(link.user_id, link.user_id)
        click.echo(f"BROKEN: {link.chain} of {who}: number {link.number} is missing or was changed.", err=True)
    if audited.broken is not None:
        click.echo(f"BROKEN: audit: number {audited.broken} is missing or was changed.", err=True)
    click.echo(f"check events: {found.events} · looks at positions: {found.looks} · audit: {audited.sealed}")
    if found.broken or audited.broken is not None:
        raise SystemExit(1)
    click.echo("OK: all are as they were written.")


@click.group()
def retention() -> None:
    """Data whose time is over."""


@retention.command("run")
@click.option("--dry-run", is_flag=True, help="Only say how much there is.")
def run_retention(*, dry_run: bool) -> None:
    """Delete what may be kept no longer, batch by batch, and say how much of each class."""
    application = wiring.application()
    database, kept, now = application.database, application.settings.kept_days, application.clock()
    if dry_run:
        with database.reading() as session:
            found = classes.due(session, kept, now=now)
    else:
        run_id = database.run(lambda session: retention_run.begin(session, COMMAND_LINE, kept, now=now))
        retention_run.work(database, run_id, kept, clock=application.clock)
        with database.reading() as session:
            found = {**dict.fromkeys((each.name for each in classes.CLASSES), 0), **runs(session, limit=1)[0].deleted}
    for name, count in found.items():
        click.echo(f"{name}: {count}")
