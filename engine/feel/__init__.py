"""FEEL expressions and decision tables."""
