"""Notifications: the list and its count, how a person is told, and what an admin sets up."""
