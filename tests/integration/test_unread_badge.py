"""The number at the bell: random sequences over three sessions, on both databases; it is the unread rows, in each."""

import random
from datetime import datetime
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from engine.clock import SimulatedClock
from engine.ids import new_id
from engine.notifications import service
from engine.notifications.tables import Notification
from engine.people import service as people
from engine.wiring import Application
from tests import factories
from web.app import create_app
from web.security import masked

SEQUENCES = 1000
SESSIONS = 3
Session = tuple[FlaskClient, str]


@pytest.fixture
def sessions(application: Application, clock: SimulatedClock) -> list[Session]:
    company = application.database.run(lambda session: factories.add_company(session, now=clock()))
    app, user_id = create_app(application), company.rep.user_id
    assert user_id is not None
    found = []
    for _number in range(SESSIONS):
        signed = application.database.run(lambda session: people.open_session(session, user_id, now=clock()))
        client = app.test_client()
        client.set_cookie("fieldflow", signed.secret)
        found.append((client, masked(signed.csrf_token)))
    app.extensions["rep_id"] = user_id
    return found


def test_the_badge_of_every_session_is_the_unread_rows(
    application: Application, sessions: list[Session], clock: SimulatedClock
) -> None:
    choose = random.Random(4)
    user_id = sessions[0][0].application.extensions["rep_id"]
    tags, shown = [""] * SESSIONS, [""] * SESSIONS
    ids: list[UUID] = []
    for sequence in range(SEQUENCES):
        client, token = choose.choice(sessions)
        act = choose.choice(("new", "new", "read", "read", "unread", "all"))
        # Mostly few are unread; now and then so many that the number passes its cap.
        if act == "new" or not ids:
            ids += add(application, user_id, many=choose.choice((1, 1, 1, 1, 1, 1, 1, 40)))
        elif act != "all" or choose.random() < 0.1:
            path = "read" if act == "all" else f"{choose.choice(ids)}/{act}"
            assert client.post(f"/notifications/{path}", headers={"X-CSRF-Token": token}).status_code == 302
        wanted = shown_for(unread_rows(application, user_id))
        # One of the sessions looks at each turn, all of them at times: none may keep an old number.
        for looking in range(SESSIONS) if sequence % 10 == 0 else [choose.randrange(SESSIONS)]:
            answer = sessions[looking][0].get("/notifications/unread", headers={"If-None-Match": tags[looking]})
            if answer.status_code == 200:
                tags[looking], shown[looking] = answer.headers["ETag"], answer.get_json()["unread"]
            assert answer.status_code in {200, 304}
            assert shown[looking] == wanted, f"sequence {sequence}, session {looking}"


def shown_for(unread: int) -> str:
    if not unread:
        return ""
    return "99+" if unread >= service.UNREAD_CAP else str(unread)


def unread_rows(application: Application, user_id: UUID) -> int:
    query = select(func.count()).where(Notification.user_id == user_id, Notification.read_at.is_(None))
    with application.database.reading() as session:
        return session.scalar(query) or 0


def add(application: Application, user_id: UUID, *, many: int) -> list[UUID]:
    rows = [notice(user_id, application.clock()) for _each in range(many)]
    with application.database.transaction() as session:
        session.add_all([*rows, notice(new_id(), application.clock())])  # another person's must not count
    return [row.id for row in rows]


def notice(user_id: UUID, at: datetime) -> Notification:
    key = str(new_id())
    return Notification(id=new_id(), key=key, user_id=user_id, template="comment", values={}, created_at=at)
