"""Flask as one thin way into the engine."""
