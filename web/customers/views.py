"""Customers pages."""

from flask import Blueprint

blueprint = Blueprint("customers", __name__, template_folder="templates")
