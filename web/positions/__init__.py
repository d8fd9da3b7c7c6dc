"""Positions: readings that arrive, looks of managers, pins and codes of places."""
