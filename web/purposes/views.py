"""Purposes of visits: an administrator names them, maps them to forms and offers them or not."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import InvalidInputError, NotFoundError
from engine.people import queries as people
from engine.visits import purposes as service
from engine.visits import queries as visits
from engine.visits.queries import PurposeRow
from web import audit, context
from web.i18n import explain, locale
from web.i18n import translate as _
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("purposes", __name__, template_folder="templates")


AUDITED = ("name", "name_en", "form_key", "is_active")


@dataclass(frozen=True)
class Typed:
    """A purpose's form as typed."""

    name: str = ""
    name_en: str = ""
    form_key: str = ""
    is_active: bool = True


@blueprint.get("/purposes")
@policy(Role.ADMIN)
def purposes() -> ResponseReturnValue:
    """List the purposes with their forms."""
    session = context.session()
    rows = visits.purposes(session)
    return render_template(
        "purposes/purposes.html",
        rows=rows,
        forms=_forms(),
        names=people.names(session, [row.changed_by for row in rows if row.changed_by]),
    )


@blueprint.get("/purposes/new")
@policy(Role.ADMIN)
def new() -> ResponseReturnValue:
    """Show the form of a new purpose."""
    return _form(None, Typed())


@blueprint.post("/purposes/new")
@policy(Role.ADMIN)
def add() -> ResponseReturnValue:
    """Add a purpose."""
    typed = _typed()
    try:
        return _add(typed)
    except InvalidInputError as error:
        return _form(None, typed, error), 422


add.is_transactional = True  # type: ignore[attr-defined]  # _add is; the page after a mistake only reads


@transactional
def _add(typed: Typed) -> ResponseReturnValue:
    key = service.create_purpose(
        context.session(),
        context.actor(),
        name=typed.name,
        name_en=typed.name_en,
        form_key=typed.form_key,
        is_active=typed.is_active,
        now=context.now(),
    )
    audit.changed("purpose.added", ("purpose", key), name=typed.name, after=audit.state_of(typed, *AUDITED))
    flash(_("{name}: saved", name=typed.name_en if locale() == "en" else typed.name), "success")
    return redirect(url_for("purposes.purposes"))


@blueprint.get("/purposes/<key>")
@policy(Role.ADMIN)
def purpose(key: str) -> ResponseReturnValue:
    """Show a purpose, to change it."""
    found = _found(key)
    return _form(found, Typed(found.name, found.name_en, found.form_key, found.is_active))


@blueprint.post("/purposes/<key>")
@policy(Role.ADMIN)
def change(key: str) -> ResponseReturnValue:
    """Change a purpose's names and form, and whether it is offered."""
    typed = _typed()
    try:
        return _change(key, typed)
    except InvalidInputError as error:
        return _form(_found(key), typed, error), 422


change.is_transactional = True  # type: ignore[attr-defined]  # _change is; the page after a mistake only reads


@transactional
def _change(key: str, typed: Typed) -> ResponseReturnValue:
    before = audit.state_of(_found(key), *AUDITED)
    service.change_purpose(
        context.session(),
        context.actor(),
        key,
        name=typed.name,
        name_en=typed.name_en,
        form_key=typed.form_key,
        is_active=typed.is_active,
        now=context.now(),
    )
    after = audit.state_of(typed, *AUDITED)
    audit.changed("purpose.changed", ("purpose", key), name=typed.name, before=before, after=after)
    flash(_("{name}: saved", name=typed.name_en if locale() == "en" else typed.name), "success")
    return redirect(url_for("purposes.purposes"))


def _found(key: str) -> PurposeRow:
    for row in visits.purposes(context.session()):
        if row.key == key:
            return row
    raise NotFoundError("There is no such purpose.", code="purpose_unknown")


def _forms() -> dict[str, str]:
    try:
        found = service.report_forms(context.session())
    except NotFoundError:
        return {}  # nothing is deployed yet
    return {key: form.title.text(locale()) for key, form in found.items()}


def _form(found: PurposeRow | None, typed: Typed, error: InvalidInputError | None = None) -> str:
    forms = list(_forms().items())
    if typed.form_key and typed.form_key not in dict(forms) and found is not None:
        forms.append((typed.form_key, typed.form_key))
    return render_template(
        "purposes/purpose.html",
        found=found,
        typed=typed,
        forms=forms,
        errors={path: explain(problems[0]) for path, problems in error.errors.items()} if error else {},
    )


def _typed() -> Typed:
    form = request.form
    return Typed(
        name=form.get("name", ""),
        name_en=form.get("name_en", ""),
        form_key=form.get("form_key", ""),
        is_active=form.get("is_active") == "1",
    )
