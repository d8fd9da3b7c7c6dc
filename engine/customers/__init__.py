"""Customers, their places and contacts."""
