"""The blueprint that all pages of the studio share."""

from flask import Blueprint

blueprint = Blueprint("studio", __name__, template_folder="templates")
