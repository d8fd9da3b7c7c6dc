"""Studio pages."""
