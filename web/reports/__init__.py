"""Reports pages."""
