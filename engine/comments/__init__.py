"""Comments on visits and requests."""
