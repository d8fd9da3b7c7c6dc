"""Support pages."""

from flask import Blueprint

blueprint = Blueprint("support", __name__, template_folder="templates")
