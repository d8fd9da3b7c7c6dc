"""Today pages."""

from flask import Blueprint

blueprint = Blueprint("today", __name__, template_folder="templates")
