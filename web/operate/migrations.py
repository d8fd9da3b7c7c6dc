"""Migrate running instances to another version: choose, map, try, start, watch, take back."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import ConflictError, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.process import definitions, migration, pictures, selection
from engine.upkeep import migration_queries as shown
from engine.upkeep import migrations
from web import context
from web.i18n import explain, locale
from web.i18n import translate as _
from web.labels import Label
from web.operate import repair_view
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("operate_migrations", __name__, template_folder="templates", url_prefix="/operate/migrations")

SHOWN = 200
"""Instances that can be chosen one by one, and rows of a result."""


@blueprint.app_template_global()
def migration_outcome_label(outcome: str) -> Label:
    """Return the label of what became of an instance."""
    return {
        shown.WAITING: Label(_("waits"), "", "clock"),
        shown.FITS: Label(_("can be migrated"), "info", "check"),
        shown.REFUSED: Label(_("refused"), "danger", "alert"),
        shown.OK: Label(_("migrated"), "success", "check"),
        shown.FAILED: Label(_("failed"), "danger", "alert"),
        shown.SKIPPED: Label(_("skipped"), "", "info"),
        shown.TO_UNDO: Label(_("is taken back"), "warning", "clock"),
        shown.UNDONE: Label(_("taken back"), "warning", "back"),
        shown.STAYS: Label(_("stays: it went on"), "", "info"),
    }[outcome]


@blueprint.app_template_global()
def standing_text(state: str) -> str:
    """Return how a token stands, in words."""
    return repair_view.state_text(state)


@blueprint.get("")
@policy(Role.ADMIN)
def runs() -> ResponseReturnValue:
    """List the migrations, and the versions that still have running instances and a newer one to go to."""
    session = context.session()
    versions = definitions.definitions(session)
    running = pictures.running_by_definition(session)
    return render_template(
        "operate/migrations.html",
        runs=shown.runs(session),
        versions={row.id: row for row in versions},
        # The newest version of each process is the first of its key.
        newest={row.key: row for row in reversed(versions)},
        old=[row for row in versions if running.get(row.id)],
        running=running,
    )  # fmt: skip


@blueprint.get("/new")
@policy(Role.ADMIN)
def new() -> ResponseReturnValue:
    """Choose the target, the mapping of elements, and the instances."""
    return _new_page(_id("from"), _id("to"))


@blueprint.post("/new")
@policy(Role.ADMIN)
def prepare() -> ResponseReturnValue:
    """Try the migration on every chosen instance."""
    try:
        return _prepare()
    except InvalidInputError as error:
        errors = {path: explain(problems[0]) for path, problems in error.errors.items()}
        return _new_page(_id("from"), _id("to"), errors=errors), 422


prepare.is_transactional = True  # type: ignore[attr-defined]  # _prepare is; the page after a mistake only reads


@transactional
def _prepare() -> ResponseReturnValue:
    form = request.form
    mapping = {name.removeprefix("map."): value for name, value in form.items() if name.startswith("map.") and value}
    run = migrations.prepare(
        context.session(),
        context.actor(),
        _id("run_id"),
        _id("from"),
        _id("to"),
        mapping,
        instance_ids=_chosen() if form.get("which") == "some" else None,
        now=context.now(),
    )
    return redirect(url_for("operate_migrations.run", run_id=run.id))


@blueprint.get("/<uuid:run_id>")
@policy(Role.ADMIN)
def run(run_id: UUID) -> ResponseReturnValue:
    """Show a migration: what fits and what does not, how far it is, what can be taken back."""
    return _run_page(run_id)


@blueprint.post("/<uuid:run_id>/start")
@policy(Role.ADMIN)
def start(run_id: UUID) -> ResponseReturnValue:
    """Migrate what fits."""
    return _with_reason(run_id, _start)


@blueprint.post("/<uuid:run_id>/undo")
@policy(Role.ADMIN)
def undo(run_id: UUID) -> ResponseReturnValue:
    """Take all back that have not gone on since."""
    return _with_reason(run_id, _undo)


@blueprint.post("/<uuid:run_id>/<int:position>/undo")
@policy(Role.ADMIN)
def undo_one(run_id: UUID, position: int) -> ResponseReturnValue:
    """Take one instance back."""
    return _with_reason(run_id, lambda run_id: _undo_one(run_id, position))


# What they call is; the page after a mistake only reads.
start.is_transactional = undo.is_transactional = undo_one.is_transactional = True  # type: ignore[attr-defined]


def _with_reason(run_id: UUID, act: Callable[[UUID], None]) -> ResponseReturnValue:
    try:
        act(run_id)
    except InvalidInputError as error:
        return _run_page(run_id, errors={path: explain(found[0]) for path, found in error.errors.items()}), 422
    except ConflictError as error:
        flash(explain(error), "danger")
    return redirect(url_for("operate_migrations.run", run_id=run_id))


@transactional
def _start(run_id: UUID) -> None:
    reason = request.form.get("reason", "")
    migrations.start(context.session(), context.actor(), run_id, reason=reason, now=context.now())


@transactional
def _undo(run_id: UUID) -> None:
    reason = request.form.get("reason", "")
    migrations.undo_all(context.session(), context.actor(), run_id, reason=reason, now=context.now())


@transactional
def _undo_one(run_id: UUID, position: int) -> None:
    reason = request.form.get("reason", "")
    migrations.undo_one(context.session(), context.actor(), run_id, position, reason=reason, now=context.now())
    flash(_("It is on its old version again."), "success")


def _id(name: str) -> UUID:
    try:
        return UUID(request.values.get(name, ""))
    except ValueError as error:
        raise NotFoundError("There is no such process definition.", code="definition_unknown") from error


def _chosen() -> list[UUID]:
    found = []
    for text in request.form.getlist("instance_id"):
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _new_page(from_id: UUID, to_id: UUID, *, errors: dict[str, str] | None = None) -> str:
    session = context.session()
    source, target = definitions.definition(session, from_id), definitions.definition(session, to_id)
    rows = migration.elements(session, from_id, to_id)
    standing = selection.standing_by_element(session, from_id)
    ids = selection.live_on(session, from_id, limit=SHOWN + 1)
    return render_template(
        "operate/migration_new.html",
        source=source,
        target=target,
        targets=[row for row in definitions.definitions(session, key=source.key) if row.id != from_id],
        rows=sorted(rows, key=lambda row: (row.to is not None, -standing.get(row.element.id, 0))),
        standing=standing,
        count=pictures.running_by_definition(session).get(from_id, 0),
        ids=ids[:SHOWN],
        titles=pictures.titles(session, ids, locale()),
        has_more=len(ids) > SHOWN,
        run_id=new_id(),
        errors=errors or {},
        chosen=request.form,
    )


def _run_page(run_id: UUID, *, errors: dict[str, str] | None = None) -> str:
    session = context.session()
    found = shown.find(session, run_id)
    source, target = definitions.definition(session, found.from_id), definitions.definition(session, found.to_id)
    refused = shown.items(session, run_id, outcomes=[shown.REFUSED, shown.FAILED, shown.SKIPPED, shown.STAYS])
    done = shown.items(session, run_id, outcomes=[shown.OK, shown.UNDONE], limit=SHOWN)
    fitting = shown.items(session, run_id, outcomes=[shown.FITS], limit=SHOWN)
    titles = pictures.titles(session, [item.instance_id for item in (*refused, *fitting, *done)], locale())
    names = {
        row.element.id: row.element.name.text(locale()) for row in migration.elements(session, source.id, target.id)
    }
    return render_template(
        "operate/migration.html",
        run=found,
        source=source,
        target=target,
        refused=[(item, [repair_view.sentence(each, names) for each in item.reasons]) for item in refused],
        fitting=fitting,
        keys=pictures.business_keys(session, [item.instance_id for item in fitting]),
        done=done,
        titles=titles,
        counts=[(outcome, found.counts[outcome]) for outcome in shown.OUTCOMES if found.counts.get(outcome)],
        errors=errors or {},
        typed=request.form.get("reason", ""),
    )
