"""Figures over visits, computed by the database."""
