"""Team pages."""

from flask import Blueprint

blueprint = Blueprint("team", __name__, template_folder="templates")
