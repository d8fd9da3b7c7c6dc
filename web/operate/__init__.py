"""Operate pages."""
