"""What a view asks for: the session of its request, who acts, and the time."""

from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from flask import current_app, g
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.wiring import Application


def app() -> Application:
    """Return the application that this process serves."""
    return cast(Application, current_app.extensions["fieldflow"])


def session() -> Session:
    """Return the database session of the request: read-only, except inside a ``@transactional`` view."""
    return cast(Session, g.session)


def actor() -> Actor:
    """Return who acts; policies have made sure that somebody is signed in."""
    return cast(Actor, g.actor)


def now() -> datetime:
    """Return the time of the request, aware, UTC; the same at every call within it."""
    return cast(datetime, g.now)


def local_now() -> datetime:
    """Return the time of the request in the actor's time zone."""
    return now().astimezone(ZoneInfo(actor().time_zone))
