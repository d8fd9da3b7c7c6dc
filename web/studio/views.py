"""Studio pages."""

from flask import Blueprint

blueprint = Blueprint("studio", __name__, template_folder="templates")
