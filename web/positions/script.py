"""The script that records a track: only on the pages of a rep who agreed to it, so that nobody else even loads it."""

from flask import Flask, g, url_for
from markupsafe import Markup

from engine.consent import service as consent
from engine.consent.rules import LocationMode
from web import context
from web.assets import asset


def track_script() -> Markup:
    """Return the script element, or nothing for a person in another mode."""
    if g.get("session") is None or context.actor().user_id is None:
        return Markup("")
    if consent.mode_of(context.session(), context.actor(), now=context.now()) is not LocationMode.TRACK:
        return Markup("")
    element = Markup('<script src="{}" defer data-track data-url="{}"></script>')
    return element.format(asset("track.js"), url_for("positions.record_track"))


def init_app(app: Flask) -> None:
    """Give the script to templates."""
    app.jinja_env.globals["track_script"] = track_script
