"""Consent: who allowed what, for which purpose, in which version of the text."""
