"""Team pages."""
