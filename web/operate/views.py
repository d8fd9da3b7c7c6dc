"""Operate pages."""

from flask import Blueprint

blueprint = Blueprint("operate", __name__, template_folder="templates")
