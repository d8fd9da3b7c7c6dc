"""Edit one variable of a running instance: its type, its value, and why."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import ConflictError, FieldflowError, InvalidInputError, NotFoundError
from engine.process import queries as process
from engine.process import variables
from web import context
from web.i18n import explain
from web.i18n import translate as _
from web.operate import words
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("operate_variables", __name__, template_folder="templates", url_prefix="/operate")

LIVE = ("running", "incident")


@blueprint.get("/instances/<uuid:instance_id>/variables")
@policy(Role.ADMIN)
def edit(instance_id: UUID) -> ResponseReturnValue:
    """Show the value of a variable in a form."""
    return _page(instance_id, request.args.get("name", ""))


@blueprint.post("/instances/<uuid:instance_id>/variables")
@policy(Role.ADMIN)
def change(instance_id: UUID) -> ResponseReturnValue:
    """Give the variable another value."""
    name = request.form.get("name", "")
    try:
        return _change(instance_id, name)
    except InvalidInputError as error:
        found = {path: explain(problems[0]) for path, problems in error.errors.items()}
        return _page(instance_id, name, errors=found or {"value": explain(error)}), 422
    except (ConflictError, NotFoundError):
        raise
    except FieldflowError as error:
        # What waits cannot be computed with this value: an expression says why.
        return _page(instance_id, name, errors={"value": explain(error)}), 422


change.is_transactional = True  # type: ignore[attr-defined]  # _change is; the page after a mistake only reads


@transactional
def _change(instance_id: UUID, name: str) -> ResponseReturnValue:
    form = request.form
    version = form.get("version", "")
    variables.edit(
        context.session(),
        context.actor(),
        instance_id,
        name,
        form.get("type", ""),
        form.get("value", ""),
        reason=form.get("reason", ""),
        version=int(version) if version.isdecimal() and len(version) < 10 else 0,
        now=context.now(),
    )
    flash(_("{name} has another value now.", name=name), "success")
    return redirect(url_for("operate.instance", instance_id=instance_id, variable=name, _anchor="variables"))


def _page(instance_id: UUID, name: str, *, errors: dict[str, str] | None = None) -> str:
    session = context.session()
    row = process.instance(session, instance_id)
    found = next((each for each in variables.variables_of(session, instance_id) if each.name == name), None)
    if found is None or row.state not in LIVE:
        raise NotFoundError("There is no such variable.", code="variable_unknown")
    written = variables.written(found, context.actor().time_zone)
    typed: dict[str, Any] = {"type": found.type, "value": written, "reason": "", "version": row.version}
    if errors is not None:
        typed |= {key: request.form.get(key, "") for key in ("type", "value", "reason", "version")}
    return render_template(
        "operate/variable.html",
        row=row,
        variable=found,
        now_text=words.value_text(found.value),
        typed=typed,
        types=[(type_, words.type_label(type_)) for type_ in variables.TYPES],
        errors=errors or {},
    )
