"""Visits pages."""

from flask import Blueprint

blueprint = Blueprint("visits", __name__, template_folder="templates")
