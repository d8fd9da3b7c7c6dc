"""Api pages."""
