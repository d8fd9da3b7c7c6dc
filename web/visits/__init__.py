"""Visits pages."""
