"""Adverse events: the list and one case, for the safety desk and for who reported them."""
