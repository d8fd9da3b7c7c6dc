"""Signing in: names, passwords, failures that are counted, and what a deactivated person may still do."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from engine.access import Role
from engine.clock import SimulatedClock
from engine.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from engine.people import service as people
from engine.people.tables import SignInSession
from engine.wiring import Application

PASSWORD = "correct horse battery"


@pytest.fixture
def anna(application: Application) -> UUID:
    def add(session: Any) -> UUID:
        now = application.clock()
        return people.add_user(session, login="Anna", name="Anna", password=PASSWORD, roles=[Role.REP], now=now)

    return application.database.run(add)


def sign_in(application: Application, password: str = PASSWORD, login: str = "anna") -> people.SignedIn | None:
    return application.database.run(lambda session: people.sign_in(session, login, password, now=application.clock()))


def test_the_right_password_opens_a_session(application: Application, anna: UUID) -> None:
    signed = sign_in(application)
    assert signed is not None
    with application.database.reading() as session:
        found = people.session_of(session, signed.secret, now=application.clock())
        assert found is not None
        assert found.actor.user_id == anna
        assert people.session_of(session, signed.secret[:-1], now=application.clock()) is None
        rows = session.query(SignInSession).all()
        assert all(signed.secret not in str(row.__dict__) for row in rows)


@pytest.mark.parametrize(
    ("login", "password"),
    [("anna", "wrong"), ("anna", ""), ("nobody", PASSWORD), ("", ""), ("anna", PASSWORD + " "), ("a" * 500, "x")],
)
def test_anything_else_does_not(application: Application, anna: UUID, login: str, password: str) -> None:
    assert sign_in(application, password, login) is None


def test_failures_pause_the_name_and_time_or_success_forgets_them(
    application: Application, anna: UUID, clock: SimulatedClock
) -> None:
    for _ in range(people.FAILURES_ALLOWED - 1):
        assert sign_in(application, "wrong") is None
    assert sign_in(application) is not None
    for _ in range(people.FAILURES_ALLOWED):
        assert sign_in(application, "wrong") is None
    with pytest.raises(ForbiddenError):
        sign_in(application)
    clock.move_to(clock() + people.FAILURE_PAUSE + timedelta(seconds=1))
    assert sign_in(application) is not None


def test_a_deactivated_person_stays_outside(application: Application, anna: UUID) -> None:
    signed = sign_in(application)
    assert signed is not None
    application.database.run(lambda session: people.change_user(session, anna, is_active=False))
    assert sign_in(application) is None
    with application.database.reading() as session:
        assert people.session_of(session, signed.secret, now=application.clock()) is None


def test_passwords_are_stored_as_argon2id_only(application: Application, anna: UUID) -> None:
    from engine.people.tables import User

    with application.database.reading() as session:
        stored = session.get_one(User, anna).password_hash
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored


def test_new_people_need_a_free_name_a_password_and_a_role(application: Application, anna: UUID) -> None:
    def add(**changes: Any) -> None:
        given = {"login": "ben", "name": "Ben", "password": PASSWORD, "roles": [Role.REP], **changes}
        application.database.run(lambda session: people.add_user(session, now=application.clock(), **given))

    for changes, field in (
        ({"login": ""}, "login"), ({"login": "a b"}, "login"), ({"name": " "}, "name"),
        ({"password": "short"}, "password"), ({"roles": []}, "roles"),
    ):  # fmt: skip
        with pytest.raises(InvalidInputError) as caught:
            add(**changes)
        assert set(caught.value.errors) == {field}
    with pytest.raises(ConflictError):
        add(login="ANNA")


def test_unknown_people_have_no_password_and_no_token(application: Application) -> None:
    with pytest.raises(NotFoundError):
        application.database.run(lambda session: people.change_password(session, "nobody", PASSWORD))
    with pytest.raises(NotFoundError):
        application.database.run(
            lambda session: people.create_token(session, "nobody", name="x", now=application.clock())
        )
