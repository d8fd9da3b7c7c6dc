"""Notifications: in the application and by mail."""
