"""Customers pages."""
