"""Support pages."""
