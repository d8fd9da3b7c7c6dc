"""Today pages."""
