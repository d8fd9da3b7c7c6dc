"""Files pages."""
