"""People and teams: who signs in, what they may do, who leads whom."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import ConflictError, FieldProblem, InvalidInputError
from engine.people import queries as people
from engine.people import service
from engine.visits import handing_over
from web import audit, context
from web.i18n import explain, locale
from web.i18n import translate as _
from web.labels import group_names, role_label
from web.security import policy
from web.transactions import transactional

AUDITED = ("name", "login", "email", "roles", "groups", "team_name", "is_active", "locale")
blueprint = Blueprint("people", __name__, template_folder="templates")

OTHER_GROUPS = ("ops_head", "directors", "managers")


@dataclass(frozen=True)
class Typed:
    """A person's form as typed."""

    login: str = ""
    name: str = ""
    email: str = ""
    locale: str = "zh"
    team_id: str = ""
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    territory_ids: tuple[str, ...] = ()
    is_active: bool = True


blueprint.add_app_template_global(role_label)


@blueprint.get("/people")
@policy(Role.ADMIN)
def users() -> ResponseReturnValue:
    """List people and teams."""
    return _list()


@blueprint.get("/people/new")
@policy(Role.ADMIN)
def new_user() -> ResponseReturnValue:
    """Show the form of a new person."""
    return _form(None, Typed(locale=locale()))


@blueprint.post("/people/new")
@policy(Role.ADMIN)
def add_user() -> ResponseReturnValue:
    """Add a person."""
    typed = _typed()
    try:
        return _add(typed)
    except InvalidInputError as error:
        return _form(None, typed, error.errors), 422
    except ConflictError as error:
        return _form(None, typed, {"login": [FieldProblem(error.template, code=error.code, **error.params)]}), 409


add_user.is_transactional = True  # type: ignore[attr-defined]  # _add is; the page after a mistake only reads


@transactional
def _add(typed: Typed) -> ResponseReturnValue:
    user_id = service.add_user(
        context.session(),
        login=typed.login,
        name=typed.name,
        email=typed.email,
        password=request.form.get("password", ""),
        roles=[Role(role) for role in typed.roles],
        groups=typed.groups,
        team_id=_uuid(typed.team_id),
        territory_ids=[each for text in typed.territory_ids if (each := _uuid(text))],
        locale=typed.locale,
        now=context.now(),
    )
    added = audit.state_of(people.person(context.session(), user_id), *AUDITED)
    audit.changed("person.added", ("person", user_id), name=typed.name, after=added)
    flash(_("{name} can sign in now.", name=typed.name), "success")
    return redirect(url_for("people.users"))


@blueprint.get("/people/<uuid:user_id>")
@policy(Role.ADMIN)
def user(user_id: UUID) -> ResponseReturnValue:
    """Show what a person may do, to change it."""
    found = people.person(context.session(), user_id)
    return _form(
        found,
        Typed(
            login=found.login,
            name=found.name,
            email=found.email,
            locale=found.locale,
            team_id=str(found.team_id or ""),
            roles=found.roles,
            groups=found.groups,
            is_active=found.is_active,
        ),
    )


@blueprint.post("/people/<uuid:user_id>")
@policy(Role.ADMIN)
def change_user(user_id: UUID) -> ResponseReturnValue:
    """Change a person's roles, groups, team, and whether they may sign in."""
    try:
        return _change(user_id)
    except InvalidInputError as error:
        return _form(people.person(context.session(), user_id), _typed(), error.errors), 422


change_user.is_transactional = True  # type: ignore[attr-defined]  # _change is; the page after a mistake only reads


@transactional
def _change(user_id: UUID) -> ResponseReturnValue:
    session, typed = context.session(), _typed()
    found = people.person(session, user_id)
    if not typed.roles:
        raise InvalidInputError(errors={"roles": [FieldProblem("Choose at least one role.", code="roles_missing")]})
    if user_id == context.actor().user_id and not (typed.is_active and Role.ADMIN in typed.roles):
        # The last administrator could otherwise lock everyone out.
        problem = FieldProblem("You cannot take your own administration away.", code="own_admin")
        raise InvalidInputError(errors={"roles": [problem]})
    service.change_user(
        session,
        user_id,
        roles=[Role(role) for role in typed.roles],
        groups=typed.groups,
        is_active=typed.is_active,
    )
    team_id = _uuid(typed.team_id)
    if typed.team_id and team_id is None:
        raise InvalidInputError(errors={"team_id": [FieldProblem("Choose a team.", code="team_unknown")]})
    if service.change_team(session, user_id, team_id):
        handing_over.follow_team(session, context.actor(), user_id, now=context.now())
    session.flush()  # the state below is read from the database
    after = audit.state_of(people.person(session, user_id), *AUDITED)
    before = audit.state_of(found, *AUDITED)
    audit.changed("person.changed", ("person", user_id), name=found.name, before=before, after=after)
    flash(_("{name}: saved", name=found.name), "success")
    return redirect(url_for("people.users"))


@blueprint.post("/people/teams")
@policy(Role.ADMIN)
def add_team() -> ResponseReturnValue:
    """Add a team with its manager."""
    try:
        return _add_team()
    except InvalidInputError as error:
        return _list(error.errors), 422


add_team.is_transactional = True  # type: ignore[attr-defined]  # _add_team is; the page after a mistake only reads


@transactional
def _add_team() -> ResponseReturnValue:
    session, name = context.session(), request.form.get("team_name", "").strip()
    if not name or len(name) > 100:
        problem = FieldProblem("Enter a name of at most {max} characters.", code="name_invalid", max=100)
        raise InvalidInputError(errors={"team_name": [problem]})
    if name in {team.name for team in people.teams(session, context.actor())}:
        problem = FieldProblem("There is already a team of this name.", code="team_taken")
        raise InvalidInputError(errors={"team_name": [problem]})
    manager_id = _uuid(request.form.get("manager_id", ""))
    team_id = service.add_team(session, name, manager_id=manager_id)
    manager = people.names(session, [manager_id]).get(manager_id) if manager_id else None
    audit.changed("team.added", ("team", team_id), name=name, after={"name": name, "manager": manager})
    flash(_("The team {name} was added.", name=name), "success")
    return redirect(url_for("people.users", _anchor="teams"))


def _list(errors: dict[str, list[FieldProblem]] | None = None) -> str:
    session, words = context.session(), request.args.get("q", "").strip()[:80].lower()
    everyone = people.people(session)
    shown = [p for p in everyone if not words or words in f"{p.name} {p.login} {p.email}".lower()]
    return render_template(
        "people/users.html",
        rows=shown,
        words=request.args.get("q", ""),
        teams=people.teams(session, context.actor()),
        names={person.id: person.name for person in everyone},
        managers=[(p.id, p.name) for p in everyone if "manager" in p.roles and p.is_active],
        errors=_sentences(errors),
        typed_team=request.form.get("team_name", ""),
        group_names=group_names(),
    )


def _form(found: people.Person | None, typed: Typed, errors: dict[str, list[FieldProblem]] | None = None) -> str:
    session = context.session()
    groups = list(group_names().items())
    groups += [(key, key) for key in typed.groups if key not in dict(groups)]
    return render_template(
        "people/user.html",
        found=found,
        typed=typed,
        errors=_sentences(errors),
        role_options=[(role.value, role_label(role.value)) for role in Role],
        groups=groups,
        teams=[(team.id, team.name) for team in people.teams(session, context.actor())],
        territories=list(people.territories(session).items()),
        min_password=service.MIN_PASSWORD,
    )


def _typed() -> Typed:
    form = request.form
    known = {role.value for role in Role}
    return Typed(
        login=form.get("login", "").strip(),
        name=form.get("name", "").strip(),
        email=form.get("email", "").strip()[:200],
        locale="en" if form.get("locale") == "en" else "zh",
        team_id=form.get("team_id", ""),
        roles=tuple(role for role in form.getlist("roles") if role in known),
        groups=tuple(group[:40] for group in form.getlist("groups")),
        territory_ids=tuple(form.getlist("territory_ids")),
        is_active=form.get("is_active", "1" if not form.get("is_change") else "") == "1",
    )


def _sentences(errors: dict[str, list[FieldProblem]] | None) -> dict[str, Any]:
    return {path: explain(problems[0]) for path, problems in (errors or {}).items()}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
