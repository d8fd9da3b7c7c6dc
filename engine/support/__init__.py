"""Support requests: routing, deadlines, handling, comments; the state is owned here."""
