"""Upkeep of running instances: repairs that a second administrator agrees to, and migrations of many instances."""
